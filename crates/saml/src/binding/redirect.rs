//! The HTTP-Redirect binding [SAML2Bind §3.4].

use std::fmt;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use silta_xml_security::algorithm::SignatureAlgorithm;
use silta_xml_security::{
    AllowedAlgorithms, NamedAlgorithm, SignatureError, SigningCredential, ToBeSigned,
    VerificationKey, decode_base64, encode_base64,
};
use thiserror::Error;

use crate::binding::message_parameter::MessageParameter;
use crate::binding::post::MESSAGE_LIMIT;
use crate::binding::unsigned_parameters::UnsignedParameters;
use crate::binding::url_text::{percent, unpercent};
use crate::message_error::MessageError;

/// A message could not be compressed: it fits into memory, so this is a defect of the compressor.
#[derive(Debug, Error)]
#[error("the message could not be compressed")]
pub struct DeflateError(#[source] io::Error);

/// Prepares the URL that carries a signed message by redirect. The signature is over the very octets
/// of the query, so they are written once and never encoded again [SAML2Bind §3.4.4.1].
///
/// # Errors
/// [`DeflateError`].
pub fn redirect_url(
    destination: &str,
    (parameter, xml): (MessageParameter, &str),
    relay_state: Option<&str>,
    credential: &SigningCredential,
) -> Result<RedirectToSign, DeflateError> {
    let joint = if destination.contains('?') { '&' } else { '?' };
    let message = percent(&encode_base64(&deflate(xml)?));
    let relay_state = relay_state.map(percent);
    let algorithm = percent(credential.algorithm().uri());
    let octets = to_sign(parameter, &message, relay_state.as_deref(), &algorithm);
    Ok(RedirectToSign(ToBeSigned::new(
        format!("{destination}{joint}"),
        octets,
        "&Signature=".to_owned(),
        |signature| percent(&encode_base64(signature)),
        String::new(),
    )))
}

/// The URL of a redirect before its signature.
#[derive(Debug)]
pub struct RedirectToSign(ToBeSigned);

impl RedirectToSign {
    /// What is to be signed.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.0.octets()
    }

    /// The URL with this signature.
    #[must_use]
    pub fn signed(self, signature: &[u8]) -> SignedRedirect {
        SignedRedirect(self.0.signed(signature))
    }
}

/// The value of a `Location` header that carries a signed message. Only [`redirect_url`] begins one.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedRedirect(String);

impl SignedRedirect {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with parameters that the signature does not cover.
    #[must_use]
    pub fn followed_by(mut self, parameters: &UnsignedParameters) -> Self {
        self.0.push_str(parameters.as_str());
        self
    }
}

impl fmt::Debug for SignedRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedRedirect(redacted)")
    }
}

/// What a signature covers: these parameters, encoded, in this order whatever that of the query is
/// [SAML2Bind §3.4.4.1].
fn to_sign(
    parameter: MessageParameter,
    message: &str,
    relay_state: Option<&str>,
    algorithm: &str,
) -> String {
    let relay_state = relay_state.map_or(String::new(), |raw| format!("&RelayState={raw}"));
    format!("{}={message}{relay_state}&SigAlg={algorithm}", parameter.name())
}

fn deflate(xml: &str) -> Result<Vec<u8>, DeflateError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes()).and_then(|()| encoder.finish()).map_err(DeflateError)
}

/// A message that came by redirect, with its signature verified over the raw octets.
#[derive(Clone)]
pub struct RedirectMessage {
    xml: String,
    relay_state: Option<String>,
}

impl fmt::Debug for RedirectMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedirectMessage({} bytes)", self.xml.len())
    }
}

impl RedirectMessage {
    /// Verifies and inflates the message in the raw query of a peer that is known beforehand. What
    /// stands after `Signature` is not signed and not read.
    ///
    /// # Errors
    /// [`MessageError`]: doubled or missing parameters, a signature that no key of the sender
    /// made, a message that inflates beyond [`MESSAGE_LIMIT`].
    pub fn verify(
        parameter: MessageParameter,
        raw_query: &str,
        keys: &[VerificationKey],
        allowed: &[SignatureAlgorithm],
    ) -> Result<Self, MessageError> {
        let part = parameter.part();
        let query = RedirectQuery::read(parameter, raw_query)?;
        if !query.is_signed() {
            return Err(MessageError::Unsigned { part });
        }
        query.verify(keys, allowed).map_err(|cause| MessageError::Signature { part, cause })?;
        Ok(Self { xml: query.xml()?, relay_state: query.relay_state()? })
    }

