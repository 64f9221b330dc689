//! A message about a logout that a browser brings from an upstream, whatever its protocol.

use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{
    ErrorClass, HeldSessions, InboundRequest, LogoutError, ReceivedLogout, SourceNetwork,
    UpstreamName,
};
use silta_config::description::Protocol;

use super::turns::{Purpose, Turns};
use super::{login, logout_page, logout_texts, not_served, page, session_cookie};
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
    // A frame brings no cookie, and nothing else tells an identity provider's message from a stranger's.
    let purpose = purpose_of(&session_cookie::read(request));
    match not_served::work(turns, purpose, (state, request), received).await {
        Ok(Some(Ok(ReceivedLogout::Answered(message)))) => {
            login::carry(language_of(request), &message, logout_texts::ANSWERING)
        }
        Ok(Some(Ok(ReceivedLogout::Finished(finished)))) => {
            logout_page::ended(language_of(request), &finished)
        }
        Ok(Some(Err(fault))) => {
            suspect((turns, source), &fault.error);
            logout_page::failed(request, &fault)
        }
        // No back channel is a browser.
        Ok(None | Some(Ok(ReceivedLogout::Heard(_)))) => page::nothing_here(request),
        Err(why) => not_served::not_served_page(state, request, why),
    }
}

/// A browser that says it holds sessions ends what was begun. Nothing is looked up for that: it says only who
/// goes first.
pub(super) fn purpose_of(held: &HeldSessions) -> Purpose {
    if held.is_empty() { Purpose::Begin } else { Purpose::Finish }
}

/// Remembers who sent a wrong message.
pub(super) fn suspect((turns, source): (&Turns, SourceNetwork), error: &LogoutError) {
    if is_wrong(error) {
        turns.suspect(source);
    }
}

/// One that came before, or too late, is not wrong, and an outage is ours: otherwise a provider that sends once
/// more would wait behind everybody.
fn is_wrong(error: &LogoutError) -> bool {
    match error.class() {
        ErrorClass::Idp | ErrorClass::Client => true,
        ErrorClass::User | ErrorClass::Operator | ErrorClass::Update => false,
    }
}

#[cfg(test)]
mod tests {
    use silta_broker::ports::StoreError;
    use silta_broker::{LoginError, LogoutMessageError};

    use super::*;

    #[test]
    fn nobody_is_suspected_who_sends_a_logout_once_more_or_during_an_outage() {
        for (error, wrong) in [
            (LogoutError::Replayed, false),
            (LogoutError::Expired, false),
            (LogoutError::Login(LoginError::StoreUnavailable(StoreError::NoAnswer)), false),
            (LogoutError::Message(LogoutMessageError::Provider("no_answer")), false),
            (LogoutError::Message(LogoutMessageError::TokenMissing), true),
            (LogoutError::NotNavigation, true),
        ] {
            assert_eq!(is_wrong(&error), wrong, "{error}");
        }
    }

    #[test]
    fn a_browser_that_holds_sessions_goes_before_logins_that_begin() {
        let held = HeldSessions::from_cookie(&format!("{}.{}", "A".repeat(22), "A".repeat(43)));
        assert_eq!(purpose_of(&held), Purpose::Finish);
        assert_eq!(purpose_of(&HeldSessions::default()), Purpose::Begin);
    }
}
