//! The HTTP-Redirect binding and the values of HTTP-POST [SAML2Bind §3.4, §3.5].

use std::fmt::{self, Write as _};
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::algorithm::SignatureAlgorithm;
use crate::encoding::{self, MESSAGE_LIMIT};
use crate::keys::VerificationKey;
use crate::response_error::{Part, ResponseError};
use crate::sign::ToBeSigned;
use crate::signature_error::SignatureError;
use crate::signing_key::SigningCredential;

/// The value of the form field `SAMLRequest` or `SAMLResponse` [SAML2Bind §3.5.4].
#[must_use]
pub fn post_value(xml: &str) -> String {
    encoding::encode(xml.as_bytes())
}

/// Prepares the URL that carries a signed request by redirect. The signature is over the very octets
/// of the query, so they are written once and never encoded again [SAML2Bind §3.4.4.1].
#[must_use]
pub fn redirect_url(
    destination: &str,
    xml: &str,
    relay_state: &str,
    credential: &SigningCredential,
) -> ToBeSigned {
    let joint = if destination.contains('?') { '&' } else { '?' };
    let octets = format!(
        "SAMLRequest={}&RelayState={}&SigAlg={}",
        percent(&encoding::encode(&deflate(xml))),
        percent(relay_state),
        percent(credential.algorithm().uri()),
    );
    ToBeSigned {
        before: format!("{destination}{joint}"),
        octets,
        between: "&Signature=".to_owned(),
        encoded: |signature| percent(&encoding::encode(signature)),
        after: String::new(),
    }
}

fn deflate(xml: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to a Vec cannot fail.
    let deflated = encoder.write_all(xml.as_bytes()).and_then(|()| encoder.finish());
    deflated.unwrap_or_default()
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
            .and_then(|text| encoding::decode(&text))
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
    let deflated = encoding::decode(message).ok_or(ResponseError::NotBase64)?;
    let mut xml = Vec::new();
    let limit = u64::try_from(MESSAGE_LIMIT).unwrap_or(u64::MAX);
    DeflateDecoder::new(deflated.as_slice())
        .take(limit + 1)
        .read_to_end(&mut xml)
        .map_err(|_| ResponseError::NotBase64)?;
    if xml.len() > MESSAGE_LIMIT {
        return Err(ResponseError::TooLarge { limit: MESSAGE_LIMIT });
    }
    String::from_utf8(xml).map_err(|_| ResponseError::NotUtf8)
}

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
