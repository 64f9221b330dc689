//! What the answers of one identity provider are judged by.

use std::collections::BTreeSet;

use silta_saml::{AssuranceLevels, PeerProfile};

/// What the answers of an identity provider are judged by.
#[derive(Debug, Clone)]
pub(crate) struct TrustedPeer {
    /// Its entityID, its certificates and those of ours that open its answers, in base64.
    pub(crate) keys: BTreeSet<String>,
    /// What is required of its answers.
    pub(crate) profile: PeerProfile,
    /// The levels that it may say.
    pub(crate) levels: AssuranceLevels,
    /// The formats of a NameID that it may send.
    pub(crate) name_ids: Vec<String>,
}

impl TrustedPeer {
    /// Whether `later` accepts what this does, as far as anybody can say without an answer: keys may come, and every
    /// rule must be the same, as hardly two of them can be told which is the stricter.
    pub(crate) fn stays_in(&self, later: &Self) -> bool {
        let Self { keys, profile, levels, name_ids } = self;
        keys.is_subset(&later.keys)
            && (profile, levels, name_ids) == (&later.profile, &later.levels, &later.name_ids)
    }
}
