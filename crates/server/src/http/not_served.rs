//! Works on requests in turns, and answers those that are not served.

use std::future::Future;

use actix_web::{HttpRequest, HttpResponse};
use silta_broker::FormBodyError;
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

/// The same for a request by form. For one that could not be read (`fault`) nothing is looked up, so it takes no
/// turn; and whoever ended it too early hears so, although nothing more comes from them.
///
/// # Errors
/// As [`work`].
pub(super) async fn work_on_form<F: Future>(
    fault: Option<FormBodyError>,
    turns: &Turns,
    purpose: Purpose,
    at: (&AppState, &HttpRequest),
    refuse_or_work: F,
) -> Result<F::Output, NotServedError> {
    match fault {
        Some(_) => Ok(refuse_or_work.await),
        None => work(turns, purpose, at, refuse_or_work).await,
    }
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
