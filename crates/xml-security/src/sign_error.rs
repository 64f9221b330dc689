//! The ways in which nothing can be signed.

use openssl::error::ErrorStack;
use thiserror::Error;

use crate::c14n::CanonicalizationError;

/// Why something could not be signed: a defect of the caller or of the key, never of a peer.
#[derive(Debug, Error)]
pub enum SignError {
    /// The XML is not an element with an ID and a child to put the signature after.
    #[error("the element has no ID, or no child to put the signature after")]
    Shape,
    /// The ID is not an NCName, so it could not be referred to [XMLSchema2 §3.3.8].
    #[error("the element's ID is not an NCName")]
    Id,
    /// The element has no canonical form.
    #[error("the element cannot be canonicalized")]
    Canonicalization(#[from] CanonicalizationError),
    /// The key is not on a curve that is accepted.
    #[error("the key is on no curve that is accepted")]
    Curve,
    /// OpenSSL refused.
    #[error("signing failed")]
    Crypto(#[from] ErrorStack),
}