    /// The message.
    #[must_use]
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// `RelayState`, decoded.
    #[must_use]
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }
}

/// The parameters of a query as they came, encoded, with nothing verified.
pub(crate) struct RedirectQuery<'q> {
    parameter: MessageParameter,
    message: &'q str,
    relay_state: Option<&'q str>,
    algorithm: Option<&'q str>,
    signature: Option<&'q str>,
}

impl<'q> RedirectQuery<'q> {
    /// Finds the parameters of a message, each at most once. Others are not read; a second message
    /// beside it is refused, so that nobody can be told one thing and act on another.
    pub(crate) fn read(
        parameter: MessageParameter,
        raw_query: &'q str,
    ) -> Result<Self, MessageError> {
        let pairs = raw_query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let one = |name: &'static str| {
            let mut found = pairs.clone().filter(|(key, _)| *key == name);
            match (found.next(), found.next()) {
                (first, None) => Ok(first.map(|(_, value)| value)),
                _ => Err(MessageError::Repeated { element: name }),
            }
        };
        let element = parameter.name();
        let query = Self {
            parameter,
            message: one(element)?.ok_or(MessageError::Missing { element })?,
            relay_state: one("RelayState")?,
            algorithm: one("SigAlg")?,
            signature: one("Signature")?,
        };
        if one(parameter.other().name())?.is_some() {
            return Err(MessageError::TwoMessages);
        }
        Ok(query)
    }

    /// Whether an algorithm and a signature are both there.
    pub(crate) fn is_signed(&self) -> bool {
        self.algorithm.is_some() && self.signature.is_some()
    }

    /// Whether neither is there. One without the other is a broken signature.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.algorithm.is_none() && self.signature.is_none()
    }

    /// Verifies the signature over the raw octets.
    pub(crate) fn verify(
        &self,
        keys: &[VerificationKey],
        allowed: &[SignatureAlgorithm],
    ) -> Result<(), SignatureError> {
        let (Some(algorithm), Some(signature)) = (self.algorithm, self.signature) else {
            return Err(SignatureError::Structure);
        };
        let signed = to_sign(self.parameter, self.message, self.relay_state, algorithm);
        let uri = unpercent(algorithm);
        let algorithm = uri
            .as_deref()
            .and_then(SignatureAlgorithm::by_uri)
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or_else(|| SignatureError::Algorithm {
                named: NamedAlgorithm::of(uri.as_deref()),
                allowed: AllowedAlgorithms::signatures(allowed),
            })?;
        let signature = unpercent(signature)
            .and_then(|text| decode_base64(&text))
            .ok_or(SignatureError::Structure)?;
        if keys.iter().any(|key| key.verifies(algorithm, signed.as_bytes(), &signature)) {
            Ok(())
        } else {
            Err(SignatureError::NoKeyMatches)
        }
    }

    /// The message, inflated.
    pub(crate) fn xml(&self) -> Result<String, MessageError> {
        inflate(&unpercent(self.message).ok_or(MessageError::NotBase64)?)
    }

    /// `RelayState`, decoded.
    pub(crate) fn relay_state(&self) -> Result<Option<String>, MessageError> {
        self.relay_state.map(|raw| unpercent(raw).ok_or(MessageError::NotUtf8)).transpose()
    }
}

/// Bounded after inflation: a kilobyte can become a gigabyte.
fn inflate(message: &str) -> Result<String, MessageError> {
    let deflated = decode_base64(message).ok_or(MessageError::NotBase64)?;
    let mut xml = Vec::new();
    DeflateDecoder::new(deflated.as_slice())
        .take(INFLATED_READ)
        .read_to_end(&mut xml)
        .map_err(|_| MessageError::NotDeflated)?;
    if xml.len() > MESSAGE_LIMIT {
        return Err(MessageError::TooLarge { limit: MESSAGE_LIMIT });
    }
    String::from_utf8(xml).map_err(|_| MessageError::NotUtf8)
}

/// One octet beyond [`MESSAGE_LIMIT`] shows that there is more.
const INFLATED_READ: u64 = 131_073;
