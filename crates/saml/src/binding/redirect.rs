//! The HTTP-Redirect binding [SAML2Bind §3.4].

use std::fmt;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use silta_xml_security::algorithm::SignatureAlgorithm;
use silta_xml_security::{
    SignatureError, SigningCredential, ToBeSigned, VerificationKey, decode_base64, encode_base64,
};
use thiserror::Error;

use crate::binding::post::MESSAGE_LIMIT;
use crate::binding::url_text::{percent, unpercent};
use crate::message_error::{MessageError, Part};

/// A message could not be compressed: it fits into memory, so this is a defect of the compressor.
#[derive(Debug, Error)]
#[error("the message could not be compressed")]
pub struct DeflateError(#[source] io::Error);

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
    /// [`MessageError`]: doubled or missing parameters, a signature that no key of the sender
    /// made, a message that inflates beyond [`MESSAGE_LIMIT`].
    pub fn verify(
        raw_query: &str,
        keys: &[VerificationKey],
        allowed: &[SignatureAlgorithm],
    ) -> Result<Self, MessageError> {
        let pairs = raw_query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let one = |name: &'static str| {
            let mut found = pairs.clone().filter(|(key, _)| *key == name);
            match (found.next(), found.next()) {
                (first, None) => Ok(first.map(|(_, value)| value)),
                _ => Err(MessageError::Repeated { element: name }),
            }
        };
        let message =
            one("SAMLRequest")?.ok_or(MessageError::Missing { element: "SAMLRequest" })?;
        let relay_state = one("RelayState")?;
        let unsigned = MessageError::Unsigned { part: Part::Request };
        let (Some(algorithm), Some(signature)) = (one("SigAlg")?, one("Signature")?) else {
            return Err(unsigned);
        };
        let relay = relay_state.map(|raw| format!("&RelayState={raw}")).unwrap_or_default();
        let signed = format!("SAMLRequest={message}{relay}&SigAlg={algorithm}");

        let signature_error = |cause| MessageError::Signature { part: Part::Request, cause };
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
        let message = unpercent(message).ok_or(MessageError::NotBase64)?;
        let relay_state = match relay_state {
            Some(raw) => Some(unpercent(raw).ok_or(MessageError::NotUtf8)?),
            None => None,
        };
        Ok(Self { xml: inflate(&message)?, relay_state })
    }
}

/// Bounded after inflation: a kilobyte can become a gigabyte.
fn inflate(message: &str) -> Result<String, MessageError> {
    let deflated = decode_base64(message).ok_or(MessageError::NotBase64)?;
    let mut xml = Vec::new();
    DeflateDecoder::new(deflated.as_slice())
        .take(INFLATED_READ)
        .read_to_end(&mut xml)
        .map_err(|_| MessageError::NotBase64)?;
    if xml.len() > MESSAGE_LIMIT {
        return Err(MessageError::TooLarge { limit: MESSAGE_LIMIT });
    }
    String::from_utf8(xml).map_err(|_| MessageError::NotUtf8)
}

/// One octet beyond [`MESSAGE_LIMIT`] shows that there is more.
const INFLATED_READ: u64 = 131_073;
