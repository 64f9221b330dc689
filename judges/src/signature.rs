//! Signed messages made up at random: any algorithm and shape that Silta accepts, and what became of
//! them by a [`Change`].

mod changed;
mod shape;
mod sign;

use std::sync::LazyLock;

use openssl::nid::Nid;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_testkit::keys::{self, KeyPair};

use self::shape::Shape;
use crate::change::Change;
use crate::random::Random;

/// Who makes a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// This crate with Silta's canonicalization and keys.
    Silta,
    /// bergshamra.
    Bergshamra,
    /// xmlsec1's library.
    Xmlsec,
}

/// A key by which a message is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Curve {
    /// RSA with 2048 bits.
    Rsa,
    /// NIST's P-256.
    P256,
    /// NIST's P-384.
    P384,
    /// NIST's P-521.
    P521,
}

impl Curve {
    /// The key that is trusted.
    #[must_use]
    pub fn key(self) -> &'static KeyPair {
        match self {
            Self::Rsa => &keys::IDP,
            Self::P256 => &keys::IDP_P256,
            Self::P384 => &keys::IDP_P384,
            Self::P521 => &keys::IDP_P521,
        }
    }

    fn rogue(self) -> &'static KeyPair {
        match self {
            Self::Rsa => &keys::ROGUE,
            Self::P256 => &ROGUE_P256,
            Self::P384 => &ROGUE_P384,
            Self::P521 => &ROGUE_P521,
        }
    }
}

/// Where a message stands, and as what it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is the root of its document.
    Root,
    /// It stands in another element.
    Nested,
    /// It is the root, and judged as metadata, which may hold comments.
    Metadata,
}

/// A message, and how it came to be.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The message.
    pub text: String,
    /// What was done to it.
    pub change: Change,
    /// Its algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Its key.
    pub curve: Curve,
    /// Where it stands.
    pub place: Place,
    /// Who signed it.
    pub signer: Signer,
}

impl Signed {
    /// One of the messages of a seed.
    #[must_use]
    pub fn new(random: &mut Random) -> Self {
        let change = match random.below(10) {
            0..3 => Change::Good,
            3..5 => Change::Octet,
            _ => Change::ALL[random.below(Change::ALL.len())],
        };
        Self::of(change, random)
    }

    /// One that this was done to.
    #[must_use]
    pub fn of(change: Change, random: &mut Random) -> Self {
        let shape = Shape::new(change, random);
        let template = shape.template(change, random);
        let key = if change == Change::RogueKey { shape.curve.rogue() } else { shape.curve.key() };
        let signers: &[Signer] = match (shape.signer, change.is_foreign()) {
            (Signer::Silta, false) => &[Signer::Silta],
            (Signer::Xmlsec, true) => &[Signer::Xmlsec, Signer::Bergshamra],
            (_, true) => &[Signer::Bergshamra, Signer::Xmlsec],
            (Signer::Bergshamra, false) => &[Signer::Bergshamra, Signer::Silta],
            (Signer::Xmlsec, false) => &[Signer::Xmlsec, Signer::Silta],
        };
        let signed_by = |signer: Signer| match signer.sign(&shape, &template, key) {
            Ok(signed) => Some((signer, signed)),
            Err(cause) => {
                let known = signer.is_beyond(&shape, change);
                assert!(known, "{signer:?} does not sign {change:?} as {shape:?}: {cause}");
                None
            }
        };
        let signed = signers.iter().copied().find_map(signed_by);
        let (by, signed) = signed.unwrap_or_else(|| panic!("nobody signs {change:?} as {shape:?}"));
        Self {
            text: shape.changed(change, signed, random),
            change,
            algorithm: shape.algorithm,
            curve: shape.curve,
            place: shape.place,
            signer: by,
        }
    }
}

static ROGUE_P256: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::X9_62_PRIME256V1));
static ROGUE_P384: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::SECP384R1));
static ROGUE_P521: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::SECP521R1));
