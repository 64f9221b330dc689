//! Pushed authorization requests.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use silta_oidc::{ClientId, PushedRequest};

use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// What a client pushed, until its person brings the name of it, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PushedRecord {
    pub(crate) client: ClientId,
    pub(crate) request: PushedRequest,
}

impl Record for PushedRecord {
    const KIND: &'static str = "pushed";
}

impl Versioned for PushedRecord {
    const TAGS: &'static [&'static str] = &["pushed.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("pushed.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "pushed.1" => tagged.body(),
            _ => None,
        }
    }
}

/// [RFC 9126 §2.2] allows 5 to 600 seconds; between the push and the redirect lies one answer to a browser.
pub(crate) const PUSHED_LIFE: Duration = Duration::from_mins(1);
