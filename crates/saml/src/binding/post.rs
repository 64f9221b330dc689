//! The HTTP-POST binding [SAML2Bind §3.5].

use std::io::Read as _;

use flate2::read::DeflateDecoder;
use silta_xml_security::{decode_base64, encode_base64};

use crate::message_error::MessageError;

/// The longest `SAMLRequest` or `SAMLResponse` that is read, in characters of base64: the limit
/// that eIDAS nodes use themselves.
pub const MESSAGE_LIMIT: usize = 131_072;

/// The value of the form field `SAMLRequest` or `SAMLResponse` [SAML2Bind §3.5.4].
#[must_use]
pub fn post_value(xml: &str) -> String {
    encode_base64(xml.as_bytes())
}

/// The message in the value of such a form field.
///
/// # Errors
/// [`MessageError::TooLarge`], [`MessageError::NotBase64`], [`MessageError::Deflated`],
/// [`MessageError::NotUtf8`].
pub(crate) fn read_post_value(value: &str) -> Result<String, MessageError> {
    if value.len() > MESSAGE_LIMIT {
        return Err(MessageError::TooLarge { limit: MESSAGE_LIMIT });
    }
    let octets = decode_base64(value).ok_or(MessageError::NotBase64)?;
    String::from_utf8(octets).map_err(|error| {
        if is_deflated(error.as_bytes()) { MessageError::Deflated } else { MessageError::NotUtf8 }
    })
}

/// Whether it is markup once it is inflated, of which a few octets tell.
fn is_deflated(octets: &[u8]) -> bool {
    let mut first = [0; 1];
    DeflateDecoder::new(octets).read_exact(&mut first).is_ok() && first == *b"<"
}
