//! Works on requests in turns, and answers those that are not served.

use std::future::Future;

use actix_web::{HttpRequest, HttpResponse};
use silta_oidc::OAuthErrorCode;

use super::load::NotServedError;
use super::turns::{Purpose, Turns};
use super::{connection, endpoint, page};
use crate::app_state::AppState;

/// Works on `request`, one turn at a time.
///
/// # Errors
/// [`NotServedError`]: nothing of the work was done.
pub(super) async fn work<F: Future>(
    turns: &Turns,
    purpose: Purpose,
    (state, request): (&AppState, &HttpRequest),
    work: F,
) -> Result<F::Output, NotServedError> {
    let source = state.trusted_proxies.source(request);
    let has_gone = || connection::client_has_gone(request);
    Ok(turns.work(purpose, source, has_gone, work).await?)
}

/// Answers a person's request that is not worked on.
pub(super) fn not_served_page(
    state: &AppState,
    request: &HttpRequest,
    why: NotServedError,
) -> HttpResponse {
    state.load.count_not_served(endpoint::step_of(request), why);
    match why {
        NotServedError::Gone => HttpResponse::ServiceUnavailable().finish(),
        // A browser that sent two for one login shows what the younger one came to.
        NotServedError::Busy | NotServedError::Newer => page::busy(request),
    }
}

/// Answers a client's request that is not worked on.
pub(super) fn not_served_json(
    state: &AppState,
    request: &HttpRequest,
    why: NotServedError,
) -> HttpResponse {
    state.load.count_not_served(endpoint::step_of(request), why);
    match why {
        NotServedError::Gone => HttpResponse::ServiceUnavailable().finish(),
        NotServedError::Busy | NotServedError::Newer => {
            let told = "too many requests came at once; send it again in a moment";
            HttpResponse::ServiceUnavailable()
                .json(OAuthErrorCode::TemporarilyUnavailable.body(told))
        }
    }
}
