//! The ways in which encrypted content is not opened.

use thiserror::Error;

use crate::agreement_error::AgreementError;
use crate::named_algorithm::{AllowedAlgorithms, NamedAlgorithm};

/// Why encrypted content was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecryptionError {
    /// A cipher, key transport or digest that this peer may not use, or that does not exist here.
    #[error("the encryption uses an algorithm that is not allowed: {named}; allowed: {allowed}")]
    Algorithm {
        /// What it names.
        named: NamedAlgorithm,
        /// What it may name at that place.
        allowed: AllowedAlgorithms,
    },
    /// CBC where no verified signature covers the ciphertext: it could be a padding oracle.
    #[error("CBC encryption is accepted only inside a signed message")]
    CbcUnsigned,
    /// The structure around the ciphertext is not the one profile that is read.
    #[error("the encrypted element has a structure that is not accepted")]
    Structure,
    /// An agreement on a key that is not read.
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    /// No key of ours opens it. Deliberately one error for every cause.
    #[error("the content could not be decrypted with any of our keys")]
    Undecryptable,
}

impl DecryptionError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Algorithm { .. } => "encryption_algorithm",
            Self::CbcUnsigned => "cbc_unsigned",
            Self::Structure => "encryption_structure",
            Self::Agreement(error) => error.reason(),
            Self::Undecryptable => "undecryptable",
        }
    }
}
