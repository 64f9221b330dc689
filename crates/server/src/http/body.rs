//! Reading form bodies, bounded, before anything else is decided.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;

/// Why a body cannot be read as a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// Another media type than `application/x-www-form-urlencoded`.
    NotAForm,
    /// More than the endpoint can need.
    TooLarge,
    /// The connection broke, or the octets are not UTF-8.
    Unreadable,
}

impl BodyFault {
    /// The HTTP status.
    pub(super) fn status(self) -> u16 {
        match self {
            Self::NotAForm => 415,
            Self::TooLarge => 413,
            Self::Unreadable => 400,
        }
    }

    /// What to do about it.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::NotAForm => "the body is not a form; send application/x-www-form-urlencoded",
            Self::TooLarge => "the body is too large; send less",
            Self::Unreadable => "the body could not be read; send it again as UTF-8",
        }
    }
}

/// The text of a form body of at most `limit` octets.
pub(super) async fn form(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
) -> Result<String, BodyFault> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|value| value.split(';').next()).map(str::trim);
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case(FORM)) {
        return Err(BodyFault::NotAForm);
    }
    match payload.to_bytes_limited(limit).await {
        Ok(Ok(bytes)) => String::from_utf8(bytes.to_vec()).map_err(|_| BodyFault::Unreadable),
        Ok(Err(_)) => Err(BodyFault::Unreadable),
        Err(_) => Err(BodyFault::TooLarge),
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
/// The parameters of a token or authorize request.
pub(super) const PARAMETERS: usize = 64 * 1024;
/// A SAML response of 128 KiB in base64, every character escaped.
pub(super) const SAML: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;
