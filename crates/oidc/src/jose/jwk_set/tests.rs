#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::jose::keys::SigningKey;
use crate::samples::{KEY, keys, pem};

fn read(set: &Value) -> Result<JwkSet, JwkSetError> {
    JwkSet::read(set.to_string().as_bytes())
}

/// The public key of the samples, with one member replaced, or left out when it is null.
fn key(name: &str, value: Value) -> Value {
    let mut jwk = keys().jwks()["keys"][0].clone();
    let members = jwk.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    jwk
}

fn p256(name: &str, value: Value) -> Value {
    // The key of [RFC 7515 §A.3].
    let mut jwk = json!({
        "kty": "EC",
        "crv": "P-256",
        "kid": "ec",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    jwk.as_object_mut().unwrap().insert(name.to_owned(), value);
    jwk
}

fn modulus(octets: &[u8]) -> Value {
    json!(base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, octets))
}

/// Why a token that names this key, beside a good one, finds none.
fn selection(mut jwk: Value, algorithm: SignatureAlgorithm) -> KeySelectionError {
    jwk["kid"] = json!("bad");
    let set = read(&json!({ "keys": [key("kid", json!("good")), jwk] })).unwrap();
    assert!(set.candidates(Some("good"), SignatureAlgorithm::Rs256).is_ok());
    set.candidates(Some("bad"), algorithm).unwrap_err()
}

#[test]
fn a_key_that_cannot_be_used_is_skipped_and_named_with_its_reason() {
    use SignatureAlgorithm::{Es256, Rs256};
    use UnusableKeyError as E;
    let weak = SigningKeyNumbers::of(1024);
    let huge = modulus(&[0xFF; 1030]);
    for (jwk, algorithm, reason) in [
        (key("kty", json!("OKP")), Rs256, E::Kind),
        (key("kty", json!("EC")), Rs256, E::Malformed),
        (key("kty", Value::Null), Rs256, E::Malformed),
        (key("n", Value::Null), Rs256, E::Malformed),
        (key("n", json!("+/==")), Rs256, E::Malformed),
        (key("n", json!("A".repeat(1401))), Rs256, E::Malformed),
        (key("n", weak.modulus), Rs256, E::Size { bits: 1024 }),
        (key("n", huge), Rs256, E::Size { bits: 8240 }),
        (key("e", json!("Aw")), Rs256, E::Exponent),
        (key("e", json!("AQAC")), Rs256, E::Exponent),
        (key("e", json!("AQAAAAE")), Rs256, E::Exponent),
        (key("use", json!("enc")), Rs256, E::Use),
        (key("key_ops", json!(["encrypt"])), Rs256, E::Use),
        (key("key_ops", json!("verify")), Rs256, E::Use),
        (key("alg", json!("RSA-OAEP")), Rs256, E::Algorithm),
        (key("alg", json!("HS256")), Rs256, E::Algorithm),
        (p256("crv", json!("P-384")), Es256, E::Curve),
        (p256("crv", json!("secp256k1")), Es256, E::Curve),
        (p256("x", json!("AAAA")), Es256, E::Malformed),
        // Not on the curve.
        (p256("y", json!("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")), Es256, E::Malformed),
    ] {
        let printed = jwk.to_string();
        assert_eq!(selection(jwk, algorithm), KeySelectionError::Unusable(reason), "{printed}");
    }
}

struct SigningKeyNumbers {
    modulus: Value,
}

impl SigningKeyNumbers {
    fn of(bits: u32) -> Self {
        let rsa = openssl::rsa::Rsa::generate(bits).unwrap();
        Self { modulus: modulus(&rsa.n().to_vec()) }
    }
}

#[test]
fn a_key_is_used_with_the_algorithms_that_it_is_for() {
    use SignatureAlgorithm::{Es256, Ps256, Rs256};
    let fits = |jwk: Value, algorithm| {
        let set = read(&json!({ "keys": [jwk] })).unwrap();
        set.candidates(None, algorithm).map(|keys| keys.len())
    };
    let none = Err(KeySelectionError::NoFittingKey);
    for (algorithm, any, only_rs256, ec) in
        [(Rs256, Ok(1), Ok(1), none), (Ps256, Ok(1), none, none), (Es256, none, none, Ok(1))]
    {
        assert_eq!(fits(key("alg", Value::Null), algorithm), any, "{algorithm:?}");
        assert_eq!(fits(key("alg", json!("RS256")), algorithm), only_rs256, "{algorithm:?}");
        assert_eq!(fits(p256("use", json!("sig")), algorithm), ec, "{algorithm:?}");
    }
}

#[test]
fn a_private_or_symmetric_key_makes_the_whole_set_unusable() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let set = json!({ "keys": [key("x", json!("y")), key(member, json!("AQAB"))] });
        assert_eq!(read(&set).unwrap_err(), JwkSetError::PrivateMembers, "{member}");
    }
    let shared = json!({ "kty": "oct", "k": "AAAA", "alg": "HS256" });
    let set = json!({ "keys": [key("x", json!("y")), shared] });
    assert_eq!(read(&set).unwrap_err(), JwkSetError::PrivateMembers);
}

#[test]
fn a_set_is_bounded_and_has_one_reading() {
    let good = key("x", json!("y"));
    let long = format!("{{\"keys\":[]}}{}", " ".repeat(MAX_BYTES));
    let twice = format!("{{\"keys\":[],\"keys\":[{good}]}}");
    for (text, reason) in [
        (long, JwkSetError::Json(JsonError::TooLong)),
        (twice, JwkSetError::Json(JsonError::RepeatedMember)),
        ("<html>".to_owned(), JwkSetError::Json(JsonError::NotJson)),
        ("{}".to_owned(), JwkSetError::NoKeys),
        (r#"{"keys":{}}"#.to_owned(), JwkSetError::NoKeys),
        (r#"{"keys":[]}"#.to_owned(), JwkSetError::NoUsableKey),
        (r#"{"keys":["a",{"kty":"OKP"}]}"#.to_owned(), JwkSetError::NoUsableKey),
        (json!({ "keys": vec![json!({}); 65] }).to_string(), JwkSetError::TooManyKeys),
    ] {
        assert_eq!(JwkSet::read(text.as_bytes()).unwrap_err(), reason);
    }
}

#[test]
fn keys_may_share_an_id() {
    let other = SigningKey::from_pem(&pem(2048)).unwrap();
    let ring = crate::KeyRing::new(KEY.public().clone(), vec![other.public().clone()]);
    let mut set = ring.jwks();
    for jwk in set["keys"].as_array_mut().unwrap() {
        jwk["kid"] = json!("shared");
    }
    let set = read(&set).unwrap();
    let found = set.candidates(Some("shared"), SignatureAlgorithm::Rs256).unwrap();
    let signature = KEY.sign(b"text").unwrap();
    let verified: Vec<_> = found
        .iter()
        .map(|key| key.verifies(SignatureAlgorithm::Rs256, b"text", &signature))
        .collect();
    assert_eq!(verified, [true, false]);
}
