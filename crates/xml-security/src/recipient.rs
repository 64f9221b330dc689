//! Whom we encrypt to: a key that its owner gave for that, and how a session key is wrapped for it.

use std::fmt;

use openssl::pkey::{Id, PKey, Public};

use crate::algorithm::RsaOaep;
use crate::curve::Curve;
use crate::key_agreement::EcdhEs;
use crate::keys::{Certificate, KeyError};

/// A public key that its owner gave us to encrypt to, from configuration or from metadata that is believed;
/// a message gives none. A key that a peer signs with does not become one: nothing makes it of a
/// [`VerificationKey`](crate::VerificationKey) or of a [`Certificate`].
#[derive(Clone)]
pub struct EncryptionKey(Certificate);

impl EncryptionKey {
    /// The key of the one certificate of a PEM file.
    ///
    /// # Errors
    /// As [`Certificate::from_pem`].
    pub fn from_certificate_pem(pem: &[u8]) -> Result<Self, KeyError> {
        Certificate::for_encryption_from_pem(pem).map(Self)
    }

    /// The key of a certificate in DER, as metadata carries it in base64.
    ///
    /// # Errors
    /// As [`Certificate::from_der`].
    pub fn from_certificate_der(der: &[u8]) -> Result<Self, KeyError> {
        Certificate::for_encryption_from_der(der).map(Self)
    }

    /// The certificate's DER in base64, as metadata carries it.
    #[must_use]
    pub fn base64(&self) -> String {
        self.0.base64()
    }

    fn key_of(&self, kind: Id) -> Result<PKey<Public>, KeyError> {
        let key = self.0.encryption_key()?;
        if key.id() == kind { Ok(key) } else { Err(KeyError::Algorithm) }
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey")
    }
}

/// Whom we encrypt to, and how: a key and a way to wrap for it that fit each other.
#[derive(Clone)]
pub struct Recipient {
    pub(crate) wrapping: Wrapping,
}

/// How a session key is wrapped, with what is needed for it.
#[derive(Clone)]
pub(crate) enum Wrapping {
    RsaOaep { key: PKey<Public>, oaep: RsaOaep },
    EcdhEs { key: PKey<Public>, curve: Curve, certificate: Option<String>, way: EcdhEs },
}

impl Recipient {
    /// Wraps by RSA-OAEP.
    ///
    /// # Errors
    /// [`KeyError::Algorithm`] when the key is not RSA.
    pub fn by_rsa_oaep(key: &EncryptionKey, oaep: RsaOaep) -> Result<Self, KeyError> {
        Ok(Self { wrapping: Wrapping::RsaOaep { key: key.key_of(Id::RSA)?, oaep } })
    }

    /// Agrees on a key by ECDH-ES, and wraps with that.
    ///
    /// # Errors
    /// [`KeyError::Algorithm`] when the key is not on an elliptic curve.
    pub fn by_ecdh_es(key: &EncryptionKey, way: EcdhEs) -> Result<Self, KeyError> {
        let public = key.key_of(Id::EC)?;
        let curve = Curve::of(&public).ok_or(KeyError::Kind)?;
        let certificate = Some(key.0.base64());
        Ok(Self { wrapping: Wrapping::EcdhEs { key: public, curve, certificate, way } })
    }

    /// The same, of whose certificate a message says nothing: a recipient with one key needs no hint.
    #[must_use]
    pub fn unnamed(mut self) -> Self {
        if let Wrapping::EcdhEs { certificate, .. } = &mut self.wrapping {
            *certificate = None;
        }
        self
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wrapping {
            Wrapping::RsaOaep { .. } => f.write_str("Recipient(rsa-oaep)"),
            Wrapping::EcdhEs { .. } => f.write_str("Recipient(ecdh-es)"),
        }
    }
}
