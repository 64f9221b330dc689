//! Signed tokens, read and made with OpenSSL alone: a second opinion on those that Silta makes.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private, Public};
use openssl::rsa::Rsa;
use openssl::sha::sha256;
use openssl::sign::Verifier;
use serde_json::{Map, Value};

/// A token in compact form [RFC 7515 §7.1] that was taken apart; nothing about it is verified.
pub struct Jws {
    /// Its header.
    pub header: Map<String, Value>,
    /// Its claims.
    pub claims: Map<String, Value>,
    signed: String,
    signature: Vec<u8>,
}

impl Jws {
    /// Takes a token apart: three parts in base64url without padding, the first two JSON objects.
    /// Of an encrypted token, which has five, nothing can be read.
    #[must_use]
    pub fn read(compact: &str) -> Option<Self> {
        let (signed, signature) = compact.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let octets = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let object = |part: &str| serde_json::from_slice(&octets(part)?).ok();
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed: signed.to_owned(),
            signature: octets(signature)?,
        })
    }

    /// A text of the header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A text among the claims.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// Whether `exp`, which must be there, is later than `now`, in seconds.
    #[must_use]
    pub fn is_alive(&self, now: i64) -> bool {
        self.claims.get("exp").and_then(Value::as_i64).is_some_and(|exp| now < exp)
    }

    /// Whether `key` made its RS256 signature.
    #[must_use]
    pub fn is_signed_by(&self, key: &PKey<Public>) -> bool {
        let mut verifier = Verifier::new(MessageDigest::sha256(), key).unwrap();
        verifier.verify_oneshot(&self.signature, self.signed.as_bytes()).unwrap_or(false)
    }
}

/// The RSA key in a member of a JWKS [RFC 7518 §6.3.1].
#[must_use]
pub fn rsa_key(jwk: &Value) -> Option<PKey<Public>> {
    let number = |name: &str| {
        BigNum::from_slice(&URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()?).ok()
    };
    if jwk.get("kty")?.as_str()? != "RSA" {
        return None;
    }
    PKey::from_rsa(Rsa::from_public_components(number("n")?, number("e")?).ok()?).ok()
}

/// Signs with ES256, and keeps base64's padding, as only a load balancer does.
///
/// # Panics
/// When `key` is not on P-256.
#[must_use]
pub fn padded_es256(
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    key: &PKey<Private>,
) -> String {
    let part = |object| URL_SAFE.encode(serde_json::to_vec(object).unwrap());
    let signed = format!("{}.{}", part(header), part(claims));
    let made = EcdsaSig::sign(&sha256(signed.as_bytes()), &key.ec_key().unwrap()).unwrap();
    let halves = [made.r(), made.s()].map(|half| half.to_vec_padded(32).unwrap());
    format!("{signed}.{}", URL_SAFE.encode(halves.concat()))
}

/// Reads such a token, if `key` signed it.
#[must_use]
pub fn read_padded_es256(token: &str, key: &PKey<Public>) -> Option<Jws> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE.decode(signature).ok().filter(|octets| octets.len() == 64)?;
    let (r, s) = signature.split_at(32);
    let (r, s) = (BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?);
    let made = EcdsaSig::from_private_components(r, s).ok()?;
    let key = key.ec_key().ok()?;
    if !made.verify(&sha256(signed.as_bytes()), &key).ok()? {
        return None;
    }
    let (header, claims) = signed.split_once('.')?;
    let object = |part: &str| serde_json::from_slice(&URL_SAFE.decode(part).ok()?).ok();
    let (header, claims) = (object(header)?, object(claims)?);
    Some(Jws { header, claims, signed: signed.to_owned(), signature })
}
