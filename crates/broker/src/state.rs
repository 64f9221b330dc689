//! A login's states, each with only the fields that exist then, and the form they are stored in.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use silta_mapping::Claims;
use silta_oidc::{GrantBinding, Scope, State};

use crate::login::LoginId;
use crate::upstream::{Begun, UpstreamName};

/// Everything that the store can hold. A variant's number is its version: a reader accepts the
/// previous one, so that a new replica goes on with what an old one began. The other way round a login
/// of those minutes begins again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    #[serde(rename = "awaiting_idp.2")]
    AwaitingIdp(Box<AwaitingIdp>),
    /// An answer to this login was looked at; there will be no second look.
    #[serde(rename = "answered.1")]
    Answered,
    /// An assertion that was accepted.
    #[serde(rename = "used_assertion.1")]
    UsedAssertion,
    #[serde(rename = "grant.1")]
    Grant(Box<Grant>),
    #[serde(rename = "spent.2")]
    Spent(Spent),
    #[serde(rename = "access.1")]
    Access(Box<Access>),
}

/// A person is away at the identity provider. Of the request only that is kept which an answer
/// needs: levels and languages that were wished have done their work when the person leaves.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AwaitingIdp {
    pub(crate) login: LoginId,
    pub(crate) upstream: UpstreamName,
    pub(crate) since: Timestamp,
    pub(crate) binding: GrantBinding,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) begun: Begun,
}

impl AwaitingIdp {
    /// Consumes the wait, so a second answer has nothing to answer.
    pub(crate) fn authenticated(self, person: Person) -> Grant {
        Grant {
            login: self.login,
            binding: self.binding,
            nonce: self.nonce,
            scopes: self.scopes,
            person,
        }
    }
}

/// Who was authenticated, as one client may know them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) sub: String,
    pub(crate) acr: String,
    pub(crate) auth_time: Timestamp,
    pub(crate) claims: Claims,
}

/// A code was given out, and waits for its client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) login: LoginId,
    pub(crate) binding: GrantBinding,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) person: Person,
}

/// A code was spent; what it bought can still be taken back [RFC 6749 §4.1.2].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Spent {
    pub(crate) login: LoginId,
    /// The digest of the access token that it bought, if it bought one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_token: Option<Digest>,
}

/// 32 octets that are written as such, and not as a list of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Octets;
        impl Visitor<'_> for Octets {
            type Value = Digest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("32 octets")
            }

            fn visit_bytes<E: Error>(self, octets: &[u8]) -> Result<Digest, E> {
                let wrong = |_| E::invalid_length(octets.len(), &self);
                octets.try_into().map(Digest).map_err(wrong)
            }
        }
        deserializer.deserialize_bytes(Octets)
    }
}

/// An access token opens this.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Access {
    pub(crate) login: LoginId,
    pub(crate) person: Person,
}

/// How long a person may take at the identity provider. Cognito gives up after 5 minutes and the
/// ALB after 15; a person who reads letters from their bank takes longer, and then deserves a page
/// that says what to do.
pub const LOGIN_LIFE: Duration = Duration::from_mins(30);

/// [RFC 6749 §4.1.2] allows ten minutes; a redirect needs seconds.
pub(crate) const CODE_LIFE: Duration = Duration::from_mins(1);
