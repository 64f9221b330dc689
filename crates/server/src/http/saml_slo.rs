//! The single logout address of our service provider: an identity provider ends sessions, or answers.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{InboundRequest, LogoutParty};
use silta_config::description::Protocol;

use super::body::{self, BodyError};
use super::endpoint::Endpoint;
use super::received_logout::{received, received_by_redirect};
use super::turns::Turns;
use super::{logout_page, not_served, page};
use crate::app_state::RequestState;

pub(super) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::step("/saml/{upstream}/slo", "slo", |at| at.get(slo_get).post(slo_post))];

/// A message by redirect [SAML2Bind §3.4]. It may come in a frame or an image, and needs no cookie: who
/// signed it says whose session ends.
pub(super) async fn slo_get(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    upstream: Path<String>,
) -> HttpResponse {
    received_by_redirect((&state, &turns), &request, (Protocol::Saml, &upstream)).await
}

/// A message by POST [SAML2Bind §3.5].
pub(super) async fn slo_post(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    upstream: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let Some(upstream) = state.upstream_that_logs_out(Protocol::Saml, &upstream) else {
        return page::nothing_here(&request);
    };
    match body::parameters(&request, payload, &state).await {
        Ok(form) => {
            received((&state, &turns), &request, upstream, InboundRequest::Form(&form)).await
        }
        Err(BodyError::Invalid(error)) => {
            let party = LogoutParty::Upstream(upstream);
            logout_page::failed(&request, &state.broker.fail_logout(party, error.into()))
        }
        Err(BodyError::Displaced(to)) => not_served::not_served_page(&state, &request, to.into()),
    }
}
