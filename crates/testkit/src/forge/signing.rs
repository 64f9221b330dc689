//! Signatures that Silta's own code would never make, over what really stands there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::{MessageDigest, hash};

use crate::forge::text;
use crate::keys::KeyPair;

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
