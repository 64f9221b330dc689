//! Which key of ours a sender says it encrypted to: it decides what is tried first, and nothing else.

use roxmltree::Node;

use crate::base64_text::decode_base64;
use crate::keys::DecryptionKey;
use crate::namespace::DS;
use crate::xml;

/// What the `KeyInfo` of an `EncryptedKey` says of the recipient's certificate [XMLDSig §4.5.4].
/// `KeyName` is not read: our metadata gives our keys no names.
#[derive(Default)]
pub(crate) struct KeyHint {
    /// `X509Certificate`, decoded.
    certificate: Option<Vec<u8>>,
    /// `X509SKI`, decoded.
    subject_key: Option<Vec<u8>>,
    /// `X509IssuerSerial/X509SerialNumber`: the issuer's name is spelt in too many ways.
    serial: Option<String>,
}

/// How likely a key of ours is the one that is meant; the likelier is the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likelihood {
    /// The hint names its certificate.
    Named,
    /// There is no hint.
    Unknown,
    /// The hint names another certificate, which may be another one of the same key.
    Other,
}

impl KeyHint {
    /// Reads a `KeyInfo` that may be absent, and may hold anything: what is not understood is no
    /// hint. One pass over the children of the first `X509Data`, each value once and bounded.
    pub(crate) fn read(key_info: Option<Node<'_, '_>>) -> Self {
        let data = key_info.and_then(|info| xml::child(info, DS, "X509Data"));
        let Some(data) = data else { return Self::default() };
        let text = |parent: Node<'_, '_>, name| {
            let text = xml::text(xml::child(parent, DS, name)?).ok()?.trim_ascii();
            Some(text).filter(|text| text.len() <= HINT_LIMIT).map(str::to_owned)
        };
        let octets = |name| decode_base64(&text(data, name)?);
        Self {
            certificate: octets("X509Certificate"),
            subject_key: octets("X509SKI"),
            serial: xml::child(data, DS, "X509IssuerSerial")
                .and_then(|named| text(named, "X509SerialNumber")),
        }
    }

    /// How likely `key` is meant.
    pub(crate) fn likelihood(&self, key: &DecryptionKey) -> Likelihood {
        let ours = key.identifiers();
        let verdicts = [
            self.certificate.as_ref().map(|der| *der == ours.certificate),
            self.subject_key.as_ref().map(|id| Some(id) == ours.subject_key.as_ref()),
            self.serial.as_ref().map(|serial| *serial == ours.serial),
        ];
        if verdicts.contains(&Some(true)) {
            Likelihood::Named
        } else if verdicts.contains(&Some(false)) {
            Likelihood::Other
        } else {
            Likelihood::Unknown
        }
    }
}

/// A certificate of an RSA key of 8192 bits takes some 4,000 characters.
const HINT_LIMIT: usize = 8192;
