//! Base64 as messages, signatures and ciphertexts carry it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest `SAMLRequest` or `SAMLResponse` that is read, in characters of base64: the limit
/// that eIDAS nodes use themselves.
pub const MESSAGE_LIMIT: usize = 131_072;

/// Strict base64 of the standard alphabet with padding; XML white space between is dropped, as
/// peers wrap their lines [XMLSchema2 §3.2.16].
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    if text.as_bytes().iter().any(space) {
        let dense: Vec<u8> = text.bytes().filter(|byte| !space(byte)).collect();
        STANDARD.decode(dense).ok()
    } else {
        STANDARD.decode(text).ok()
    }
}

/// Base64 without line breaks.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
