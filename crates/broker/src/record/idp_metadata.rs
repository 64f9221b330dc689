//! Metadata of identity providers, which one replica fetches for all of them.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::octets::{self, Octets};
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// A document as its server sent it. Whoever reads it here verifies it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SharedMetadata {
    /// When it was fetched: later than what was fetched before, whatever the clocks of replicas say.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) fetched_at: Timestamp,
    pub(crate) document: DocumentOctets,
}

/// What was fetched last, in so few octets that everybody can look again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewestMetadata {
    /// As that of the [`SharedMetadata`].
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) fetched_at: Timestamp,
    /// The SHA-256 hash of the document.
    pub(crate) digest: Octets<32>,
}

/// A replica fetches, or has fetched less than a minute ago. Whoever claims this fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MetadataAttempt {
    /// It has no answer yet, or it crashed.
    UnderWay,
    /// What it brought, if anything, is there.
    Over,
}

/// The octets of a document, which are not printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct DocumentOctets(#[serde(with = "octets::any")] pub(crate) Vec<u8>);

impl Record for SharedMetadata {
    const KIND: &'static str = "idp_metadata";
}

impl Versioned for SharedMetadata {
    const TAGS: &'static [&'static str] = &["idp_metadata.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("idp_metadata.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "idp_metadata.1" => tagged.body(),
            _ => None,
        }
    }
}

impl Record for NewestMetadata {
    const KIND: &'static str = "newest_metadata";
}

impl Versioned for NewestMetadata {
    const TAGS: &'static [&'static str] = &["newest_metadata.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("newest_metadata.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "newest_metadata.1" => tagged.body(),
            _ => None,
        }
    }
}

impl Record for MetadataAttempt {
    const KIND: &'static str = "metadata_attempt";
}

impl Versioned for MetadataAttempt {
    const TAGS: &'static [&'static str] = &["metadata_under_way.1", "metadata_over.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write_mark(match self {
            Self::UnderWay => "metadata_under_way.1",
            Self::Over => "metadata_over.1",
        })
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "metadata_under_way.1" => Some(Self::UnderWay),
            "metadata_over.1" => Some(Self::Over),
            _ => None,
        }
    }
}

impl fmt::Debug for DocumentOctets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentOctets({})", self.0.len())
    }
}

/// A replica that starts within a week after the server of the metadata stopped answering still knows whom to
/// believe. Older copies count nowhere, even where somebody has kept one and puts it back.
pub(crate) const SHARED_METADATA_LIFE: Duration = Duration::from_hours(7 * 24);
/// Whoever dies while it fetches keeps the others waiting for so long: a little longer than a request may take.
pub(crate) const FETCH_LIFE: Duration = Duration::from_secs(15);
/// All replicas together ask no more often.
pub(crate) const ATTEMPT_LIFE: Duration = Duration::from_mins(1);
/// The same after an attempt in vain, where nothing is known yet and each login has to know.
pub(crate) const FIRST_ATTEMPT_LIFE: Duration = Duration::from_secs(5);
