//! Why there is no client.

use thiserror::Error;

/// There is no client for outgoing HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum HttpsClientError {
    /// Nobody's certificate could be accepted.
    #[error(
        "this machine has no root certificates; install its ca-certificates, \
         or name a file with some in SSL_CERT_FILE"
    )]
    NoRoots,
    /// The HTTP or TLS library does not take its settings.
    #[error("no HTTPS client can be made")]
    NoClient,
}
