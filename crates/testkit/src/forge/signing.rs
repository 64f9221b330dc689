//! Signatures by keys in this process, and those that Silta's own code would never make.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::{MessageDigest, hash};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{MessageParameter, SigningKey, redirect_url};

use crate::forge::text;
use crate::keys::{self, KeyPair};

/// The URL of a redirect that carries this message, signed by this key.
///
/// # Panics
/// When it cannot be signed.
#[must_use]
pub fn signed_redirect(
    to: &str,
    message: (MessageParameter, &str),
    relay_state: Option<&str>,
    key: &SigningKey,
) -> String {
    let to_sign = redirect_url(to, message, relay_state, key.credential()).unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    to_sign.signed(&signature).as_str().to_owned()
}

/// The query of such a redirect, signed by this key or by nobody.
pub(super) fn query(
    message: (MessageParameter, &str),
    relay_state: Option<&str>,
    signer: Option<&SigningKey>,
) -> String {
    let any = || keys::SP.signing(SignatureAlgorithm::RsaSha256);
    let url = match signer {
        Some(key) => signed_redirect("", message, relay_state, key),
        None => signed_redirect("", message, relay_state, &any()),
    };
    let query = url.trim_start_matches('?');
    let unsigned = || query.split_once("&SigAlg=").unwrap().0;
    if signer.is_some() { query } else { unsigned() }.to_owned()
}

/// Edits the first `SignedInfo` of a signed document and signs it anew with RSA-SHA256, so that the
/// edit alone is what can be refused. The edit must leave it in canonical form.
///
/// # Panics
/// When there is no signature, or `key` is not RSA.
#[must_use]
pub fn resigned(signed: &str, key: &KeyPair, edit: impl Fn(&str) -> String) -> String {
    let signature = text::element(signed, "ds:Signature");
    let info = edit(text::element(signature, "ds:SignedInfo"));
    let value = STANDARD.encode(key.raw_signature(MessageDigest::sha256(), info.as_bytes()));
    let renewed = text::replaced(signature, "ds:SignedInfo", &info);
    let value = format!("<ds:SignatureValue>{value}</ds:SignatureValue>");
    let renewed = text::replaced(&renewed, "ds:SignatureValue", &value);
    text::replaced(signed, "ds:Signature", &renewed)
}

/// The SHA-256 of a text, in base64.
///
/// # Panics
/// Never, unless OpenSSL is broken.
#[must_use]
pub fn digest(text: &str) -> String {
    STANDARD.encode(hash(MessageDigest::sha256(), text.as_bytes()).unwrap())
}
