//! The OpenID Provider's endpoints.

use std::time::Duration;

use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::downstream::{RedeemError, SPEND_WITHIN, UserInfoError};
use silta_broker::{FormBodyError, InboundRequest, LoginError, Protocol, Window};
use silta_oidc::OAuthErrorCode;
use silta_store::RESPONSE_TIMEOUT;
use tokio::time::timeout;
use tracing::error;

use crate::app_state::{AppState, RequestState};

use super::body::{self, BodyError};
use super::client_request::{self, ClientRequest, json};
use super::endpoint::{Endpoint, readable};
use super::turns::{Purpose, Turns};
use super::{login, navigation, not_served, page};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::document("/.well-known/openid-configuration", |at| readable(at, discovery)),
    Endpoint::document("/jwks", |at| readable(at, jwks)),
    Endpoint::step("/authorize", "authorize", |at| at.get(authorize_get).post(authorize_post)),
    Endpoint::step("/token", "token", |at| at.post(token)).for_public_clients(),
    Endpoint::step("/par", "par", |at| at.post(push)),
    Endpoint::step("/userinfo", "userinfo", |at| at.get(userinfo_get).post(userinfo_post))
        .for_public_clients(),
];

/// [OIDC Discovery §4]. Cacheable: it changes only with the configuration.
pub(super) async fn discovery(state: RequestState, request: HttpRequest) -> HttpResponse {
    match state.metadata.get(&Protocol::Oidc) {
        Some(document) => HttpResponse::Ok()
            .insert_header(CACHEABLE)
            .insert_header(PUBLIC)
            .content_type("application/json")
            .body(document.clone()),
        None => page::nothing_here(&request),
    }
}

/// [RFC 7517 §5]. Cacheable for less time than a key is published before it signs.
pub(super) async fn jwks(state: RequestState) -> HttpResponse {
    HttpResponse::Ok().insert_header(CACHEABLE).insert_header(PUBLIC).json(state.oidc.jwks())
}

pub(super) async fn authorize_get(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
) -> HttpResponse {
    let Some(window) = navigation::window(request.headers()) else {
        return login::ended(&request, &state.broker.fail_with_page(LoginError::NotNavigation));
    };
    let query = InboundRequest::Query(request.query_string());
    authorize((&state, &turns), &request, query, window).await
}

/// [OIDC Core §3.1.2.1]: by POST too.
pub(super) async fn authorize_post(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let Some(window) = navigation::window(request.headers()) else {
        return login::ended(&request, &state.broker.fail_with_page(LoginError::NotNavigation));
    };
    match body::parameters(&request, payload, &state).await {
        Ok(form) => {
            authorize((&state, &turns), &request, InboundRequest::Form(&form), window).await
        }
        Err(BodyError::Invalid(fault)) => {
            login::ended(&request, &state.broker.fail_with_page(fault.into()))
        }
        Err(BodyError::Displaced(to)) => not_served::not_served_page(&state, &request, to.into()),
    }
}

async fn authorize(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    authorize_request: InboundRequest<'_>,
    window: Window,
) -> HttpResponse {
    login::start((state, turns), request, (Protocol::Oidc, authorize_request), window).await
}

/// [RFC 6749 §3.2].
pub(super) async fn token(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let read = match ClientRequest::read(&state, &request, payload).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    // Until the code is spent nothing is lost, and it is not spent late: it can be redeemed again.
    let redeemed = state.oidc.redeem(read.form(), read.authorization);
    let redeemed = read.work(&turns, Purpose::Redeem, (&state, &request), redeemed);
    let redeemed = timeout(PATIENCE, redeemed).await.unwrap_or_else(|_| {
        error!("a token request was given up: this replica, Redis or KMS is too slow");
        Ok(Err(state.oidc.record_timeout(read.form().unwrap_or(""), read.authorization)))
    });
    match redeemed {
        Err(why) => not_served::not_served_json(&state, &request, why),
        Ok(Ok(tokens)) => HttpResponse::Ok().json(tokens),
        Ok(Err(fault)) => refused(fault),
    }
}

