//! A login's states, each with only the fields that exist then, and the form they are stored in.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use silta_mapping::Claims;
use silta_oidc::{GrantBinding, Scope, State};

use crate::login::LoginId;
use crate::upstream::{Pending, UpstreamName};

/// Everything that the store can hold. A variant's number is its version: a reader accepts the
/// previous one, so that a new replica goes on with what an old one began. The other way round a login
/// of those minutes begins again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    #[serde(rename = "awaiting_idp.2")]
    PendingLogin(Box<PendingLogin>),
    /// The broker has judged a response to this login, and judges no second one.
    #[serde(rename = "answered.1")]
    Answered,
    /// The replay key of an accepted assertion.
    #[serde(rename = "used_assertion.1")]
    UsedAssertion,
    #[serde(rename = "grant.1")]
    Grant(Box<Grant>),
    #[serde(rename = "spent.2")]
    SpentCode(SpentCode),
    #[serde(rename = "access.1")]
    AccessToken(Box<AccessTokenRecord>),
}

/// A login that waits for its callback from the upstream. It keeps only the part of the authorize
/// request that the callback needs: the wished levels and languages have done their work before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PendingLogin {
    pub(crate) login: LoginId,
    pub(crate) upstream: UpstreamName,
    pub(crate) since: Timestamp,
    pub(crate) binding: GrantBinding,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) scopes: Vec<Scope>,
    #[serde(rename = "begun")]
    pub(crate) pending: Pending,
}

impl PendingLogin {
    /// Consumes the pending login, so that a second response finds none.
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

/// An authorization code that its client has not redeemed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) login: LoginId,
    pub(crate) binding: GrantBinding,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) person: Person,
}

/// A redeemed code. Its access token can still be revoked [RFC 6749 §4.1.2].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SpentCode {
    pub(crate) login: LoginId,
    /// The digest of the access token issued for it, if one was issued.
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

/// The record behind an access token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessTokenRecord {
    pub(crate) login: LoginId,
    pub(crate) person: Person,
}

/// How long a person may take at the identity provider. Cognito gives up after 5 minutes and the
/// ALB after 15; a person who reads letters from their bank takes longer, and then deserves a page
/// that says what to do.
pub const LOGIN_LIFE: Duration = Duration::from_mins(30);

/// [RFC 6749 §4.1.2] allows ten minutes; a redirect needs seconds.
pub(crate) const CODE_LIFE: Duration = Duration::from_mins(1);
