//! Private keys.

use std::fmt;

use async_trait::async_trait;
use thiserror::Error;

/// A private key that signs by one algorithm, wherever it is kept: in this process, or in a service
/// that never gives it away.
#[async_trait]
pub trait Signer: fmt::Debug + Send + Sync {
    /// The signature over `octets`, in the form that JWS and XML Signature carry.
    ///
    /// # Errors
    /// [`SignerError`] when the key cannot be used now.
    async fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SignerError>;
}

/// Why a key did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignerError {
    /// OpenSSL refused to compute.
    #[error("OpenSSL refused to compute the signature")]
    OpenSsl,
    /// The service that keeps the key refused, or did not answer in time. It says more in a line of
    /// its own.
    #[error("the service that keeps the key did not sign")]
    Service,
}

#[async_trait]
impl Signer for silta_saml::SigningKey {
    async fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SignerError> {
        Self::sign(self, octets).map_err(|_| SignerError::OpenSsl)
    }
}

#[async_trait]
impl Signer for silta_oidc::SigningKey {
    async fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SignerError> {
        Self::sign(self, octets).map_err(|_| SignerError::OpenSsl)
    }
}
