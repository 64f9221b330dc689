//! What is remembered of an AuthnRequest.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::versioned::{self, Tagged, Versioned};

/// What is remembered of an AuthnRequest until its Response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingAuthnRequest {
    /// The ID of the request.
    pub(crate) request_id: String,
    /// The person must have authenticated after this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authenticated_since: Option<Timestamp>,
    /// How old the authentication may be when the callback arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<Duration>,
    /// The weakest assurance level that will do, by name: its rank may change with a new
    /// configuration while the person is away.
    pub(crate) weakest: String,
}

impl Versioned for PendingAuthnRequest {
    const TAGS: &'static [&'static str] = &["authn_request.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("authn_request.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "authn_request.1" => tagged.body(),
            _ => None,
        }
    }
}
