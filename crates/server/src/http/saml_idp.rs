//! The SAML identity provider's endpoints.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{InboundRequest, LoginError, Protocol, Window};

use super::body::{self, BodyError};
use super::endpoint::{Endpoint, readable};
use super::turns::Turns;
use super::{login, navigation, not_served, page};
use crate::app_state::RequestState;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::step("/idp/sso", "sso", |at| at.get(sso_get).post(sso_post)),
    Endpoint::document("/idp/metadata", |at| readable(at, metadata)),
];

/// A request by redirect [SAML2Bind §3.4].
pub(super) async fn sso_get(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
) -> HttpResponse {
    if !state.metadata.contains_key(&Protocol::Saml) {
        return page::nothing_here(&request);
    }
    if !navigation::is_navigation(request.headers()) {
        return login::ended(&request, &state.broker.fail_with_page(LoginError::NotNavigation));
    }
    let asked = (Protocol::Saml, InboundRequest::Query(request.query_string()));
    login::start((&state, &turns), &request, asked, Window::Page).await
}

/// A request by POST [SAML2Bind §3.5].
pub(super) async fn sso_post(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    if !state.metadata.contains_key(&Protocol::Saml) {
        return page::nothing_here(&request);
    }
    if !navigation::is_navigation(request.headers()) {
        return login::ended(&request, &state.broker.fail_with_page(LoginError::NotNavigation));
    }
    match body::parameters(&request, payload, &state).await {
        Ok(form) => {
            let asked = (Protocol::Saml, InboundRequest::Form(&form));
            login::start((&state, &turns), &request, asked, Window::Page).await
        }
        Err(BodyError::Invalid(error)) => {
            login::ended(&request, &state.broker.fail_with_page(error.into()))
        }
        Err(BodyError::Displaced(to)) => not_served::not_served_page(&state, &request, to.into()),
    }
}

/// Our metadata as an identity provider [SAML2Meta §4.1.1].
pub(super) async fn metadata(state: RequestState, request: HttpRequest) -> HttpResponse {
    match state.metadata.get(&Protocol::Saml) {
        Some(document) => {
            HttpResponse::Ok().content_type("application/samlmetadata+xml").body(document.clone())
        }
        None => page::nothing_here(&request),
    }
}
