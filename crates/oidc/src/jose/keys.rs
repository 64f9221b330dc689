//! The keys that sign ID tokens, and their public halves.

use std::error::Error as _;
use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::JoseError;
use josekit::jws::{ES256, JwsSigner, PS256, RS256};
use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::ec::EcKeyRef;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private};
use openssl::rsa::RsaRef;
use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretSlice};
use serde_json::{Value, json};
use silta_pem::PemError;
use thiserror::Error;

use crate::jose::algorithm::SignatureAlgorithm;

/// The public half of a key for one algorithm, which clients verify with. The private half may be
/// anywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicKey {
    kid: String,
    algorithm: SignatureAlgorithm,
    jwk: Value,
}

impl PublicKey {
    /// Reads a public key from the DER of its `SubjectPublicKeyInfo` [RFC 5280 §4.1.2.7]: RSA of at least
    /// 2048 bits, for RS256, or EC on P-256, for ES256. Its id is its thumbprint [RFC 7638], so it stays
    /// the same wherever the key is kept.
    ///
    /// # Errors
    /// [`SigningKeyError`], which says what to give instead.
    pub fn from_der(der: &[u8]) -> Result<Self, SigningKeyError> {
        let key = PKey::public_key_from_der(der)?;
        Self::of(&key)
    }

    fn of<T: HasPublic>(key: &PKeyRef<T>) -> Result<Self, SigningKeyError> {
        match key.id() {
            Id::RSA => rsa(key.rsa()?.as_ref()),
            Id::EC => p256(key.ec_key()?.as_ref()),
            _ => Err(SigningKeyError::Kind),
        }
    }

    /// The same RSA key for PS256, under an id of its own, because a JWK is for one algorithm; `None` for
    /// a key of another kind.
    #[must_use]
    pub fn for_pss(&self) -> Option<Self> {
        let algorithm = SignatureAlgorithm::Ps256;
        (self.algorithm == SignatureAlgorithm::Rs256).then(|| {
            let kid = format!("{}.ps256", self.kid);
            let mut jwk = self.jwk.clone();
            if let Some(members) = jwk.as_object_mut() {
                members.insert("alg".to_owned(), algorithm.as_str().into());
                members.insert("kid".to_owned(), kid.as_str().into());
            }
            Self { kid, algorithm, jwk }
        })
    }

    /// The key's id, as in the header of what it signs.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The algorithm that it verifies.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The JWK [RFC 7517 §4]: public members only.
    pub(crate) fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// The same key under the name of another algorithm, which it is not for.
    #[cfg(test)]
    pub(crate) fn named_for(&self, algorithm: SignatureAlgorithm) -> Self {
        Self { algorithm, ..self.clone() }
    }
}

fn rsa<T: HasPublic>(rsa: &RsaRef<T>) -> Result<PublicKey, SigningKeyError> {
    let bits = rsa.n().num_bits();
    // [RFC 7518 §3.3]
    if bits < 2048 {
        return Err(SigningKeyError::TooSmall { bits });
    }
    let (n, e) = (base64url(rsa.n()), base64url(rsa.e()));
    let kid = thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
    let jwk = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e });
    Ok(PublicKey { kid, algorithm: SignatureAlgorithm::Rs256, jwk })
}

fn p256<T: HasPublic>(key: &EcKeyRef<T>) -> Result<PublicKey, SigningKeyError> {
    if key.group().curve_name() != Some(Nid::X9_62_PRIME256V1) {
        return Err(SigningKeyError::Kind);
    }
    let coordinates = || {
        let mut context = BigNumContext::new()?;
        let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
        key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context)?;
        // 32 octets each [RFC 7518 §6.2.1.2].
        Ok::<_, ErrorStack>((x.to_vec_padded(32)?, y.to_vec_padded(32)?))
    };
    let (x, y) = coordinates()?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let kid = thumbprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y,
    });
    Ok(PublicKey { kid, algorithm: SignatureAlgorithm::Es256, jwk })
}

/// A private key for one algorithm that we hold, parsed once. `Debug` shows only its id.
#[derive(Clone)]
pub struct SigningKey {
    key: PKey<Private>,
    signer: Box<dyn JwsSigner>,
    public: PublicKey,
}

impl SigningKey {
    /// Reads a private key in PEM, PKCS#8 or the older form of its kind: RSA of at least 2048 bits, for
    /// RS256, or EC on P-256, for ES256.
    ///
    /// # Errors
    /// [`SigningKeyError`], which says what to give instead.
    pub fn from_pem(pem: &[u8]) -> Result<Self, SigningKeyError> {
        let key = private_key(pem)?;
        let public = PublicKey::of(&key)?;
        fits(&key).map_err(|stack| SigningKeyError::Damaged { cause: reasons(&stack) })?;
        Self::of(key, public)
    }

    /// The same RSA key for PS256; `None` for a key of another kind.
    ///
    /// # Errors
    /// [`SigningKeyError::Crypto`].
    pub fn for_pss(&self) -> Result<Option<Self>, SigningKeyError> {
        self.public.for_pss().map(|public| Self::of(self.key.clone(), public)).transpose()
    }

