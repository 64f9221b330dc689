//! Sessions, as an upstream names them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::session_id::SessionId;
use crate::octets::Octets;
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// What one principal of an upstream has here, or one person by whatever names, the oldest first: at most
/// `MAX_SESSIONS` that last, and `MAX_MARKS`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct UpstreamSessions(pub(crate) Vec<UpstreamEntry>);

/// One session of a principal, or that some have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UpstreamEntry {
    /// Half of the SHA-256 of the upstream's index: which of the principal's sessions. Without it an end
    /// is that of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<Octets<16>>,
    pub(crate) what: UpstreamEntryKind,
    /// Until when it says something.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) until: Timestamp,
    /// Whether something uses the session once what it gave has ended; the first version did not say it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_used: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UpstreamEntryKind {
    /// It is this session here.
    Session(SessionId),
    /// The upstream ended it at this instant: an answer to a login that began before may speak of the
    /// session that has ended.
    Ended(#[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")] Timestamp),
}

impl UpstreamEntry {
    /// Whether a logout of `index`, or of all, means it.
    pub(crate) fn is_meant_by(&self, index: Option<Octets<16>>) -> bool {
        index.is_none() || self.index == index
    }
}

impl Record for UpstreamSessions {
    const KIND: &'static str = "upstream";
}

impl Versioned for UpstreamSessions {
    const TAGS: &'static [&'static str] = &["upstream_sessions.2"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("upstream_sessions.2", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "upstream_sessions.2" | "upstream_sessions.1" => tagged.body(),
            _ => None,
        }
    }
}
