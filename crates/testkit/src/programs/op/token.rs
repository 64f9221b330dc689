//! Tokens and keys, made with OpenSSL alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::ec::EcKey;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use serde_json::{Value, json};

use crate::keys::KeyPair;

/// A token signed with RS256 by `key` under this `kid`.
#[must_use]
pub fn rs256(claims: &Value, key: &KeyPair, kid: &str) -> String {
    signed_with_header(&json!({ "alg": "RS256", "typ": "JWT", "kid": kid }), claims, key)
}

/// A token with any header at all over an RS256 signature.
#[must_use]
pub fn signed_with_header(header: &Value, claims: &Value, key: &KeyPair) -> String {
    let signed = input(header, claims);
    let signature = key.raw_signature(MessageDigest::sha256(), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token that anybody could have written.
#[must_use]
pub fn unsigned(claims: &Value) -> String {
    format!("{}.", input(&json!({ "alg": "none" }), claims))
}

/// A token signed with HS256: by a client secret, or by what somebody takes for one.
#[must_use]
pub fn hs256(claims: &Value, secret: &[u8], kid: &str) -> String {
    let signed = input(&json!({ "alg": "HS256", "kid": kid }), claims);
    let key = PKey::hmac(secret).unwrap();
    let mut hmac = Signer::new(MessageDigest::sha256(), &key).unwrap();
    let mac = hmac.sign_oneshot_to_vec(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
}

/// The public half of an RSA key as a JWK.
#[must_use]
pub fn jwk(key: &KeyPair, kid: &str) -> Value {
    let rsa = rsa(key);
    let (n, e) = (number(rsa.n()), number(rsa.e()));
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e })
}

/// The public half of a key on P-256 as a JWK.
#[must_use]
pub fn p256_jwk(key: &KeyPair, kid: &str) -> Value {
    let key = EcKey::private_key_from_pem(&key.key_pem()).expect("an EC key");
    let mut context = BigNumContext::new().unwrap();
    let [mut x, mut y] = [(); 2].map(|()| BigNum::new().unwrap());
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).unwrap();
    let [x, y] = [x, y].map(|one| URL_SAFE_NO_PAD.encode(one.to_vec_padded(32).unwrap()));
    json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y })
}

/// The same as [`jwk`] with the private exponent, which no provider may publish.
#[must_use]
pub fn private_jwk(key: &KeyPair, kid: &str) -> Value {
    let mut jwk = jwk(key, kid);
    jwk["d"] = number(rsa(key).d()).into();
    jwk
}

fn rsa(key: &KeyPair) -> Rsa<openssl::pkey::Private> {
    Rsa::private_key_from_pem(&key.key_pem()).expect("an RSA key")
}

fn number(number: &BigNumRef) -> String {
    URL_SAFE_NO_PAD.encode(number.to_vec())
}

fn input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
