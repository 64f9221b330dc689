//! The configurations that replicas run.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::octets::Octets;
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// Which configurations run, each with the time at which a replica last said so: the newest first, a few at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Configurations(pub(crate) Vec<RunningConfiguration>);

/// One that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunningConfiguration {
    /// Its hash.
    pub(crate) hash: Octets<32>,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) at: Timestamp,
}

impl Record for Configurations {
    const KIND: &'static str = "configurations";
}

impl Versioned for Configurations {
    const TAGS: &'static [&'static str] = &["configurations.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("configurations.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "configurations.1" => tagged.body(),
            _ => None,
        }
    }
}

/// Longer than any entry in it counts.
pub(crate) const CONFIGURATIONS_LIFE: Duration = Duration::from_mins(5);
