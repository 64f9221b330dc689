//! The keys that sign ID tokens, and their public halves.

use std::fmt;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::jws::alg::rsassa::RsassaJwsSigner;
use josekit::jws::{JwsSigner as _, RS256};
use openssl::bn::BigNumRef;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef};
use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretSlice};
use serde_json::{Value, json};
use silta_pem::PemError;
use thiserror::Error;

/// The public half of a key for RS256, which clients verify with. The private half may be anywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicKey {
    kid: String,
    jwk: Value,
}

impl PublicKey {
    /// Reads an RSA public key of at least 2048 bits from the DER of its `SubjectPublicKeyInfo`
    /// [RFC 5280 §4.1.2.7]. Its id is its thumbprint [RFC 7638], so it stays the same wherever the
    /// key is kept.
    ///
    /// # Errors
    /// [`SigningKeyError`], which says what to give instead.
    pub fn from_der(der: &[u8]) -> Result<Self, SigningKeyError> {
        let key = PKey::public_key_from_der(der).map_err(|_| SigningKeyError::NotRsa)?;
        Self::of(&key)
    }

    fn of<T: HasPublic>(key: &PKeyRef<T>) -> Result<Self, SigningKeyError> {
        if key.id() != Id::RSA {
            return Err(SigningKeyError::NotRsa);
        }
        let rsa = key.rsa().map_err(|_| SigningKeyError::NotRsa)?;
        let bits = rsa.n().num_bits();
        // [RFC 7518 §3.3]
        if bits < 2048 {
            return Err(SigningKeyError::TooSmall { bits });
        }
        let (n, e) = (base64url(rsa.n()), base64url(rsa.e()));
        let kid = thumbprint(&n, &e);
        let jwk = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e });
        Ok(Self { kid, jwk })
    }

    /// The key's id, as in the header of what it signs.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

/// An RSA private key for RS256 that we hold, parsed once. `Debug` shows only its id.
#[derive(Clone)]
pub struct SigningKey {
    signer: RsassaJwsSigner,
    public: PublicKey,
}

impl SigningKey {
    /// Reads an RSA private key of at least 2048 bits in PEM, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// [`SigningKeyError`], which says what to give instead.
    pub fn from_pem(pem: &[u8]) -> Result<Self, SigningKeyError> {
        let key = silta_pem::private_key(pem).map_err(|error| match error {
            PemError::NotPem => SigningKeyError::NotPem,
            PemError::Encrypted => SigningKeyError::Encrypted,
        })?;
        let public = PublicKey::of(&key)?;
        let rsa = key.rsa().map_err(|_| SigningKeyError::NotRsa)?;
        if !rsa.check_key().unwrap_or(false) {
            return Err(SigningKeyError::Damaged);
        }
        let der = key.private_key_to_pkcs8().map_err(|_| SigningKeyError::Damaged)?;
        let der = SecretSlice::from(der);
        let signer =
            RS256.signer_from_der(der.expose_secret()).map_err(|_| SigningKeyError::Damaged)?;
        Ok(Self { signer, public })
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature over `octets` by RS256 [RFC 7518 §3.3].
    ///
    /// # Errors
    /// [`SigningError`], which is an error of the machine and not of the request.
    pub fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.signer.sign(octets).map_err(|_| SigningError)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kid)
    }
}

/// The public half of the key that signs, and those of the next and the retired keys, which are
/// published with it. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct KeyRing(Arc<KeyRingInner>);

#[derive(Debug)]
struct KeyRingInner {
    active: PublicKey,
    published: Vec<PublicKey>,
}

impl KeyRing {
    /// Names `active` as the key that signs, and publishes it together with `also_published`.
    #[must_use]
    pub fn new(active: PublicKey, mut also_published: Vec<PublicKey>) -> Self {
        also_published.retain(|key| *key != active);
        Self(Arc::new(KeyRingInner { active, published: also_published }))
    }

    /// The key that signs.
    #[must_use]
    pub fn active(&self) -> &PublicKey {
        &self.0.active
    }

    /// The JWK Set [RFC 7517 §5], the active key first: public members only.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let keys = std::iter::once(&self.0.active).chain(&self.0.published);
        json!({ "keys": keys.map(|key| key.jwk.clone()).collect::<Vec<_>>() })
    }
}

/// OpenSSL refused to sign with a key that it had accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("signing failed")]
pub struct SigningError;

