//! What a client sends by itself, without a browser, and how it is refused.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use silta_broker::FormBodyError;
use silta_oidc::OAuthErrorCode;

use super::body::{self, BodyError};
use super::load::NotServedError;
use super::not_served;
use super::turns::{Purpose, Turns};
use crate::app_state::AppState;

/// A form and an `Authorization` header.
pub(super) struct ClientRequest<'r> {
    form: Result<String, FormBodyError>,
    pub(super) authorization: Option<&'r str>,
}

impl<'r> ClientRequest<'r> {
    /// Reads it.
    ///
    /// # Errors
    /// The response that says why it is not.
    pub(super) async fn read(
        state: &AppState,
        request: &'r HttpRequest,
        payload: Payload,
    ) -> Result<Self, HttpResponse> {
        let form = match body::parameters(request, payload, state).await {
            Ok(form) => Ok(form),
            Err(BodyError::Invalid(fault)) => Err(fault),
            Err(BodyError::Displaced(to)) => {
                return Err(not_served::not_served_json(state, request, to.into()));
            }
        };
        Ok(Self { form, authorization: authorization(request)? })
    }

    /// Works on it, one turn at a time.
    ///
    /// # Errors
    /// [`NotServedError`]: nothing of the work was done.
    pub(super) async fn work<F: Future>(
        &self,
        turns: &Turns,
        purpose: Purpose,
        at: (&AppState, &HttpRequest),
        work: F,
    ) -> Result<F::Output, NotServedError> {
        not_served::work_on_form(self.form().err(), turns, purpose, at, work).await
    }

    /// The form, if it could be read.
    pub(super) fn form(&self) -> Result<&str, FormBodyError> {
        self.form.as_deref().map_err(|fault| *fault)
    }
}

/// The `Authorization` header, of which there is at most one [RFC 9110 §5.3]: of two, a proxy and
/// this might each believe another.
///
/// # Errors
/// [`TwoHeaders`].
pub(super) fn authorization(request: &HttpRequest) -> Result<Option<&str>, TwoHeaders> {
    let mut all = request.headers().get_all(AUTHORIZATION);
    match (all.next(), all.next()) {
        (_, Some(_)) => Err(TwoHeaders),
        // A header that is not text is as good as one that cannot be read.
        (one, None) => Ok(one.map(|value| value.to_str().unwrap_or("unreadable"))),
    }
}

/// `Authorization` came more than once.
pub(super) struct TwoHeaders;

impl From<TwoHeaders> for HttpResponse {
    fn from(_: TwoHeaders) -> Self {
        let told = "the Authorization header came more than once; send one";
        json(400).json(OAuthErrorCode::InvalidRequest.body(told))
    }
}

/// The answer to a request of a client that is refused [RFC 6749 §5.2].
pub(super) fn refused(
    status: u16,
    challenge: Option<&'static str>,
    (code, description): (OAuthErrorCode, &str),
) -> HttpResponse {
    let mut response = json(status);
    if let Some(challenge) = challenge {
        response.insert_header((WWW_AUTHENTICATE, challenge));
    }
    response.json(code.body(description))
}

/// A response of this status.
pub(super) fn json(status: u16) -> HttpResponseBuilder {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST))
}
