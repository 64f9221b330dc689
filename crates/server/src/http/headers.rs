//! Headers that every answer carries.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;

/// Adds what is not already there: a handler may say more about its own answer.
pub(super) async fn on_everything<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let status = response.status();
    let headers = response.headers_mut();
    if status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(RETRY_AFTER) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(SOON));
    }
    // A redirect shows nothing. Without what guards pages there is more room for a client's state: a
    // proxy may take no more than 4 KiB of headers.
    let of_pages: &[_] = if status.is_redirection() { &[] } else { &OF_PAGES };
    for (name, value) in HEADERS.iter().chain(of_pages) {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

/// No answer is cached unless it says so, none leaks its address onwards.
pub(super) const HEADERS: [(&str, &str); 3] = [
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
];
/// Nothing that is shown is framed, sniffed, or runs anything.
pub(super) const OF_PAGES: [(&str, &str); 4] = [
    ("pragma", "no-cache"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
];
/// In seconds. A failover of Redis takes as long, and a rush of people is over sooner.
const SOON: &str = "5";
