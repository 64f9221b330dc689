//! What is remembered of an authorization request that we sent.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::octets::Octets;
use crate::versioned::{self, Tagged, Versioned};

/// What is remembered of an authorization request that we sent, until its callback.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingAuthorizationRequest {
    /// `state`, which is the handle of the login too.
    pub(crate) state: String,
    /// The randomness of the `nonce`, which binds the ID token to this login.
    pub(crate) nonce: Octets<32>,
    /// The randomness of the `code_verifier`, which redeems the code [RFC 7636 §4.1].
    pub(crate) verifier: Octets<32>,
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

impl Versioned for PendingAuthorizationRequest {
    const TAGS: &'static [&'static str] = &["authorization_request.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("authorization_request.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "authorization_request.1" => tagged.body(),
            _ => None,
        }
    }
}