    fn of(key: PKey<Private>, public: PublicKey) -> Result<Self, SigningKeyError> {
        let der = SecretSlice::from(key.private_key_to_pkcs8()?);
        let der = der.expose_secret();
        let signer: Box<dyn JwsSigner> = match public.algorithm {
            SignatureAlgorithm::Rs256 => Box::new(RS256.signer_from_der(der)?),
            SignatureAlgorithm::Ps256 => Box::new(PS256.signer_from_der(der)?),
            SignatureAlgorithm::Es256 => Box::new(ES256.signer_from_der(der)?),
        };
        Ok(Self { key, signer, public })
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature over `octets` by its algorithm, in the form of JWS [RFC 7518 §3].
    ///
    /// # Errors
    /// [`SigningError`], which is an error of the machine and not of the request.
    pub fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.signer.sign(octets).map_err(|_| SigningError)
    }
}

fn private_key(pem: &[u8]) -> Result<PKey<Private>, SigningKeyError> {
    silta_pem::private_key(pem).map_err(|error| match error {
        PemError::NotPem => SigningKeyError::NotPem,
        PemError::Encrypted => SigningKeyError::Encrypted,
    })
}

/// Whether the numbers of a key belong together.
fn fits(key: &PKeyRef<Private>) -> Result<(), ErrorStack> {
    match key.id() {
        // Where it says no without a reason, so does the error.
        Id::RSA if !key.rsa()?.check_key()? => Err(ErrorStack::get()),
        Id::RSA => Ok(()),
        _ => key.ec_key()?.check_key(),
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kid)
    }
}

/// OpenSSL refused to sign with a key that it had accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("signing failed")]
pub struct SigningError;

/// A signing key cannot be used; each sentence says what to give instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SigningKeyError {
    /// Not PEM, or not a private key.
    #[error("it is not a private key in PEM; give the output of: openssl genrsa 2048")]
    NotPem,
    /// Protected by a passphrase.
    #[error("it is encrypted; decrypt it with: openssl pkey -in key.pem -out plain.pem")]
    Encrypted,
    /// An Ed25519 or RSA-PSS key, or one on another curve.
    #[error("it is neither an RSA key nor one on P-256; give the output of: openssl genrsa 2048")]
    Kind,
    /// Too weak [RFC 7518 §3.3].
    #[error("it has {bits} bits, but 2048 are needed; give the output of: openssl genrsa 2048")]
    TooSmall {
        /// The size of the modulus.
        bits: i32,
    },
    /// Its numbers do not belong together.
    #[error(
        "it is damaged: its numbers do not fit each other ({cause}); copy it again, or make a new one"
    )]
    Damaged {
        /// What OpenSSL says of them.
        cause: String,
    },
    /// OpenSSL refused to read or to write it.
    #[error("OpenSSL cannot use it ({cause}); copy it again, or make a new one")]
    Crypto {
        /// The reason in OpenSSL's words.
        cause: String,
    },
}

impl From<ErrorStack> for SigningKeyError {
    fn from(stack: ErrorStack) -> Self {
        Self::Crypto { cause: reasons(&stack) }
    }
}

impl From<JoseError> for SigningKeyError {
    fn from(error: JoseError) -> Self {
        let cause = match error.source().and_then(|source| source.downcast_ref::<ErrorStack>()) {
            Some(stack) => reasons(stack),
            None => error.to_string(),
        };
        Self::Crypto { cause }
    }
}

/// What OpenSSL says, in its constant words: nothing of the key.
fn reasons(stack: &ErrorStack) -> String {
    let reasons: Vec<_> = stack.errors().iter().filter_map(openssl::error::Error::reason).collect();
    if reasons.is_empty() { "no reason given".to_owned() } else { reasons.join(", ") }
}

/// SHA-256 over the required `members` in lexical order, without spaces [RFC 7638 §3].
fn thumbprint(members: &str) -> String {
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
        let members = format!(r#"{{"e":"AQAB","kty":"RSA","n":"{n}"}}"#);
        assert_eq!(thumbprint(&members), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
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
    fn refuses_keys_that_are_weak_or_of_another_kind() {
        assert_eq!(error(&pem(1024)), SigningKeyError::TooSmall { bits: 1024 });
        assert_eq!(error(b""), SigningKeyError::NotPem);
        assert_eq!(error(b"secret"), SigningKeyError::NotPem);

        let rsa = Rsa::generate(2048).unwrap();
        assert_eq!(error(&rsa.public_key_to_pem().unwrap()), SigningKeyError::NotPem);

        let curve = EcGroup::from_curve_name(Nid::SECP384R1).unwrap();
        let ec = EcKey::generate(&curve).unwrap();
        assert_eq!(error(&ec.private_key_to_pem().unwrap()), SigningKeyError::Kind);
        let edwards = PKey::generate_ed25519().unwrap().private_key_to_pem_pkcs8().unwrap();
        assert_eq!(error(&edwards), SigningKeyError::Kind);
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
        let damaged = error(&mixed.unwrap().private_key_to_pem().unwrap());
        let SigningKeyError::Damaged { cause } = damaged else { unreachable!("{damaged}") };
        assert!(cause.starts_with("d e not congruent to 1"), "{cause}");
    }

    #[test]
    fn what_openssl_cannot_read_is_refused_with_its_reason() {
        let SigningKeyError::Crypto { cause } = PublicKey::from_der(b"no key").unwrap_err() else {
            unreachable!("it is none")
        };
        assert!(!cause.is_empty() && cause != "no reason given", "{cause}");
    }

    #[test]
    fn never_prints_a_key() {
        assert_eq!(format!("{:?}", *KEY), format!("SigningKey({})", KEY.public().kid()));
    }
}
