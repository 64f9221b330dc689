//! The curves of keys that are agreed on.

use openssl::nid::Nid;
use openssl::pkey::{HasPublic, PKeyRef};

/// The curves of keys that are agreed on, each of a prime order. Signatures know fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    BrainpoolP256r1,
    BrainpoolP384r1,
    BrainpoolP512r1,
}

impl Curve {
    const ALL: [Self; 6] = [
        Self::P256,
        Self::P384,
        Self::P521,
        Self::BrainpoolP256r1,
        Self::BrainpoolP384r1,
        Self::BrainpoolP512r1,
    ];

    /// The curve of a key, if it is one of these.
    pub(crate) fn of<T: HasPublic>(key: &PKeyRef<T>) -> Option<Self> {
        let named = key.ec_key().ok()?.group().curve_name()?;
        Self::ALL.into_iter().find(|one| one.nid() == named)
    }

    /// The curve that `NamedCurve` names.
    pub(crate) fn by_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.uri() == uri)
    }

    /// The URI of `NamedCurve` [XMLDSig §4.5.2.3.1, RFC 5480, RFC 5639].
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::P256 => "urn:oid:1.2.840.10045.3.1.7",
            Self::P384 => "urn:oid:1.3.132.0.34",
            Self::P521 => "urn:oid:1.3.132.0.35",
            Self::BrainpoolP256r1 => "urn:oid:1.3.36.3.3.2.8.1.1.7",
            Self::BrainpoolP384r1 => "urn:oid:1.3.36.3.3.2.8.1.1.11",
            Self::BrainpoolP512r1 => "urn:oid:1.3.36.3.3.2.8.1.1.13",
        }
    }

    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::BrainpoolP256r1 => "brainpoolP256r1",
            Self::BrainpoolP384r1 => "brainpoolP384r1",
            Self::BrainpoolP512r1 => "brainpoolP512r1",
        }
    }

    pub(crate) fn nid(self) -> Nid {
        match self {
            Self::P256 => Nid::X9_62_PRIME256V1,
            Self::P384 => Nid::SECP384R1,
            Self::P521 => Nid::SECP521R1,
            Self::BrainpoolP256r1 => Nid::BRAINPOOL_P256R1,
            Self::BrainpoolP384r1 => Nid::BRAINPOOL_P384R1,
            Self::BrainpoolP512r1 => Nid::BRAINPOOL_P512R1,
        }
    }

    /// The octets of an uncompressed point.
    pub(crate) fn point_length(self) -> usize {
        match self {
            Self::P256 | Self::BrainpoolP256r1 => 1 + 2 * 32,
            Self::P384 | Self::BrainpoolP384r1 => 1 + 2 * 48,
            Self::P521 => 1 + 2 * 66,
            Self::BrainpoolP512r1 => 1 + 2 * 64,
        }
    }
}
