//! Errors of client authentication.

use thiserror::Error;

use super::assertion::ClientAssertionError;
use crate::wire::{oauth_error::OAuthErrorCode, params::RepeatedParamError};

/// Why a client did not authenticate. The sentence is the `error_description`; clients relay it to
/// their developers, so it holds nothing personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClientAuthenticationError {
    /// The named parameter came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// A secret in the form without a `client_id`.
    #[error("client_id is missing; send it in the form")]
    ClientIdMissing,
    /// More than one way to authenticate, or for more than one client [RFC 6749 §2.3].
    #[error("the client authenticated in more than one way; use the form or the header, not both")]
    Conflicting,
    /// Neither a secret nor an assertion.
    #[error("the client did not authenticate; send client_id and client_secret")]
    Missing,
    /// A `client_assertion` of another kind than a JWT [RFC 7521 §4.2].
    #[error(
        "client_assertion_type is not supported; \
         send urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    )]
    AssertionType,
    /// Not Basic, not base64, or not form-urlencoded inside.
    #[error(
        "the Authorization header cannot be read; \
         send Basic with the form-urlencoded client id and secret in base64"
    )]
    UnreadableHeader,
    /// An unknown client, a wrong secret, or a way that is not this client's; the response does not say
    /// which.
    #[error("client authentication failed; check the client id and secret")]
    Failed,
    /// The client's assertion proves nothing.
    #[error(transparent)]
    Assertion(#[from] ClientAssertionError),
}

impl ClientAuthenticationError {
    /// A short stable word for logs: the rule, where [`Self::error_code`] is what the client gets.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Repeated(_) => "repeated_parameter",
            Self::ClientIdMissing => "parameter_missing",
            Self::Conflicting => "conflicting_credentials",
            Self::Missing => "no_credentials",
            Self::AssertionType => "assertion_type",
            Self::UnreadableHeader => "unreadable_authorization",
            Self::Failed => "wrong_credentials",
            Self::Assertion(error) => error.reason(),
        }
    }

    /// The `error` of the response [RFC 6749 §5.2].
    #[must_use]
    pub const fn error_code(self) -> OAuthErrorCode {
        match self {
            Self::Repeated(_) | Self::ClientIdMissing | Self::Conflicting => {
                OAuthErrorCode::InvalidRequest
            }
            Self::Missing
            | Self::AssertionType
            | Self::UnreadableHeader
            | Self::Failed
            | Self::Assertion(_) => OAuthErrorCode::InvalidClient,
        }
    }

    /// The HTTP status: 401 for `invalid_client`, else 400 [RFC 6749 §5.2].
    #[must_use]
    pub fn status(self) -> u16 {
        if self.error_code() == OAuthErrorCode::InvalidClient { 401 } else { 400 }
    }

    /// The `WWW-Authenticate` header, which every 401 needs [RFC 9110 §15.5.2].
    #[must_use]
    pub fn www_authenticate(self) -> Option<&'static str> {
        (self.status() == 401).then_some(CHALLENGE)
    }
}

const CHALLENGE: &str = r#"Basic realm="token", charset="UTF-8""#;
