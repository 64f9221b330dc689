//! Endpoints for clients about one token of theirs.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::FormBodyError;
use silta_broker::downstream::RedeemError;

use crate::app_state::{AppState, RequestState};

use super::client_request::ClientRequest;
use super::endpoint::Endpoint;
use super::not_served;
use super::oidc::refused;
use super::turns::{Purpose, Turns};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::step("/revoke", "revoke", |at| at.post(revoke)).for_public_clients(),
    Endpoint::step("/introspect", "introspect", |at| at.post(introspect)),
];

/// [RFC 7009 §2].
async fn revoke(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let revoke = async |form: Form<'_>, authorization: Option<&str>| {
        state.oidc.revoke(form, authorization).await
    };
    match ask((&state, &turns), &request, payload, revoke).await {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(response) => response,
    }
}

/// [RFC 7662 §2].
async fn introspect(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let introspect = async |form: Form<'_>, authorization: Option<&str>| {
        state.oidc.introspect(form, authorization).await
    };
    match ask((&state, &turns), &request, payload, introspect).await {
        Ok(said) => HttpResponse::Ok().json(said),
        Err(response) => response,
    }
}

/// The form of a request, if it could be read.
type Form<'f> = Result<&'f str, FormBodyError>;

/// Reads a request, and asks when it is its turn; otherwise the response that says why not.
async fn ask<T>(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    payload: Payload,
    question: impl AsyncFnOnce(Form<'_>, Option<&str>) -> Result<T, RedeemError>,
) -> Result<T, HttpResponse> {
    let read = ClientRequest::read(state, request, payload).await?;
    let answer = question(read.form(), read.authorization);
    match read.work(turns, Purpose::Redeem, (state, request), answer).await {
        Ok(answer) => answer.map_err(refused),
        Err(why) => Err(not_served::not_served_json(state, request, why)),
    }
}
