//! An identity provider as its metadata describes it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use silta_xml_security::{Certificate, KeyError};

use crate::metadata::encryption_methods::PeerEncryptionKey;
use crate::metadata::endpoint::{Endpoint, EndpointBinding};

/// What an identity provider's metadata says that is used here. It has at least one signing
/// certificate and one address for requests, and nothing to say about what must be signed or
/// encrypted: that is the configuration's.
#[derive(Debug, Clone)]
pub struct IdentityProviderDescription {
    pub(crate) entity_id: String,
    pub(crate) signing: Vec<Certificate>,
    pub(crate) left_out: Vec<LeftOutKey>,
    pub(crate) encryption: Vec<PeerEncryptionKey>,
    pub(crate) single_sign_on: Vec<Endpoint>,
    pub(crate) single_logout: Vec<Endpoint>,
    pub(crate) name_id_formats: Vec<String>,
    pub(crate) wants_signed_requests: bool,
    pub(crate) valid_until: Option<Timestamp>,
    pub(crate) published_until: Option<Timestamp>,
    pub(crate) refresh_within: Option<SignedDuration>,
    pub(crate) signed: bool,
    pub(crate) has_unjudged_signature: bool,
}

impl IdentityProviderDescription {
    /// Its entityID: the one that was asked for.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// The certificates that it signs with, in the order of the document, each once.
    #[must_use]
    pub fn signing(&self) -> &[Certificate] {
        &self.signing
    }

    /// Why keys for signing were left out, in the order of the document.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOutKey] {
        &self.left_out
    }

    /// The keys that may be encrypted to, in the order of the document; never one for signing alone.
    #[must_use]
    pub fn encryption(&self) -> &[PeerEncryptionKey] {
        &self.encryption
    }

    /// Where requests go, by redirect, by POST, or by both.
    #[must_use]
    pub fn single_sign_on(&self) -> &[Endpoint] {
        &self.single_sign_on
    }

    /// Where messages of single logout go, if it has that.
    #[must_use]
    pub fn single_logout(&self) -> &[Endpoint] {
        &self.single_logout
    }

    /// The NameID formats that it can give.
    #[must_use]
    pub fn name_id_formats(&self) -> &[String] {
        &self.name_id_formats
    }

    /// Whether it takes only signed requests.
    #[must_use]
    pub fn wants_signed_requests(&self) -> bool {
        self.wants_signed_requests
    }

    /// Until when it holds: the first end of document, groups, entity and role, exclusive.
    #[must_use]
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.valid_until
    }

    /// After how long its publisher wants it to be fetched again; between five minutes and a day.
    /// A hint: metadata that nobody fetched again holds until [`Self::valid_until`].
    #[must_use]
    pub fn refresh_within(&self) -> Option<SignedDuration> {
        self.refresh_within
    }

    /// Whether a pinned signer has signed it.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.signed
    }

    /// Whether a signature is there that nobody judged, because no signer is pinned.
    #[must_use]
    pub fn has_unjudged_signature(&self) -> bool {
        self.has_unjudged_signature
    }
}

/// Why a key for signing was left out. Others may be left; with none, the metadata is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutKey {
    /// No certificate: a `KeyValue` or a `KeyName` alone.
    NoCertificate,
    /// Several certificates in one `KeyDescriptor`: nothing says which of a chain is the peer's.
    SeveralCertificates,
    /// Not base64.
    NotBase64,
    /// No certificate, or one whose key is weak or of a kind that is not accepted.
    Key(KeyError),
}

impl LeftOutKey {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::SeveralCertificates => "several_certificates",
            Self::NotBase64 => "certificate_not_base64",
            Self::Key(KeyError::RsaSize { .. }) => "rsa_size",
            Self::Key(KeyError::RsaExponent) => "rsa_exponent",
            Self::Key(KeyError::Kind) => "key_kind",
            Self::Key(_) => "not_a_certificate",
        }
    }
}

impl fmt::Display for LeftOutKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("it has no X509Certificate"),
            Self::SeveralCertificates => {
                f.write_str("it has several certificates, and nothing says which is the peer's")
            }
            Self::NotBase64 => f.write_str("its X509Certificate is not base64"),
            Self::Key(cause) => cause.fmt(f),
        }
    }
}

/// The first service by this binding.
pub(crate) fn by(services: &[Endpoint], binding: EndpointBinding) -> Option<&Endpoint> {
    services.iter().find(|service| service.binding == binding)
}
