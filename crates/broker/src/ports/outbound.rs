//! Requests of ours over HTTPS, such as those of a relying party to its provider.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use silta_oidc::OutboundUrl;

use super::outbound_error::OutboundHttpError;

/// The way out: one request, one whole response, within the bounds that the request names.
///
/// It follows no redirect, keeps no cookie, and calls no address that only this machine, its link or
/// its cloud's metadata service has.
#[async_trait]
pub trait OutboundHttp: Send + Sync {
    /// Sends `request` once and reads the response to its end, whatever its status is.
    ///
    /// # Errors
    /// [`OutboundHttpError`]. Whether the peer has received the request is then unknown.
    async fn send(
        &self,
        request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError>;
}

/// A request. `Debug` shows nothing of its secrets, nor where it goes.
#[derive(Clone, Copy)]
pub struct OutboundRequest<'a> {
    /// Where to.
    pub url: &'a OutboundUrl,
    /// The method, and the form of a POST.
    pub method: OutboundMethod<'a>,
    /// The media type that is wanted, for `Accept`.
    pub accept: &'static str,
    /// The whole value of `Authorization`, such as `Bearer …`, where there is one.
    pub authorization: Option<&'a SecretString>,
    /// The octets that the body of the response may have.
    pub max_body: usize,
    /// The time for all of it: the wait for a turn, the name, the connection, the last octet.
    pub time_out: Duration,
}

/// What a request does.
#[derive(Clone, Copy)]
pub enum OutboundMethod<'a> {
    /// Reads.
    Get,
    /// Posts a form, in the encoding `application/x-www-form-urlencoded`.
    PostForm(&'a SecretString),
}

impl fmt::Debug for OutboundRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundRequest")
            .field("method", &self.method)
            .field("max_body", &self.max_body)
            .field("time_out", &self.time_out)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OutboundMethod<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "Get",
            Self::PostForm(_) => "PostForm(redacted)",
        })
    }
}

/// What was answered, never a redirect. `Debug` shows only the status and the length: the body may
/// hold tokens and personal data.
pub struct OutboundResponse {
    /// The HTTP status: 200 to 299, or 400 and above.
    pub status: u16,
    /// The `Content-Type` as it was sent, in visible ASCII and blanks.
    pub content_type: Option<String>,
    /// The body, which was not compressed, of at most [`OutboundRequest::max_body`] octets.
    pub body: Vec<u8>,
}

impl fmt::Debug for OutboundResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundResponse")
            .field("status", &self.status)
            .field("octets", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn nothing_of_a_request_or_a_response_is_printed() {
        let url = OutboundUrl::parse("https://op.example/hidden-path").unwrap();
        let (bearer, form) = ("Bearer hidden-token".into(), "code=hidden-code".into());
        let request = OutboundRequest {
            url: &url,
            method: OutboundMethod::PostForm(&form),
            accept: "application/json",
            authorization: Some(&bearer),
            max_body: 1024,
            time_out: Duration::from_secs(5),
        };
        let response = OutboundResponse {
            status: 200,
            content_type: Some("text/hidden".to_owned()),
            body: b"hidden-body".to_vec(),
        };
        let printed = format!("{request:?} {url:?} {response:?}");
        assert!(!printed.contains("hidden") && !printed.contains("op.example"), "{printed}");
        assert!(printed.contains("status: 200, octets: 11"), "{printed}");
    }
}
