//! Upstreams that were asked for a logout a moment ago.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use silta_oidc::LogoutRedirect;

use crate::logout::notified_party::EntryName;
use crate::model::login_id::LoginId;
use crate::model::pending::Pending;
use crate::model::relying_party::RelyingParty;
use crate::model::session_id::SessionId;
use crate::model::upstream_name::UpstreamName;
use crate::record::{Record, RecordKey};
use crate::versioned::{self, Tagged, Versioned};

/// What asks the upstream of a session that has ended once more. Whoever clicks twice sees the answer to the
/// second request alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AskedLogout {
    /// The login that the session began with.
    pub(crate) login: LoginId,
    pub(crate) upstream: UpstreamName,
    /// What its adapter needs to end the session there.
    pub(crate) upstream_session: Pending,
    /// Where the person goes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<LogoutRedirect>,
    /// Who is told of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notified: Vec<(RelyingParty, Option<EntryName>)>,
    /// Whether other sessions may live on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) others_live_on: bool,
}

/// The key of the logout by which the session of this name ended.
pub(crate) fn asked_logout_key(name: &SessionId) -> RecordKey<AskedLogout> {
    RecordKey::of(&name.digest())
}

impl Record for AskedLogout {
    const KIND: &'static str = "asked_logout";
}

impl Versioned for AskedLogout {
    const TAGS: &'static [&'static str] = &["asked_logout.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("asked_logout.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "asked_logout.1" => tagged.body(),
            _ => None,
        }
    }
}

/// Longer than anybody clicks once more.
pub(crate) const ASKED_LIFE: Duration = Duration::from_mins(1);
