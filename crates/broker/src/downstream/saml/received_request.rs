//! What is remembered of a service provider's AuthnRequest.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::relying_party::RelyingParty;
use crate::versioned::{self, Tagged, Versioned};

/// What is remembered of a service provider's AuthnRequest until it is answered.
/// `Debug` does not show what the service provider sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReceivedAuthnRequestRecord {
    /// The service provider, by its name in the configuration.
    pub(crate) service_provider: RelyingParty,
    /// The ID of the request, for `InResponseTo`.
    pub(crate) request_id: String,
    /// Where the answer goes: one of the addresses that were registered then.
    pub(crate) acs_url: String,
    /// The authentication contexts of which the answer must have one exactly; empty where any that is
    /// strong enough will do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) exact_contexts: Vec<String>,
    /// What to hand back unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relay_state: Option<String>,
}

impl fmt::Debug for ReceivedAuthnRequestRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceivedAuthnRequestRecord({})", self.service_provider)
    }
}

impl Versioned for ReceivedAuthnRequestRecord {
    const TAGS: &'static [&'static str] = &["received_authn_request.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("received_authn_request.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "received_authn_request.1" => tagged.body(),
            _ => None,
        }
    }
}