/// [RFC 9126 §2].
pub(super) async fn push(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let read = match ClientRequest::read(&state, &request, payload).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let source = state.trusted_proxies.source(&request);
    let pushed = state.oidc.push(read.form(), read.authorization, source);
    // It begins a login, and gives way to those that were begun.
    let pushed = read.work(&turns, Purpose::Begin, (&state, &request), pushed).await;
    match pushed {
        Err(why) => not_served::not_served_json(&state, &request, why),
        Ok(Ok(pushed)) => HttpResponse::Created().json(pushed),
        Ok(Err(fault)) => {
            let told = fault.to_string();
            let told = (fault.error_code(), told.as_str());
            client_request::refused(fault.status(), fault.www_authenticate(), told)
        }
    }
}

/// The answer to a request about tokens that is refused.
pub(super) fn refused(fault: RedeemError) -> HttpResponse {
    let told = fault.to_string();
    client_request::refused(fault.status(), fault.www_authenticate(), (fault.error_code(), &told))
}

pub(super) async fn userinfo_get(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
) -> HttpResponse {
    userinfo(&state, &turns, &request, None).await
}

/// [OIDC Core §5.3.1]: by POST too, with the token in the header or in the form; a POST without a
/// form carries it in the header.
pub(super) async fn userinfo_post(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    match body::parameters(&request, payload, &state).await {
        Ok(form) => userinfo(&state, &turns, &request, Some(Ok(&form))).await,
        Err(BodyError::Invalid(FormBodyError::NotAForm)) => {
            userinfo(&state, &turns, &request, None).await
        }
        Err(BodyError::Invalid(fault)) => {
            userinfo(&state, &turns, &request, Some(Err(fault))).await
        }
        Err(BodyError::Displaced(to)) => not_served::not_served_json(&state, &request, to.into()),
    }
}

async fn userinfo(
    state: &AppState,
    turns: &Turns,
    request: &HttpRequest,
    form: Option<Result<&str, FormBodyError>>,
) -> HttpResponse {
    let authorization = match client_request::authorization(request) {
        Ok(authorization) => authorization,
        Err(two) => return two.into(),
    };
    let fault = form.and_then(Result::err);
    let claims = state.oidc.userinfo(authorization, form);
    let at = (state, request);
    let claims = not_served::work_on_form(fault, turns, Purpose::Redeem, at, claims).await;
    let claims = match claims {
        Ok(claims) => claims,
        Err(why) => return not_served::not_served_json(state, request, why),
    };
    match claims {
        Ok(claims) => HttpResponse::Ok().json(claims),
        Err(UserInfoError::Request(fault)) => {
            let mut response = json(fault.status());
            response.insert_header((WWW_AUTHENTICATE, fault.www_authenticate()));
            match fault.error_code() {
                Some(code) => response.json(code.body(&fault.to_string())),
                None => response.finish(),
            }
        }
        Err(UserInfoError::Body(fault)) => {
            json(fault.status()).json(OAuthErrorCode::InvalidRequest.body(&fault.to_string()))
        }
        Err(fault @ UserInfoError::Unavailable(_)) => {
            json(503).json(OAuthErrorCode::TemporarilyUnavailable.body(&fault.to_string()))
        }
    }
}

/// An ALB gives up after 5 s, and would tell the person less than we do. A code that is spent by then was so
/// before.
const PATIENCE: Duration = SPEND_WITHIN.saturating_add(RESPONSE_TIMEOUT);
/// Any page of any site may read it: it is public, and the same for everybody [Fetch §3.2].
const PUBLIC: (&str, &str) = ("access-control-allow-origin", "*");
const CACHEABLE: (&str, &str) = ("cache-control", "public, max-age=300");
