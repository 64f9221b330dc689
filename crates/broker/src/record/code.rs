//! Authorization codes.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use silta_oidc::{GrantBinding, Scope};

use crate::model::login_id::LoginId;
use crate::model::person::Person;
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// What became of an authorization code.
#[derive(Debug)]
pub(crate) enum CodeRecord {
    /// Its client has not redeemed it yet.
    Issued(Box<Grant>),
    /// It was redeemed. The record lives as long as the access token that was issued for it, so that
    /// a second use revokes that.
    Spent(SpentCode),
}

/// What a code stands for.
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

impl Record for CodeRecord {
    const KIND: &'static str = "code";
}

impl Versioned for CodeRecord {
    const TAGS: &'static [&'static str] = &["grant.2", "spent.2"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        match self {
            Self::Issued(grant) => versioned::write("grant.2", grant),
            Self::Spent(spent) => versioned::write("spent.2", spent),
        }
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            // The first version always had an auth_time.
            "grant.2" | "grant.1" => tagged.body().map(Self::Issued),
            "spent.2" => tagged.body().map(Self::Spent),
            _ => None,
        }
    }
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

/// [RFC 6749 §4.1.2] allows ten minutes; a redirect needs seconds.
pub(crate) const CODE_LIFE: Duration = Duration::from_mins(1);
