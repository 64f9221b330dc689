//! An identity provider that we ask.

use jiff::SignedDuration;
use silta_xml_security::{Fingerprint, VerificationKey};
use thiserror::Error;

use crate::sp::assurance_levels::AssuranceLevels;
use crate::sp::peer_profile::PeerProfile;

/// An identity provider as configured: never without a key, never without an assurance level.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    pub(crate) entity_id: String,
    pub(crate) keys: Vec<VerificationKey>,
    pub(crate) assurance_levels: AssuranceLevels,
    pub(crate) profile: PeerProfile,
}

/// An identity provider without a verification key could only be believed blindly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an identity provider needs at least one signing certificate")]
pub struct NoVerificationKeyError;

impl IdentityProvider {
    /// An identity provider that signs with any of `keys`.
    ///
    /// # Errors
    /// [`NoVerificationKeyError`] when `keys` is empty: "no key, no check" cannot happen.
    pub fn new(
        entity_id: impl Into<String>,
        keys: Vec<VerificationKey>,
        assurance_levels: AssuranceLevels,
        profile: PeerProfile,
    ) -> Result<Self, NoVerificationKeyError> {
        if keys.is_empty() {
            return Err(NoVerificationKeyError);
        }
        Ok(Self { entity_id: entity_id.into(), keys, assurance_levels, profile })
    }

    /// Its entityID.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// The certificates of its keys.
    pub fn certificates(&self) -> impl Iterator<Item = Fingerprint> {
        self.keys.iter().map(VerificationKey::certificate)
    }

    /// How far its clock may be from ours.
    #[must_use]
    pub fn skew(&self) -> SignedDuration {
        self.profile.skew
    }

    /// Whether its assertions are always signed themselves.
    #[must_use]
    pub fn signs_assertions(&self) -> bool {
        self.profile.signs_assertions()
    }

    /// The authentication contexts it may assert, by level.
    #[must_use]
    pub fn assurance_levels(&self) -> &AssuranceLevels {
        &self.assurance_levels
    }
}
