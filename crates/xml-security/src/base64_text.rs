//! Base64 as messages, signatures and ciphertexts carry it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Reads strict base64 of the standard alphabet with padding; XML white space between is dropped,
/// as peers wrap their lines [XMLSchema2 §3.2.16]. None when it is not that.
#[must_use]
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    if text.as_bytes().iter().any(space) {
        let dense: Vec<u8> = text.bytes().filter(|byte| !space(byte)).collect();
        STANDARD.decode(dense).ok()
    } else {
        STANDARD.decode(text).ok()
    }
}

/// Writes base64 without line breaks.
#[must_use]
pub fn encode_base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}
