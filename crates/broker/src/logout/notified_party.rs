//! Relying parties that are told of a logout.

use serde::{Deserialize, Serialize};

use crate::model::relying_party::RelyingParty;
use crate::octets::Octets;

/// A relying party that is told of a logout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifiedParty {
    /// Under its name in the configuration.
    pub relying_party: RelyingParty,
    /// Whether it is known to have confirmed.
    pub confirmed: bool,
    /// `None` where it could not be written down, and is told once.
    pub(crate) name: Option<EntryName>,
}

/// Where the outbox has a relying party until it confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntryName {
    pub(crate) part: u8,
    pub(crate) id: Octets<16>,
}
