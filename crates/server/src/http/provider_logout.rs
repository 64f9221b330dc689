//! Our addresses for logging out with OpenID Providers: a back channel, and where browsers return to.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{
    InboundRequest, LogoutError, LogoutMessageError, LogoutOutcome, LogoutParty, ReceivedLogout,
};
use silta_config::description::Protocol;
use silta_oidc::OAuthErrorCode;

use super::body::{self, BodyError};
use super::endpoint::Endpoint;
use super::received_logout::received_by_redirect;
use super::turns::{Purpose, Turns};
use super::{not_served, page, received_logout};
use crate::app_state::RequestState;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::step("/oidc/{upstream}/backchannel_logout", "backchannel_logout", |at| {
        at.post(back_channel)
    }),
    Endpoint::step("/oidc/{upstream}/logged_out", "logged_out", |at| at.get(logged_out)),
];

/// A logout token of a provider [OIDC Back-Channel Logout §2.5].
pub(super) async fn back_channel(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    upstream: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let Some(upstream) = state.upstream_that_logs_out(Protocol::Oidc, &upstream) else {
        return page::nothing_here(&request);
    };
    let form = match body::parameters(&request, payload, &state).await {
        Ok(form) => form,
        Err(BodyError::Invalid(fault)) => {
            let party = LogoutParty::Upstream(upstream);
            return refused(&state.broker.fail_logout(party, fault.into()).error);
        }
        Err(BodyError::Displaced(to)) => {
            return not_served::not_served_json(&state, &request, to.into());
        }
    };
    let source = state.trusted_proxies.source(&request);
    let received = state.broker.receive_logout(upstream, InboundRequest::Form(&form));
    // No cookie tells a provider's message from a stranger's.
    match not_served::work(&turns, Purpose::Begin, (&state, &request), received).await {
        Ok(Some(Ok(ReceivedLogout::Heard(outcome)))) => heard(outcome),
        Ok(Some(Err(failed))) => {
            received_logout::suspect((&turns, source), &failed.error);
            refused(&failed.error)
        }
        // A form is neither a browser's return, nor answered by one.
        Ok(None | Some(Ok(ReceivedLogout::Answered(_) | ReceivedLogout::Finished(_)))) => {
            page::nothing_here(&request)
        }
        Err(why) => not_served::not_served_json(&state, &request, why),
    }
}

/// The browser's return from a provider [OIDC RP-Initiated Logout §3].
pub(super) async fn logged_out(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    upstream: Path<String>,
) -> HttpResponse {
    received_by_redirect((&state, &turns), &request, (Protocol::Oidc, &upstream)).await
}

/// [OIDC Back-Channel Logout §2.8].
fn heard(outcome: LogoutOutcome) -> HttpResponse {
    match outcome {
        LogoutOutcome::Done | LogoutOutcome::Partly | LogoutOutcome::UnknownSession => {
            HttpResponse::Ok().finish()
        }
        LogoutOutcome::Failed => {
            error(OAuthErrorCode::TemporarilyUnavailable, "it could not be done")
        }
    }
}

fn refused(why: &LogoutError) -> HttpResponse {
    let code = match why {
        LogoutError::Body(_)
        | LogoutError::RequestBody(_)
        | LogoutError::Message(
            LogoutMessageError::Params(_)
            | LogoutMessageError::Repeated(_)
            | LogoutMessageError::Saml(_)
            | LogoutMessageError::StateMissing
            | LogoutMessageError::TokenMissing
            | LogoutMessageError::Token(_),
        )
        | LogoutError::Request(_)
        | LogoutError::NotNavigation
        | LogoutError::Replayed => OAuthErrorCode::InvalidRequest,
        // The same token can be sent again.
        LogoutError::Message(LogoutMessageError::Provider(_))
        | LogoutError::Expired
        | LogoutError::Login(_) => OAuthErrorCode::TemporarilyUnavailable,
    };
    error(code, &why.to_string())
}

/// 400 also for what failed here [OIDC Back-Channel Logout §2.8].
fn error(code: OAuthErrorCode, description: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::BAD_REQUEST).json(code.body(description))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use actix_web::body::MessageBody;
    use serde_json::Value;

    use super::*;

    /// A provider that is told of an invalid request does not send the token again.
    #[test]
    fn a_token_that_nobody_can_judge_now_is_not_called_invalid() {
        for (error, code) in [
            (LogoutMessageError::Provider("no_answer"), "temporarily_unavailable"),
            (LogoutMessageError::TokenMissing, "invalid_request"),
        ] {
            let response = refused(&LogoutError::Message(error));
            assert_eq!(response.status(), StatusCode::BAD_REQUEST);
            let body = response.into_body().try_into_bytes().unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body.get("error").and_then(Value::as_str), Some(code));
        }
    }
}
