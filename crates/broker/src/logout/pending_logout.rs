//! Logouts that an upstream was asked for.

use std::time::Duration;

use openssl::sha::Sha256;
use serde::{Deserialize, Serialize};
use silta_oidc::LogoutRedirect;

use crate::length_prefix::length_prefix;
use crate::logout::notified_party::EntryName;
use crate::logout::upstream_logout::LogoutHandle;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;
use crate::record::{Record, RecordKey};
use crate::versioned::{self, Tagged, Versioned};

/// A logout whose browser is at the upstream. Here the session is over already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingLogout {
    /// The login that the session began with.
    pub(crate) login: LoginId,
    /// Where the person goes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<LogoutRedirect>,
    /// Who is told of it, by the names that they have in the outbox until they confirm, if they could be
    /// written down; the first version had nobody, the second nobody without a name.
    #[serde(rename = "told", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notified: Vec<(RelyingParty, Option<EntryName>)>,
    /// Whether other sessions may live on: those of upstreams that are not asked, or cannot be, and those that
    /// could not be ended here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) others_live_on: bool,
}

/// The key of the logout that this upstream was asked for under this handle: what one upstream was
/// asked, no other can answer.
pub(crate) fn pending_logout_key(
    upstream: &UpstreamName,
    LogoutHandle(handle): &LogoutHandle,
) -> RecordKey<PendingLogout> {
    let mut hash = Sha256::new();
    hash.update(&length_prefix(upstream.as_str().as_bytes()));
    hash.update(upstream.as_str().as_bytes());
    hash.update(handle.as_bytes());
    RecordKey::of(&hash.finish())
}

impl Record for PendingLogout {
    const KIND: &'static str = "logout";
}

impl Versioned for PendingLogout {
    const TAGS: &'static [&'static str] = &["pending_logout.3"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("pending_logout.3", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "pending_logout.3" | "pending_logout.2" | "pending_logout.1" => tagged.body(),
            _ => None,
        }
    }
}

/// How long an answer of the upstream is waited for: the person reads its page, which names every service
/// that is to end, and confirms.
pub(crate) const LOGOUT_LIFE: Duration = Duration::from_mins(10);
