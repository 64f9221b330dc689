//! The HTTP-Redirect binding and the values of HTTP-POST [SAML2Bind §3.4, §3.5].

use std::fmt::{self, Write as _};
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use silta_xml_security::algorithm::SignatureAlgorithm;
use silta_xml_security::{
    SignatureError, SigningCredential, ToBeSigned, VerificationKey, decode_base64, encode_base64,
};
use thiserror::Error;

use crate::response_error::{Part, ResponseError};

/// The longest `SAMLRequest` or `SAMLResponse` that is read, in characters of base64: the limit
/// that eIDAS nodes use themselves.
pub const MESSAGE_LIMIT: usize = 131_072;

/// A message could not be compressed: it fits into memory, so this is a defect of the compressor.
#[derive(Debug, Error)]
#[error("the message could not be compressed")]
pub struct DeflateError(#[source] io::Error);

/// The value of the form field `SAMLRequest` or `SAMLResponse` [SAML2Bind §3.5.4].
#[must_use]
pub fn post_value(xml: &str) -> String {
    encode_base64(xml.as_bytes())
}

/// Prepares the URL that carries a signed request by redirect. The signature is over the very octets
/// of the query, so they are written once and never encoded again [SAML2Bind §3.4.4.1].
///
/// # Errors
/// [`DeflateError`].
pub fn redirect_url(
    destination: &str,
    xml: &str,
    relay_state: &str,
    credential: &SigningCredential,
) -> Result<ToBeSigned, DeflateError> {
    let joint = if destination.contains('?') { '&' } else { '?' };
    let octets = format!(
        "SAMLRequest={}&RelayState={}&SigAlg={}",
        percent(&encode_base64(&deflate(xml)?)),
        percent(relay_state),
        percent(credential.algorithm().uri()),
    );
    Ok(ToBeSigned::new(
        format!("{destination}{joint}"),
        octets,
        "&Signature=".to_owned(),
        |signature| percent(&encode_base64(signature)),
        String::new(),
    ))
}

fn deflate(xml: &str) -> Result<Vec<u8>, DeflateError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes()).and_then(|()| encoder.finish()).map_err(DeflateError)
}

/// A message that came by redirect, with its signature verified over the raw octets.
#[derive(Clone)]
pub struct RedirectMessage {
    pub(crate) xml: String,
    pub(crate) relay_state: Option<String>,
}

impl fmt::Debug for RedirectMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedirectMessage({} bytes)", self.xml.len())
    }
}

impl RedirectMessage {
    /// Verifies and inflates the raw query of a request. What stands after `Signature` is not
    /// signed and not read.
    ///
    /// # Errors
    /// [`ResponseError`]: doubled or missing parameters, a signature that no key of the sender
    /// made, a message that inflates beyond [`MESSAGE_LIMIT`].
    pub fn verify(
        raw_query: &str,
        keys: &[VerificationKey],
        allowed: &[SignatureAlgorithm],
    ) -> Result<Self, ResponseError> {
        let pairs = raw_query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let one = |name: &'static str| {
            let mut found = pairs.clone().filter(|(key, _)| *key == name);
            match (found.next(), found.next()) {
                (first, None) => Ok(first.map(|(_, value)| value)),
                _ => Err(ResponseError::Repeated { element: name }),
            }
        };
        let message =
            one("SAMLRequest")?.ok_or(ResponseError::Missing { element: "SAMLRequest" })?;
        let relay_state = one("RelayState")?;
        let unsigned = ResponseError::Unsigned { part: Part::Request };
        let (Some(algorithm), Some(signature)) = (one("SigAlg")?, one("Signature")?) else {
            return Err(unsigned);
        };
        let relay = relay_state.map(|raw| format!("&RelayState={raw}")).unwrap_or_default();
        let signed = format!("SAMLRequest={message}{relay}&SigAlg={algorithm}");

        let signature_error = |cause| ResponseError::Signature { part: Part::Request, cause };
        let algorithm = unpercent(algorithm)
            .and_then(|uri| SignatureAlgorithm::by_uri(&uri))
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or(signature_error(SignatureError::Algorithm))?;
        let signature = unpercent(signature)
            .and_then(|text| decode_base64(&text))
            .ok_or(signature_error(SignatureError::Structure))?;
        if !keys.iter().any(|key| key.verifies(algorithm, signed.as_bytes(), &signature)) {
            return Err(signature_error(SignatureError::NoKeyMatches));
        }
        let message = unpercent(message).ok_or(ResponseError::NotBase64)?;
        let relay_state = match relay_state {
            Some(raw) => Some(unpercent(raw).ok_or(ResponseError::NotUtf8)?),
            None => None,
        };
        Ok(Self { xml: inflate(&message)?, relay_state })
    }
}

/// Bounded after inflation: a kilobyte can become a gigabyte.
fn inflate(message: &str) -> Result<String, ResponseError> {
    let deflated = decode_base64(message).ok_or(ResponseError::NotBase64)?;
    let mut xml = Vec::new();
    DeflateDecoder::new(deflated.as_slice())
        .take(INFLATED_READ)
        .read_to_end(&mut xml)
        .map_err(|_| ResponseError::NotBase64)?;
    if xml.len() > MESSAGE_LIMIT {
        return Err(ResponseError::TooLarge { limit: MESSAGE_LIMIT });
    }
    String::from_utf8(xml).map_err(|_| ResponseError::NotUtf8)
}

/// One octet beyond [`MESSAGE_LIMIT`] shows that there is more.
const INFLATED_READ: u64 = 131_073;

/// Percent-encodes all but the unreserved characters [RFC 3986 §2.3].
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// Undoes percent-encoding and `+`; nothing when an escape is broken or the result is not UTF-8.
fn unpercent(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '+']) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        if let Some(after) = special.strip_prefix('+') {
            out.push(b' ');
            rest = after;
        } else {
            let hex = special.get(1..3)?;
            // A sign is no digit, though the parser of numbers takes one.
            let digits = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            out.push(u8::from_str_radix(hex, 16).ok().filter(|_| digits)?);
            rest = special.get(3..)?;
        }
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).ok()
}
