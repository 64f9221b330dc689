//! The good case that the tests deviate from.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::rsa::Rsa;

use crate::{
    AccessToken, AuthorizationCode, AuthorizeRequest, Client, ClientId, ClientRegistry,
    ClientSecret, Issuer, KeyRing, Params, RegisteredRedirect, SigningKey, ValidAuthorizeRequest,
    ValidRedirect,
};

pub(crate) const SECRET: &str = "a-secret+with/signs=and%percent";
pub(crate) const CALLBACK: &str = "https://shop.example/oauth2/idpresponse";

// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) fn issuer() -> Issuer {
    Issuer::parse("https://login.example").unwrap()
}

pub(crate) fn client() -> Client {
    named_client("shop", CALLBACK)
}

pub(crate) fn named_client(id: &str, callback: &str) -> Client {
    Client::new(
        ClientId::parse(id).unwrap(),
        ClientSecret::new(&SECRET.into()).unwrap(),
        RegisteredRedirect::parse(callback).unwrap(),
    )
}

pub(crate) fn clients() -> ClientRegistry {
    ClientRegistry::new([client(), named_client("other", "https://other.example/cb")]).unwrap()
}

pub(crate) fn redirect() -> ValidRedirect {
    ValidRedirect::matching(CALLBACK, &client()).unwrap()
}

pub(crate) fn params<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Params {
    let raw = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Params::parse(&raw).unwrap()
}

/// A plain request of the shop, as Cognito sends it, with some parameters replaced or added.
pub(crate) fn authorize_params(changes: &[(&str, &str)]) -> Params {
    let usual = [
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "H4sI.opaque"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    params(kept.chain(changes.iter().copied()))
}

pub(crate) fn authorized(changes: &[(&str, &str)]) -> ValidAuthorizeRequest {
    AuthorizeRequest::validate(&authorize_params(changes), &clients()).unwrap()
}

/// A request object without a signature that says this JSON.
pub(crate) fn unsigned_object(claims: &str) -> String {
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.", encoded(r#"{"alg":"none"}"#), encoded(claims))
}

/// A `kid` as an attacker writes it, to have a key read from somewhere.
pub(crate) const KIDS: [&str; 5] = [
    "../../../dev/null",
    "' UNION SELECT 'key' --",
    "https://evil.example/jwks",
    "http://169.254.169.254/latest/",
    "|/usr/bin/id",
];

/// Octets in DEFLATE [RFC 1951 §3.2.4], stored as they are: a compressor could not do more harm.
pub(crate) fn stored(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).unwrap();
    let head = [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    [head.as_slice(), octets].concat()
}

pub(crate) fn code() -> AuthorizationCode {
    AuthorizationCode::new(&[7; 32])
}

pub(crate) fn access_token() -> AccessToken {
    AccessToken::new(&[9; 32])
}

/// A fresh RSA private key in PEM (PKCS#8).
pub(crate) fn pem(bits: u32) -> Vec<u8> {
    let rsa = Rsa::generate(bits).unwrap();
    openssl::pkey::PKey::from_rsa(rsa).unwrap().private_key_to_pem_pkcs8().unwrap()
}

/// One key pair for all tests that do not care which.
pub(crate) static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_pem(&pem(2048)).unwrap());

pub(crate) fn keys() -> KeyRing {
    KeyRing::new(KEY.public().clone(), vec![])
}

/// Whether a sentence may be an `error_description` as it is [RFC 6749 §A.8].
pub(crate) fn is_description(sentence: &str) -> bool {
    sentence.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}
