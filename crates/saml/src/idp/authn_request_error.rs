//! Every way a service provider's request can be refused: facts, never the peer's text.

use thiserror::Error;

use crate::message_error::MessageError;

/// Why an AuthnRequest was not accepted. Nobody knows then where an answer may go, so each is told
/// on a page. Each has a stable [`AuthnRequestError::reason`] for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthnRequestError {
    /// The message cannot be read.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// `RelayState` is longer than [`RELAY_STATE_LIMIT`](crate::RELAY_STATE_LIMIT).
    #[error("RelayState has more than {limit} octets")]
    RelayStateTooLong {
        /// The limit in octets.
        limit: usize,
    },
    /// No service provider of this name is registered.
    #[error("the issuer is no service provider that is registered here")]
    UnknownServiceProvider,
    /// `Destination` is another address than ours, or absent from a signed request
    /// [SAML2Bind §3.4.5.2, §3.5.5.2].
    #[error("the request is addressed to another destination")]
    WrongDestination,
    /// `ID` is not an NCName of ASCII characters, or is too long to be remembered.
    #[error("the ID of the request is not one that is accepted")]
    RequestId,
    /// The request names an ACS URL that is not registered.
    #[error("the request names an ACS URL that is not registered")]
    UnlistedAcs,
    /// The request names an ACS by an index that is not registered.
    #[error("the request names an ACS index that is not registered")]
    UnlistedAcsIndex,
    /// URL and index exclude each other [SAML2Core §3.4.1].
    #[error("the request names its ACS by URL and by index at once")]
    AcsConflict,
    /// The answer is wanted by another binding than HTTP-POST.
    #[error("the request wants its answer by another binding than HTTP-POST")]
    ProtocolBinding,
    /// A value is not an `xs:boolean`.
    #[error("{field} is neither true nor false")]
    NotABoolean {
        /// The attribute.
        field: &'static str,
    },
    /// A wish is longer than any real one, or has more parts.
    #[error("{field} is longer than any real one")]
    WishTooLong {
        /// The attribute or element.
        field: &'static str,
    },
    /// The request names the person who is to be logged in [SAML2Core §3.4.1.4]; nobody is known
    /// here before they log in.
    #[error("the request names a subject")]
    SubjectNamed,
    /// `SPNameQualifier` names another service provider [SAML2Core §3.4.1.1].
    #[error("the request wants a name that is meant for another service provider")]
    ForeignNameQualifier,
    /// Contexts are named by declarations, or compared in a way that does not exist
    /// [SAML2Core §3.3.2.2.1].
    #[error("the request names authentication contexts in a way that is not supported")]
    UnsupportedContext,
    /// `ProxyCount="0"` forbids asking another identity provider, which is all a broker does
    /// [SAML2Core §3.4.1.2].
    #[error("the request may not be passed on")]
    ProxyForbidden,
}

impl AuthnRequestError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Message(error) => error.reason(),
            Self::RelayStateTooLong { .. } => "relay_state_too_long",
            Self::UnknownServiceProvider => "unknown_service_provider",
            Self::WrongDestination => "wrong_destination",
            Self::RequestId => "request_id",
            Self::UnlistedAcs => "unlisted_acs",
            Self::UnlistedAcsIndex => "unlisted_acs_index",
            Self::AcsConflict => "acs_conflict",
            Self::ProtocolBinding => "protocol_binding",
            Self::NotABoolean { .. } => "not_a_boolean",
            Self::WishTooLong { .. } => "wish_too_long",
            Self::SubjectNamed => "subject_named",
            Self::ForeignNameQualifier => "foreign_name_qualifier",
            Self::UnsupportedContext => "unsupported_context",
            Self::ProxyForbidden => "proxy_forbidden",
        }
    }
}
