//! A message about a logout that a browser brings from an upstream, whatever its protocol.

use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{InboundRequest, ReceivedLogout, UpstreamName};
use silta_config::description::Protocol;

use super::turns::{Purpose, Turns};
use super::{login, logout_page, logout_texts, not_served, page};
use crate::app_state::AppState;
use crate::language::language_of;

/// Takes a message by redirect that came to the address of this upstream.
pub(super) async fn received_by_redirect(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    (protocol, upstream): (Protocol, &str),
) -> HttpResponse {
    let Some(upstream) = state.upstream_that_logs_out(protocol, upstream) else {
        return page::nothing_here(request);
    };
    let message = InboundRequest::Query(request.query_string());
    received((state, turns), request, upstream, message).await
}

/// Shows what comes of it: an answer that goes back to the upstream, or the end of a logout.
pub(super) async fn received(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    upstream: &UpstreamName,
    message: InboundRequest<'_>,
) -> HttpResponse {
    let source = state.trusted_proxies.source(request);
    let received = state.broker.receive_logout(upstream, message);
    // No cookie tells an identity provider's message from a stranger's.
    match not_served::work(turns, Purpose::Begin, (state, request), received).await {
        Ok(Some(Ok(ReceivedLogout::Answered(message)))) => {
            login::carry(language_of(request), &message, logout_texts::ANSWERING)
        }
        Ok(Some(Ok(ReceivedLogout::Finished(finished)))) => {
            logout_page::ended(language_of(request), &finished)
        }
        Ok(Some(Err(fault))) => {
            turns.suspect(source);
            logout_page::failed(request, &fault)
        }
        // No back channel is a browser.
        Ok(None | Some(Ok(ReceivedLogout::Heard(_)))) => page::nothing_here(request),
        Err(why) => not_served::not_served_page(state, request, why),
    }
}
