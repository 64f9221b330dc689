//! Access tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use silta_oidc::Scope;

use crate::model::login_id::LoginId;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_id::SessionId;
use crate::octets::Octets;
use crate::record::{Record, RecordKey};
use crate::versioned::{self, Tagged, Versioned};

/// The record behind an access token. It lives as long as its client's tokens do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessTokenRecord {
    pub(crate) login: LoginId,
    /// Whom it was issued to; the previous release did not keep that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<RelyingParty>,
    /// Without it the token opens nothing; the previous release knew none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<SessionId>,
    /// The digest of the refresh family that it was issued with, without which it opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<Octets<32>>,
    /// The third version kept neither scopes nor its end.
    #[serde(default)]
    pub(crate) scopes: Vec<Scope>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::second::optional"
    )]
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) person: Person,
}

/// The key of the access token of this digest.
pub(crate) fn access_key(digest: &[u8; 32]) -> RecordKey<AccessTokenRecord> {
    RecordKey::of(digest)
}

impl Record for AccessTokenRecord {
    const KIND: &'static str = "access";
}

impl Versioned for AccessTokenRecord {
    const TAGS: &'static [&'static str] = &["access.4"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("access.4", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            // The second version had no session, and the first always an auth_time.
            "access.4" | "access.3" | "access.2" | "access.1" => tagged.body(),
            _ => None,
        }
    }
}