/// A signing key cannot be used; each sentence says what to give instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SigningKeyError {
    /// Not PEM, or not a private key.
    #[error("it is not a private key in PEM; give the output of: openssl genrsa 2048")]
    NotPem,
    /// Protected by a passphrase.
    #[error("it is encrypted; decrypt it with: openssl pkey -in key.pem -out plain.pem")]
    Encrypted,
    /// An EC, Ed25519 or RSA-PSS key.
    #[error("it is not an RSA key; give the output of: openssl genrsa 2048")]
    NotRsa,
    /// Too weak [RFC 7518 §3.3].
    #[error("it has {bits} bits, but 2048 are needed; give the output of: openssl genrsa 2048")]
    TooSmall {
        /// The size of the modulus.
        bits: i32,
    },
    /// Its numbers do not belong together.
    #[error("it is damaged: its numbers do not fit each other; copy it again, or make a new one")]
    Damaged,
}

/// SHA-256 over the required members in lexical order, without spaces [RFC 7638 §3].
fn thumbprint(n: &str, e: &str) -> String {
    let members = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    URL_SAFE_NO_PAD.encode(sha256(members.as_bytes()))
}

/// Big-endian, without leading zeros [RFC 7518 §2].
fn base64url(number: &BigNumRef) -> String {
    URL_SAFE_NO_PAD.encode(number.to_vec())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::rsa::Rsa;
    use openssl::symm::Cipher;

    use super::*;
    use crate::samples::{KEY, keys, pem};

    fn error(pem: &[u8]) -> SigningKeyError {
        SigningKey::from_pem(pem).unwrap_err()
    }

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6\
                 tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v\
                 -65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08q\
                 NLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8aw\
                 apJzKnqDKgw";
        assert_eq!(thumbprint(n, "AQAB"), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn one_key_has_one_id_in_both_encodings() {
        let rsa = Rsa::generate(2048).unwrap();
        let pkcs1 = SigningKey::from_pem(&rsa.private_key_to_pem().unwrap()).unwrap();
        let pkcs8 = PKey::from_rsa(rsa).unwrap().private_key_to_pem_pkcs8().unwrap();
        assert_eq!(SigningKey::from_pem(&pkcs8).unwrap().public(), pkcs1.public());
    }

    #[test]
    fn publishes_public_members_only() {
        let set = keys().jwks();
        let mut names: Vec<_> = set["keys"][0].as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(set["keys"][0]["kid"], KEY.public().kid());
        assert_eq!(set["keys"][0]["e"], "AQAB");
    }

    #[test]
    fn publishes_the_next_and_the_retired_key_once() {
        let next = SigningKey::from_pem(&pem(2048)).unwrap();
        let ring =
            KeyRing::new(KEY.public().clone(), vec![next.public().clone(), KEY.public().clone()]);
        let set = ring.jwks();
        let kids: Vec<_> = set["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
        assert_eq!(kids, [KEY.public().kid(), next.public().kid()]);
        assert_eq!(ring.active().kid(), KEY.public().kid());
    }

    #[test]
    fn refuses_keys_that_are_weak_or_of_another_kind() {
        assert_eq!(error(&pem(1024)), SigningKeyError::TooSmall { bits: 1024 });
        assert_eq!(error(b""), SigningKeyError::NotPem);
        assert_eq!(error(b"secret"), SigningKeyError::NotPem);

        let rsa = Rsa::generate(2048).unwrap();
        assert_eq!(error(&rsa.public_key_to_pem().unwrap()), SigningKeyError::NotPem);

        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let ec = EcKey::generate(&curve).unwrap();
        assert_eq!(error(&ec.private_key_to_pem().unwrap()), SigningKeyError::NotRsa);
    }

    #[test]
    fn refuses_an_encrypted_key_without_asking_anybody() {
        let rsa = Rsa::generate(2048).unwrap();
        let locked = rsa.private_key_to_pem_passphrase(Cipher::aes_256_cbc(), b"secret").unwrap();
        assert_eq!(error(&locked), SigningKeyError::Encrypted);
    }

    #[test]
    fn refuses_a_key_whose_numbers_do_not_fit() {
        let [a, b] = [Rsa::generate(2048).unwrap(), Rsa::generate(2048).unwrap()];
        let own = |number: &BigNumRef| number.to_owned().unwrap();
        let mixed = Rsa::from_private_components(
            own(a.n()),
            own(a.e()),
            own(b.d()),
            own(a.p().unwrap()),
            own(a.q().unwrap()),
            own(a.dmp1().unwrap()),
            own(a.dmq1().unwrap()),
            own(a.iqmp().unwrap()),
        );
        assert_eq!(error(&mixed.unwrap().private_key_to_pem().unwrap()), SigningKeyError::Damaged);
    }

    #[test]
    fn never_prints_a_key() {
        assert_eq!(format!("{:?}", *KEY), format!("SigningKey({})", KEY.public().kid()));
    }

    #[test]
    fn a_ring_can_be_shared_between_threads() {
        fn shared<T: Send + Sync + Clone>(_: &T) {}
        shared(&keys());
    }
}
