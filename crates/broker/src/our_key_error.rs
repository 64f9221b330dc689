//! Why a key of ours could not be used.

use std::fmt;

use silta_saml::{DeflateError, SignError};
use thiserror::Error;

use crate::ports::SignerError;

/// A key of ours could not be used: which one, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{key} could not be used: {cause}")]
pub struct OurKeyError {
    /// The key.
    pub key: OurKey,
    /// Why.
    #[source]
    pub cause: KeyErrorCause,
}

/// The keys that a login needs, by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OurKey {
    /// The key that signs `AuthnRequest`s.
    SamlRequests,
    /// The identity provider's, to which parts of `AuthnRequest`s are encrypted.
    RequestEncryption,
    /// The key that signs our Responses to service providers.
    SamlResponses,
    /// The key that signs ID tokens.
    IdTokens,
}

/// Why a key could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyErrorCause {
    /// The key itself, or the service that keeps it.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// What it should sign could not be written, which is a defect of ours.
    #[error("what it should sign could not be written")]
    Unwritten,
    /// The key is on no curve that is accepted.
    #[error("it is on no curve that is accepted")]
    Curve,
    /// None is configured, which no checked configuration causes.
    #[error("there is none for this algorithm")]
    Absent,
    /// OpenSSL refused to compute.
    #[error("OpenSSL refused to compute")]
    OpenSsl,
}

impl OurKey {
    /// The error of this key for `cause`.
    pub(crate) fn failed(self, cause: impl Into<KeyErrorCause>) -> OurKeyError {
        OurKeyError { key: self, cause: cause.into() }
    }

    /// A short stable word for logs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SamlRequests => "saml_request_key",
            Self::RequestEncryption => "request_encryption_key",
            Self::SamlResponses => "saml_response_key",
            Self::IdTokens => "id_token_key",
        }
    }
}

impl fmt::Display for OurKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SamlRequests => "the key that signs AuthnRequests",
            Self::RequestEncryption => "the key that parts of AuthnRequests are encrypted to",
            Self::SamlResponses => "the key that signs Responses",
            Self::IdTokens => "the key that signs ID tokens",
        })
    }
}

impl From<&SignError> for KeyErrorCause {
    fn from(error: &SignError) -> Self {
        match error {
            SignError::Shape | SignError::Id | SignError::Canonicalization(_) => Self::Unwritten,
            SignError::Curve => Self::Curve,
            SignError::Crypto(_) => Self::OpenSsl,
        }
    }
}

impl From<&DeflateError> for KeyErrorCause {
    fn from(_: &DeflateError) -> Self {
        Self::Unwritten
    }
}
