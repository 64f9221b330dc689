//! The messages that clients and browsers write and read.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Verifier;
use serde_json::Value;
use silta_broker::{FailedLogin, OutboundMessage};
use silta_oidc::{Params, TokenResponse};

use crate::fixture::{ISSUER, TOKEN_KEY};

/// A query or a form, every octet escaped.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", escaped(name), escaped(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |escaped, byte| escaped + &format!("%{byte:02X}"))
}

/// `usual`, with some pairs replaced or added; an empty value takes one away.
pub(crate) fn changed<'a>(
    usual: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let from_cookie =
        usual.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    from_cookie.chain(changes).copied().filter(|(_, value)| !value.is_empty()).collect()
}

/// Where a redirect leads.
pub(crate) fn url(message: &OutboundMessage) -> &str {
    match message {
        OutboundMessage::Redirect(url) => url.as_str(),
        OutboundMessage::Post { .. } | OutboundMessage::PostToOrigin { .. } => {
            unreachable!("it is a redirect")
        }
    }
}

/// One query parameter of a response at a redirect URI.
pub(crate) fn query_param(response: &OutboundMessage, name: &'static str) -> Option<String> {
    let (_, query) = url(response).split_once('?').unwrap();
    Params::parse(query).unwrap().one(name).unwrap().map(str::to_owned)
}

/// The `error` that the client gets. It may come only with the reference, our issuer and the
/// client's state.
pub(crate) fn client_error(failed: &FailedLogin) -> Option<String> {
    let redirect = failed.answer.as_ref()?;
    assert_eq!(query_param(redirect, "code"), None);
    assert_eq!(query_param(redirect, "iss").unwrap(), ISSUER);
    let description = query_param(redirect, "error_description").unwrap();
    assert!(description.ends_with(&format!("(reference {})", failed.reference)), "{description}");
    // [RFC 6749 §A.8]
    let allowed = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    assert!(description.bytes().all(allowed), "{description}");
    query_param(redirect, "error")
}

/// The claims of an ID token whose signature holds, checked without the code that signed it.
pub(crate) fn claims(tokens: &TokenResponse) -> Value {
    let signed = member(tokens, "id_token");
    let (text, signature) = signed.rsplit_once('.').unwrap();
    let key = PKey::private_key_from_pem(&TOKEN_KEY).unwrap();
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(verifier.verify_oneshot(&signature, text.as_bytes()).unwrap(), "{text}");
    let (_, payload) = text.split_once('.').unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A member of the token response as the client reads it.
pub(crate) fn member(tokens: &TokenResponse, name: &str) -> String {
    serde_json::to_value(tokens).unwrap()[name].as_str().unwrap().to_owned()
}

/// `client_secret_basic` for an id and a secret without special characters.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

pub(crate) fn bearer(tokens: &TokenResponse) -> String {
    format!("Bearer {}", member(tokens, "access_token"))
}

pub(crate) fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}
