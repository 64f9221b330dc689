//! The ways in which an XML signature does not hold.

use thiserror::Error;

use crate::c14n::CanonicalizationError;
use crate::named_algorithm::{AllowedAlgorithms, NamedAlgorithm};
use crate::named_transform::NamedTransform;

/// Why an XML signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// The elements are not exactly those of the profile.
    #[error("its structure is not the one that is accepted")]
    Structure,
    /// `CanonicalizationMethod` is not exclusive canonicalization.
    #[error("its canonicalization method is not accepted: {named}")]
    Canonicalization {
        /// What it is.
        named: NamedTransform,
    },
    /// `SignatureMethod` is not allowed for this peer.
    #[error("its signature algorithm is not accepted: {named}; accepted: {allowed}")]
    Algorithm {
        /// What it names.
        named: NamedAlgorithm,
        /// What this peer may use.
        allowed: AllowedAlgorithms,
    },
    /// `DigestMethod` is not SHA-256, SHA-384 or SHA-512.
    #[error("its digest algorithm is not accepted: {named}; accepted: {allowed}")]
    Digest {
        /// What it names.
        named: NamedAlgorithm,
        /// What it may name.
        allowed: AllowedAlgorithms,
    },
    /// The transforms are not enveloped-signature and exclusive canonicalization.
    #[error("its transforms are not accepted: {named}")]
    Transforms {
        /// The first of them that is not accepted, or what is wrong with all of them.
        named: NamedTransform,
    },
    /// The reference is not to the element that holds the signature.
    #[error("it refers to something else than its parent")]
    Reference,
    /// `SignedInfo` is much longer than any real one, or the canonical form much longer than what it
    /// is made of.
    #[error("its SignedInfo, or what it covers in canonical form, is too long")]
    TooLong,
    /// The content was changed after signing.
    #[error("its digest does not match the content")]
    DigestMismatch,
    /// Its canonical form or its digest could not be computed: a defect of ours or of OpenSSL, and
    /// never a reason to take a default.
    #[error("its canonical form or digest could not be computed")]
    NotComputed,
    /// No configured key of this peer made it.
    #[error("it was not made by a key of this peer")]
    NoKeyMatches,
}

impl SignatureError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Structure => "signature_structure",
            Self::Canonicalization { .. } => "signature_canonicalization",
            Self::Algorithm { .. } => "signature_algorithm",
            Self::Digest { .. } => "signature_digest_algorithm",
            Self::Transforms { .. } => "signature_transforms",
            Self::Reference => "signature_reference",
            Self::TooLong => "signature_too_long",
            Self::DigestMismatch => "signature_digest_mismatch",
            Self::NotComputed => "signature_not_computed",
            Self::NoKeyMatches => "signature_no_key_matches",
        }
    }
}

impl From<CanonicalizationError> for SignatureError {
    fn from(error: CanonicalizationError) -> Self {
        match error {
            CanonicalizationError::TooLong => Self::TooLong,
            CanonicalizationError::NoName => Self::NotComputed,
        }
    }
}
