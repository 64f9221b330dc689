//! Authorization codes.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use silta_oidc::{GrantBinding, Scope};

use crate::model::login_id::LoginId;
use crate::model::person::Person;
use crate::model::session_part::SessionPart;
use crate::octets::Octets;
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

/// What a code stands for. `Debug` does not show the client's `nonce`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) login: LoginId,
    /// The client's part in the session; the previous release knew none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<SessionPart>,
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
    pub(crate) access_token: Option<Octets<32>>,
    /// The digest of the refresh family issued for it, if one was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<Octets<32>>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("login", &self.login)
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

impl Record for CodeRecord {
    const KIND: &'static str = "code";
}

impl Versioned for CodeRecord {
    const TAGS: &'static [&'static str] = &["grant.3", "spent.3"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        match self {
            Self::Issued(grant) => versioned::write("grant.3", grant),
            Self::Spent(spent) => versioned::write("spent.3", spent),
        }
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            // The second version had no session, and the first always an auth_time.
            "grant.3" | "grant.2" | "grant.1" => tagged.body().map(Self::Issued),
            // The second version knew no refresh families.
            "spent.3" | "spent.2" => tagged.body().map(Self::Spent),
            _ => None,
        }
    }
}

/// [RFC 6749 §4.1.2] allows ten minutes; a redirect needs seconds.
pub(crate) const CODE_LIFE: Duration = Duration::from_mins(1);
