//! The public keys of a provider, as its JWK Set writes them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Public};
use openssl::rsa::{Padding, Rsa};
use openssl::sha::sha256;
use openssl::sign::{RsaPssSaltlen, Verifier};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::jose::algorithm::SignatureAlgorithm;

/// A public key that can verify signatures.
#[derive(Debug, Clone)]
pub(crate) enum VerificationKey {
    /// For RS256 and PS256.
    Rsa(PKey<Public>),
    /// For ES256.
    P256(EcKey<Public>),
}

impl VerificationKey {
    /// Reads a JWK of `kty` RSA [RFC 7518 §6.3.1] or EC [RFC 7518 §6.2.1].
    pub(crate) fn read(jwk: &Map<String, Value>) -> Result<Self, UnusableKeyError> {
        match jwk.get("kty").and_then(Value::as_str) {
            Some("RSA") => rsa(&number(jwk, "n")?, &number(jwk, "e")?),
            Some("EC") => match jwk.get("crv").and_then(Value::as_str) {
                Some("P-256") => p256(&coordinate(jwk, "x")?, &coordinate(jwk, "y")?),
                Some(_) => Err(UnusableKeyError::Curve),
                None => Err(UnusableKeyError::Malformed),
            },
            Some(_) => Err(UnusableKeyError::Kind),
            None => Err(UnusableKeyError::Malformed),
        }
    }

    /// Whether `algorithm` is one for this kind of key.
    pub(crate) const fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        match algorithm {
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => matches!(self, Self::Rsa(_)),
            SignatureAlgorithm::Es256 => matches!(self, Self::P256(_)),
        }
    }

    /// Whether this key made `signature` over `signed` by `algorithm`. What OpenSSL cannot read is no
    /// signature.
    pub(crate) fn verifies(
        &self,
        algorithm: SignatureAlgorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        let verified = match (self, algorithm) {
            (Self::Rsa(key), SignatureAlgorithm::Rs256) => rs256(key, signed, signature),
            (Self::Rsa(key), SignatureAlgorithm::Ps256) => ps256(key, signed, signature),
            (Self::P256(key), SignatureAlgorithm::Es256) => es256(key, signed, signature),
            (Self::Rsa(_), SignatureAlgorithm::Es256)
            | (Self::P256(_), SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256) => Ok(false),
        };
        verified.unwrap_or(false)
    }
}

/// A key of a JWK Set that nothing can be verified with. The other keys of the set still count
/// [RFC 7517 §5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnusableKeyError {
    /// A `kty` that is neither RSA nor EC.
    #[error("the key is neither RSA nor EC")]
    Kind,
    /// Another curve than P-256.
    #[error("the key is not on the curve P-256")]
    Curve,
    /// `use` or `key_ops` say that it is for something else than signatures.
    #[error("the key is not for signatures")]
    Use,
    /// `alg` names an algorithm that is never accepted.
    #[error("the key is for another algorithm than RS256, PS256 and ES256")]
    Algorithm,
    /// A member is missing, of the wrong type or not base64url, or the point is not on the curve.
    #[error("the key cannot be read")]
    Malformed,
    /// An RSA modulus below 2048 bits [RFC 7518 §3.3] or above 8192, which would only cost time.
    #[error("the key has {bits} bits, which is not 2048 to 8192")]
    Size {
        /// The size of the modulus.
        bits: i32,
    },
    /// An RSA exponent that is even, below 65537 or above 32 bits [FIPS 186-5 §5.4].
    #[error("the exponent of the key is even, below 65537 or above 32 bits")]
    Exponent,
}

fn number(jwk: &Map<String, Value>, member: &str) -> Result<Vec<u8>, UnusableKeyError> {
    let text = jwk.get(member).and_then(Value::as_str).ok_or(UnusableKeyError::Malformed)?;
    // More than any accepted key has; OpenSSL is not asked to look at it.
    if text.len() > MAX_NUMBER_LENGTH {
        return Err(UnusableKeyError::Malformed);
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| UnusableKeyError::Malformed)
}

/// 32 octets exactly [RFC 7518 §6.2.1.2].
fn coordinate(jwk: &Map<String, Value>, member: &str) -> Result<Vec<u8>, UnusableKeyError> {
    let octets = number(jwk, member)?;
    if octets.len() == 32 { Ok(octets) } else { Err(UnusableKeyError::Malformed) }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<VerificationKey, UnusableKeyError> {
    let malformed = |_| UnusableKeyError::Malformed;
    let modulus = BigNum::from_slice(modulus).map_err(malformed)?;
    let exponent = BigNum::from_slice(exponent).map_err(malformed)?;
    let bits = modulus.num_bits();
    if !(2048..=8192).contains(&bits) {
        return Err(UnusableKeyError::Size { bits });
    }
    let smallest = BigNum::from_u32(65537).map_err(malformed)?;
    if exponent < smallest || exponent.num_bits() > 32 || !exponent.is_bit_set(0) {
        return Err(UnusableKeyError::Exponent);
    }
    let key = Rsa::from_public_components(modulus, exponent).and_then(PKey::from_rsa);
    key.map(VerificationKey::Rsa).map_err(malformed)
}

fn p256(x: &[u8], y: &[u8]) -> Result<VerificationKey, UnusableKeyError> {
    let key = || {
        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let (x, y) = (BigNum::from_slice(x)?, BigNum::from_slice(y)?);
        // OpenSSL refuses a point that is not on the curve.
        let key = EcKey::from_public_key_affine_coordinates(&curve, &x, &y)?;
        key.check_key().map(|()| key)
    };
    key().map(VerificationKey::P256).map_err(|_: ErrorStack| UnusableKeyError::Malformed)
}

fn rs256(key: &PKey<Public>, signed: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    let mut verifier = Verifier::new(MessageDigest::sha256(), key)?;
    verifier.set_rsa_padding(Padding::PKCS1)?;
    verifier.verify_oneshot(signature, signed)
}

/// The salt has the length of the digest, and MGF1 uses the same digest [RFC 7518 §3.5].
fn ps256(key: &PKey<Public>, signed: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    let mut verifier = Verifier::new(MessageDigest::sha256(), key)?;
    verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
    verifier.set_rsa_mgf1_md(MessageDigest::sha256())?;
    verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    verifier.verify_oneshot(signature, signed)
}

/// R and S, 32 octets each [RFC 7518 §3.4]. OpenSSL refuses zero [CVE-2022-21449].
fn es256(key: &EcKey<Public>, signed: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    if signature.len() != 64 {
        return Ok(false);
    }
    let (r, s) = signature.split_at(32);
    let signature =
        EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
    signature.verify(&sha256(signed), key)
}

/// 8192 bits are 1366 characters of base64url; the rest is for a leading zero.
const MAX_NUMBER_LENGTH: usize = 1400;
