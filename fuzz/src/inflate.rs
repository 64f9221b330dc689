//! What a redirect carries: any octets as a DEFLATE stream.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use silta_saml::{MESSAGE_LIMIT, UnverifiedAuthnRequest};
use url::form_urlencoded::byte_serialize;

use crate::Verdict;

/// What is taken inflates to a text within the limit, and what inflates so is taken.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let query = query(octets);
    let taken = UnverifiedAuthnRequest::from_redirect(&query);
    let mut inflated = vec![];
    let bound = u64::try_from(MESSAGE_LIMIT).unwrap() + 1;
    let whole = DeflateDecoder::new(octets).take(bound).read_to_end(&mut inflated).is_ok();
    let fits = whole && inflated.len() <= MESSAGE_LIMIT && String::from_utf8(inflated).is_ok();
    assert_eq!(taken.is_ok(), fits, "taken and too large or broken, or the other way round");
    Verdict::of(&taken)
}

/// An unsigned query with these octets.
pub(crate) fn query(deflated: &[u8]) -> String {
    let encoded = STANDARD.encode(deflated);
    let encoded: String = byte_serialize(encoded.as_bytes()).collect();
    format!("SAMLRequest={encoded}")
}
