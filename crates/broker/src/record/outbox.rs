//! Relying parties that have yet to be told of a logout.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::login_id::LoginId;
use crate::model::participant::Participant;
use crate::octets::Octets;
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// What one part of the outbox holds, the oldest first: at most `MAX_ENTRIES`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Outbox(pub(crate) Vec<OutboxEntry>);

/// A relying party that has yet to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutboxEntry {
    /// Its name, of random octets.
    pub(crate) id: Octets<16>,
    /// The login that the session began with.
    pub(crate) login: LoginId,
    /// Who, of whose session.
    pub(crate) participant: Participant,
    /// How often it was tried, with the try that is under way.
    pub(crate) tries: u8,
    /// No replica tries before: one does right now, or did so a moment ago.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) not_before: Timestamp,
}

impl Record for Outbox {
    const KIND: &'static str = "outbox";
}

impl Versioned for Outbox {
    const TAGS: &'static [&'static str] = &["outbox.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("outbox.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "outbox.1" => tagged.body(),
            _ => None,
        }
    }
}

/// The parts. Two logouts at one moment change different ones seven times out of eight; a replica looks at
/// each of them every few seconds.
pub(crate) const OUTBOX_PARTS: u8 = 8;
/// Longer than the last try of any entry is put off.
pub(crate) const OUTBOX_LIFE: Duration = Duration::from_mins(30);
