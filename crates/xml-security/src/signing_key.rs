//! Keys that we sign with, as peers see them and as we hold them.

use std::fmt;

use openssl::ecdsa::EcdsaSig;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer};

use crate::algorithm::{Scheme, SignatureAlgorithm};
use crate::keys::{Certificate, KeyError, check_pair, coordinate_width, private_key};
use crate::sign_error::SignError;

/// Who signs, as peers see it: an algorithm, and the certificate that they know the key by. The
/// private key may be anywhere.
#[derive(Clone)]
pub struct SigningCredential {
    algorithm: SignatureAlgorithm,
    certificate: Certificate,
    named: bool,
}

impl SigningCredential {
    /// Announces `certificate` as the one whose key signs by `algorithm`.
    ///
    /// # Errors
    /// [`KeyError::Algorithm`] when the certificate's key is of another kind.
    pub fn new(certificate: Certificate, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        let kind = match algorithm.scheme() {
            Scheme::Pkcs1 | Scheme::Pss => Id::RSA,
            Scheme::Ecdsa => Id::EC,
        };
        if certificate.key()?.id() == kind {
            Ok(Self { algorithm, certificate, named: true })
        } else {
            Err(KeyError::Algorithm)
        }
    }

    /// The same, of whose certificate a signature says nothing: its readers know it.
    #[must_use]
    pub fn unnamed(self) -> Self {
        Self { named: false, ..self }
    }

    /// Whether signatures carry the certificate.
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// The algorithm of its signatures.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The certificate to publish.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

impl fmt::Debug for SigningCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningCredential({})", self.algorithm.name())
    }
}

/// A private key that we hold and sign with.
#[derive(Clone)]
pub struct SigningKey {
    key: PKey<Private>,
    credential: SigningCredential,
}

impl SigningKey {
    /// Reads a private key in PEM (PKCS#8, PKCS#1 or SEC1) and its certificate.
    ///
    /// # Errors
    /// [`KeyError`] when either cannot be used or they do not belong together.
    pub fn from_pem(
        key: &[u8],
        certificate: &[u8],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, KeyError> {
        let key = private_key(key)?;
        let certificate = Certificate::from_pem(certificate)?;
        check_pair(&certificate.key()?, &key)?;
        Ok(Self { key, credential: SigningCredential::new(certificate, algorithm)? })
    }

    /// The key as peers see it.
    #[must_use]
    pub fn credential(&self) -> &SigningCredential {
        &self.credential
    }

    /// The same key under another algorithm of its kind, for a peer with another profile.
    ///
    /// # Errors
    /// [`KeyError::Algorithm`] when the key is of another kind.
    pub fn with_algorithm(&self, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        let credential = SigningCredential::new(self.credential.certificate.clone(), algorithm)?;
        Ok(Self { key: self.key.clone(), credential })
    }

    /// The signature over `octets` in the form that XML Signature and the Redirect binding carry:
    /// ECDSA as `r || s` [RFC 9231 §2.3.6].
    ///
    /// # Errors
    /// [`SignError::Crypto`] when OpenSSL refuses.
    pub fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SignError> {
        let algorithm = self.credential.algorithm;
        let mut signer = Signer::new(algorithm.digest().openssl(), &self.key)?;
        if algorithm.scheme() == Scheme::Pss {
            signer.set_rsa_padding(Padding::PKCS1_PSS)?;
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            signer.set_rsa_mgf1_md(algorithm.digest().openssl())?;
        }
        let signature = signer.sign_oneshot_to_vec(octets)?;
        if algorithm.scheme() != Scheme::Ecdsa {
            return Ok(signature);
        }
        let width = coordinate_width(&self.key).ok_or(SignError::Curve)?;
        let signature = EcdsaSig::from_der(&signature)?;
        let mut raw = signature.r().to_vec_padded(width)?;
        raw.extend(signature.s().to_vec_padded(width)?);
        Ok(raw)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.credential.algorithm.name())
    }
}
