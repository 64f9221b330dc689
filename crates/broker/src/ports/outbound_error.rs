//! Why a request of ours over HTTPS brought no response.

use thiserror::Error;

/// Why a request brought no response that can be read. Whether the peer has received it is unknown.
///
/// A closed set: each cause has another remedy. It says nothing about where the peer is, and nothing
/// in the peer's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum OutboundHttpError {
    /// As many requests were under way as may be, for as long as this one could wait.
    #[error("too many requests to it are under way")]
    Busy,
    /// The name has no address.
    #[error("its name does not resolve")]
    NotResolved,
    /// Its addresses are of this machine, this link or a cloud's metadata service, or no address of
    /// one host. Plain http to this machine is meant, too, where that is not allowed.
    #[error("its address is one that is never called")]
    AddressNotAllowed,
    /// The host is there, and no program listens at the port.
    #[error("nothing listens at its address")]
    NobodyListens,
    /// No connection within the time for one, or no route to the address.
    #[error("there is no connection to it")]
    NoConnection,
    /// The certificate that it shows is not accepted.
    #[error("its certificate is not accepted")]
    CertificateRefused,
    /// It does not speak TLS, or no version that we do, or breaks off the handshake.
    #[error("it does not speak TLS as we do")]
    TlsFailed,
    /// No whole response within the time-out.
    #[error("it does not answer in time")]
    NoAnswer,
    /// The response is a redirect; none is followed.
    #[error("it answers with a redirect")]
    Redirect,
    /// The body is larger than the request allows.
    #[error("its answer is too large")]
    TooLarge,
    /// The body is compressed, which was not offered; nothing is decompressed.
    #[error("its answer is compressed")]
    Compressed,
    /// The response is not HTTP/1.1, has too large a head, or breaks off.
    #[error("its answer cannot be read")]
    Unreadable,
    /// Our request cannot be written as HTTP.
    #[error("the request cannot be written")]
    UnusableRequest,
}

impl OutboundHttpError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::NotResolved => "not_resolved",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::NobodyListens => "nobody_listens",
            Self::NoConnection => "no_connection",
            Self::CertificateRefused => "certificate_refused",
            Self::TlsFailed => "tls_failed",
            Self::NoAnswer => "no_answer",
            Self::Redirect => "redirect",
            Self::TooLarge => "too_large",
            Self::Compressed => "compressed",
            Self::Unreadable => "unreadable",
            Self::UnusableRequest => "unusable_request",
        }
    }
}
