//! What is remembered of an AuthnRequest.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use silta_saml::RequestId;

use crate::octets::Octets;
use crate::versioned::{self, Tagged, Versioned};

/// What is remembered of an AuthnRequest until its Response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingAuthnRequest {
    /// The randomness that the ID of the request is made of.
    pub(crate) random: Octets<16>,
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

/// A login that the previous release kept whole: this is one of its fields.
#[derive(Deserialize)]
struct PreviousLogin {
    begun: PreviousAuthnRequest,
}

/// It kept the ID of the request as text.
#[derive(Deserialize)]
struct PreviousAuthnRequest {
    request_id: String,
    authenticated_since: Option<Timestamp>,
    max_age: Option<Duration>,
    weakest: String,
}

impl PendingAuthnRequest {
    fn of_previous(previous: PreviousAuthnRequest) -> Option<Self> {
        let PreviousAuthnRequest { request_id, authenticated_since, max_age, weakest } = previous;
        let random = Self::random_of(&request_id)?;
        Some(Self { random, authenticated_since, max_age, weakest })
    }

    /// The randomness of an ID that we made: 32 hexadecimal digits after an underscore.
    fn random_of(request_id: &str) -> Option<Octets<16>> {
        let digits = u128::from_str_radix(request_id.strip_prefix('_')?, 16).ok()?;
        let random = digits.to_be_bytes();
        (RequestId::from_random(random).as_str() == request_id).then_some(Octets(random))
    }
}

impl Versioned for PendingAuthnRequest {
    const TAGS: &'static [&'static str] = &["authn.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("authn.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "authn.1" => tagged.body(),
            "authn.0" => Self::of_previous(tagged.body::<PreviousLogin>()?.begun),
            _ => None,
        }
    }
}
