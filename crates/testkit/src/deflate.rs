//! Messages as HTTP-Redirect carries them [SAML2Bind §3.4.4.1].

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// The value of `SAMLRequest`, before it is escaped.
///
/// # Panics
/// When memory is short.
#[must_use]
pub fn deflated(xml: &str) -> String {
    let mut octets = DeflateEncoder::new(vec![], Compression::default());
    octets.write_all(xml.as_bytes()).expect("memory");
    STANDARD.encode(octets.finish().expect("memory"))
}

/// The message of a `SAMLRequest`.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn inflated(value: &str) -> String {
    let octets = STANDARD.decode(value).expect("base64");
    let mut xml = String::new();
    DeflateDecoder::new(octets.as_slice()).read_to_string(&mut xml).expect("a message");
    xml
}
