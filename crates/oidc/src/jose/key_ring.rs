//! The public keys that are published, and which of them sign.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::jose::{algorithm::SignatureAlgorithm, keys::PublicKey};

/// The public halves of the keys that sign, and those of the next and the retired keys, which are
/// published with them. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct KeyRing(Arc<KeyRingInner>);

#[derive(Debug)]
struct KeyRingInner {
    active: PublicKey,
    published: Vec<PublicKey>,
}

impl KeyRing {
    /// Names `active` as the key that signs where nothing else is asked for, and publishes it together with
    /// `also_published`, of which the first for another algorithm signs by that.
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

    /// The same ring with more keys at its end.
    #[must_use]
    pub fn and(&self, more: impl IntoIterator<Item = PublicKey>) -> Self {
        let published = self.0.published.iter().cloned().chain(more).collect();
        Self::new(self.0.active.clone(), published)
    }

    /// The key that signs by `algorithm`, if there is one: the first.
    #[must_use]
    pub fn signing(&self, algorithm: SignatureAlgorithm) -> Option<&PublicKey> {
        self.all().find(|key| key.algorithm() == algorithm)
    }

    /// The algorithms that its keys sign by.
    pub(crate) fn algorithms(&self) -> Vec<SignatureAlgorithm> {
        let all = SignatureAlgorithm::ALL.into_iter();
        all.filter(|algorithm| self.signing(*algorithm).is_some()).collect()
    }

    /// Every key that is published, the active one first.
    fn all(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(&self.0.active).chain(&self.0.published)
    }

    /// How many keys are published.
    #[must_use]
    pub fn published(&self) -> usize {
        self.all().count()
    }

    /// The JWK Set [RFC 7517 §5], the active key first: public members only.
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.all().map(|key| key.jwk().clone()).collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use openssl::bn::BigNum;
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    use openssl::rsa::Rsa;

    use super::*;
    use crate::jose::PLAIN_JWT;
    use crate::jose::jwk_set::{JwkSet, KeySelectionError};
    use crate::jose::jws::{JwsError, verified_claims};
    use crate::jose::keys::SigningKey;
    use crate::jose::signing_input::SigningInput;
    use crate::samples::{KEY, keys, pem};

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
    fn each_key_signs_by_its_own_algorithm_and_the_first_of_each_is_the_one_that_signs() {
        let (first, second) = (pem(2048), pem(2048));
        let curve = || {
            let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
            EcKey::generate(&group).unwrap().private_key_to_pem().unwrap()
        };
        let (ec, ec_next) = (curve(), curve());
        let read = |pem: &[u8]| SigningKey::from_pem(pem).unwrap();
        let pss = read(&first).for_pss().unwrap().unwrap();
        assert!(read(&ec).for_pss().unwrap().is_none());
        let keys = [read(&first), pss, read(&ec)];
        let others = vec![
            read(&second).public().clone(),
            read(&ec).public().clone(),
            read(&ec_next).public().clone(),
        ];
        let ring = KeyRing::new(read(&first).public().clone(), others);
        assert_eq!(ring.signing(SignatureAlgorithm::Ps256), None);
        let ring = ring.and(read(&first).public().for_pss());
        let set = JwkSet::read(ring.jwks().to_string().as_bytes()).unwrap();
        for (algorithm, key) in SignatureAlgorithm::ALL.into_iter().zip(&keys) {
            assert_eq!(ring.signing(algorithm), Some(key.public()), "{algorithm:?}");
            let claims = || serde_json::Map::from_iter([("sub".to_owned(), "k3x9".into())]);
            let input = SigningInput::new(key.public(), PLAIN_JWT, claims());
            let signature = key.sign(input.as_bytes()).unwrap();
            let token = input.with_signature(&signature);
            assert_eq!(verified_claims(&token, PLAIN_JWT, &[algorithm], &set), Ok(claims()));
            // What the same key signed says that it is signed by another algorithm.
            for other in SignatureAlgorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                let input = SigningInput::new(&key.public().named_for(other), PLAIN_JWT, claims());
                let signature = key.sign(input.as_bytes()).unwrap();
                let token = input.with_signature(&signature);
                let refused = verified_claims(&token, PLAIN_JWT, &SignatureAlgorithm::ALL, &set);
                assert_eq!(refused, Err(JwsError::Key(KeySelectionError::NoFittingKey)));
            }
        }
    }

    #[test]
    fn what_a_retired_key_signed_verifies_for_as_long_as_that_key_is_published() {
        let next = SigningKey::from_pem(&pem(2048)).unwrap();
        let claims = || serde_json::Map::from_iter([("sub".to_owned(), "k3x9".into())]);
        let input = SigningInput::new(KEY.public(), PLAIN_JWT, claims());
        let signature = KEY.sign(input.as_bytes()).unwrap();
        let old = input.with_signature(&signature);
        let verified = |ring: &KeyRing| {
            let set = JwkSet::read(ring.jwks().to_string().as_bytes()).unwrap();
            verified_claims(&old, PLAIN_JWT, &ring.algorithms(), &set)
        };
        // Before the next key signs, once it does, and once the old one is gone.
        let before = KeyRing::new(KEY.public().clone(), vec![next.public().clone()]);
        let after = KeyRing::new(next.public().clone(), vec![KEY.public().clone()]);
        assert_eq!((verified(&before), verified(&after)), (Ok(claims()), Ok(claims())));
        let gone = KeyRing::new(next.public().clone(), vec![]);
        assert_eq!(verified(&gone), Err(JwsError::Key(KeySelectionError::UnknownKid)));
    }

    /// A load balancer reads a set of ten keys and 150 KB. No key that OpenSSL signs with is larger.
    #[test]
    fn ten_of_the_largest_keys_are_far_smaller_than_what_a_load_balancer_reads() {
        let largest = |octet: u8| {
            let modulus = BigNum::from_slice(&[octet | 0x80; 16_384 / 8]).unwrap();
            let key = Rsa::from_public_components(modulus, BigNum::from_u32(65_537).unwrap());
            let key = PKey::from_rsa(key.unwrap()).unwrap();
            PublicKey::from_der(&key.public_key_to_der().unwrap()).unwrap()
        };
        let ring = KeyRing::new(largest(1), (2..=10).map(largest).collect());
        assert_eq!(ring.published(), 10);
        let octets = ring.jwks().to_string().len();
        assert!((25_000..50_000).contains(&octets), "{octets}");
    }

    #[test]
    fn a_ring_can_be_shared_between_threads() {
        fn shared<T: Send + Sync + Clone>(_: &T) {}
        shared(&keys());
    }
}
