//! Reading form bodies, bounded, before anything else is decided.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use silta_broker::BodyFault;
use tokio::time::timeout;

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
    match timeout(PATIENCE, payload.to_bytes_limited(limit)).await {
        Ok(Ok(Ok(bytes))) => String::from_utf8(bytes.to_vec()).map_err(|_| BodyFault::Unreadable),
        Ok(Ok(Err(_))) => Err(BodyFault::Unreadable),
        Ok(Err(_)) => Err(BodyFault::TooLarge),
        Err(_) => Err(BodyFault::TooSlow),
    }
}

/// The most octets that a form at this path may have.
pub(super) fn most_of(path: &str) -> usize {
    if path.ends_with("/acs") { SAML } else { PARAMETERS }
}

/// A slow telephone needs seconds for 128 KiB; whoever needs longer is holding a connection open.
const PATIENCE: Duration = Duration::from_secs(20);
const FORM: &str = "application/x-www-form-urlencoded";
/// The parameters of a token or authorize request.
pub(super) const PARAMETERS: usize = 64 * 1024;
/// A SAML response of 128 KiB in base64, every character escaped.
pub(super) const SAML: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;
