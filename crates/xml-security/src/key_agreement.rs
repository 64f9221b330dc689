//! ECDH-ES: a key that wraps a session key, agreed between an ephemeral key and a static one, and derived by
//! ConcatKDF [XMLEnc11 §5.4.1, §5.6.4].

use openssl::bn::BigNumContext;
use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::derive::Deriver;
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::hash::Hasher;
use openssl::pkey::{HasPrivate, HasPublic, PKey, PKeyRef, Private, Public};
use zeroize::Zeroizing;

use crate::agreement_error::AgreementError;
use crate::algorithm::DigestAlgorithm;
use crate::curve::Curve;

/// How a session key is wrapped under ECDH-ES, and by which digest ConcatKDF derives the wrapping key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EcdhEs {
    /// The digest of ConcatKDF.
    pub digest: KdfDigest,
    /// The wrap of the session key.
    pub wrap: KeyWrap,
}

/// Digests of ConcatKDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KdfDigest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl KdfDigest {
    /// Every digest that exists here.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// The digest as a message names it.
    #[must_use]
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::Sha256 => DigestAlgorithm::Sha256,
            Self::Sha384 => DigestAlgorithm::Sha384,
            Self::Sha512 => DigestAlgorithm::Sha512,
        }
    }

    pub(crate) fn by_uri(uri: &str) -> Option<Self> {
        let named = DigestAlgorithm::by_uri(uri)?;
        Self::ALL.into_iter().find(|one| one.digest() == named)
    }
}

/// Wraps of a session key by an agreed key [XMLEnc11 §5.7, RFC 3394].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyWrap {
    /// AES-128.
    Aes128,
    /// AES-256.
    Aes256,
}

impl KeyWrap {
    /// Every wrap that exists here.
    pub const ALL: [Self; 2] = [Self::Aes128, Self::Aes256];

    /// The URI that names it in messages.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Self::Aes128 => "http://www.w3.org/2001/04/xmlenc#kw-aes128",
            Self::Aes256 => "http://www.w3.org/2001/04/xmlenc#kw-aes256",
        }
    }

    /// The short name, such as `kw-aes256`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes128 => "kw-aes128",
            Self::Aes256 => "kw-aes256",
        }
    }

    pub(crate) fn by_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.uri() == uri)
    }

    fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes256 => 32,
        }
    }

    fn openssl(self) -> &'static CipherRef {
        match self {
            Self::Aes128 => Cipher::aes_128_wrap(),
            Self::Aes256 => Cipher::aes_256_wrap(),
        }
    }
}

/// The originator's half of an agreement, as a message gives it.
pub(crate) struct Agreement {
    pub(crate) way: EcdhEs,
    pub(crate) curve: Curve,
    /// The originator's public key, which is on this curve.
    pub(crate) originator: PKey<Public>,
    /// What ConcatKDF hashes behind the secret.
    pub(crate) other_info: Vec<u8>,
}

impl Agreement {
    /// Opens a session key, at the cost of one private operation.
    pub(crate) fn unwrap(
        &self,
        key: &PKeyRef<Private>,
        wrapped: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let agreed = agree(key, &self.originator, self.way, &self.other_info).ok()?;
        let mut context = CipherCtx::new().ok()?;
        context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
        context.decrypt_init(Some(self.way.wrap.openssl()), Some(&agreed), None).ok()?;
        let mut plain = Zeroizing::new(vec![0; wrapped.len() + WRAP_BLOCK]);
        let written = context.cipher_update(wrapped, Some(&mut plain)).ok()?;
        plain.truncate(written);
        Some(plain)
    }
}

/// A session key wrapped for a static key by a fresh ephemeral one, whose public point comes with it.
pub(crate) fn wrap(
    recipient: &PKeyRef<Public>,
    curve: Curve,
    way: EcdhEs,
    session_key: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), ErrorStack> {
    let group = EcGroup::from_curve_name(curve.nid())?;
    let ephemeral = EcKey::generate(&group)?;
    let mut context = BigNumContext::new()?;
    let form = PointConversionForm::UNCOMPRESSED;
    let point = ephemeral.public_key().to_bytes(&group, form, &mut context)?;
    let ephemeral = PKey::from_ec_key(ephemeral)?;
    let agreed = agree(&ephemeral, recipient, way, &[])?;
    let mut context = CipherCtx::new()?;
    context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    context.encrypt_init(Some(way.wrap.openssl()), Some(&agreed), None)?;
    let mut wrapped = vec![0; session_key.len() + 2 * WRAP_BLOCK];
    let written = context.cipher_update(session_key, Some(&mut wrapped))?;
    wrapped.truncate(written);
    Ok((point, wrapped))
}

/// A point of this curve as a key. Only an uncompressed point has this length, so neither a compressed one nor
/// the one at infinity passes; OpenSSL refuses one that is not on the curve, which is all there is to check on a
/// curve of prime order [SP 800-56A §5.6.2.3.3].
pub(crate) fn public_key(curve: Curve, point: &[u8]) -> Result<PKey<Public>, AgreementError> {
    if point.len() != curve.point_length() || point.first() != Some(&UNCOMPRESSED) {
        return Err(AgreementError::PointForm);
    }
    let key = || {
        let group = EcGroup::from_curve_name(curve.nid())?;
        let point = EcPoint::from_bytes(&group, point, &mut *BigNumContext::new()?)?;
        PKey::from_ec_key(EcKey::from_public_key(&group, &point)?)
    };
    key().map_err(|_: ErrorStack| AgreementError::NotOnCurve)
}

/// The wrapping key. OpenSSL checks the other's key once more before it uses it.
fn agree<P: HasPrivate, Q: HasPublic>(
    ours: &PKeyRef<P>,
    theirs: &PKeyRef<Q>,
    way: EcdhEs,
    other_info: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut deriver = Deriver::new(ours)?;
    deriver.set_peer(theirs)?;
    let secret = Zeroizing::new(deriver.derive_to_vec()?);
    concat_kdf(way, &secret, other_info)
}

/// ConcatKDF: a digest of a counter, the secret and what both sides know [XMLEnc11 §5.4.1, SP 800-56A §5.8.1]. The
/// counter stays at one, because no wrapping key is longer than the shortest digest.
fn concat_kdf(
    way: EcdhEs,
    secret: &[u8],
    other_info: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut hasher = Hasher::new(way.digest.digest().openssl())?;
    hasher.update(&1_u32.to_be_bytes())?;
    hasher.update(secret)?;
    hasher.update(other_info)?;
    let mut key = Zeroizing::new(hasher.finish()?.to_vec());
    key.truncate(way.wrap.key_length());
    Ok(key)
}

/// What an uncompressed point begins with [SEC 1 §2.3.3].
const UNCOMPRESSED: u8 = 4;
/// What AES key wrap adds, and the octets that it works on at once [RFC 3394 §2.2].
pub(crate) const WRAP_BLOCK: usize = 8;
