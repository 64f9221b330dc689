//! Sessions.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::login_id::LoginId;
use crate::model::participant::Participant;
use crate::model::pending::Pending;
use crate::model::session_id::SessionId;
use crate::model::upstream_name::UpstreamName;
use crate::octets::Octets;
use crate::record::{Record, RecordKey};
use crate::versioned::{self, Tagged, Versioned};

/// What a session's name leads to.
#[derive(Debug)]
pub(crate) enum SessionRecord {
    /// The session itself.
    Session(Box<Session>),
}

/// The session of one login. It lives until it ends: codes and tokens that were made from it are good
/// for as long as its record is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The login that it began with.
    pub(crate) login: LoginId,
    /// Half of the SHA-256 of the secret that only the browser has.
    pub(crate) secret: Octets<16>,
    /// Half of a keyed hash of whom it belongs to: it tells two people apart, and says nothing else.
    pub(crate) subject: Octets<16>,
    /// When it ends in any case.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) ends: Timestamp,
    /// What a logout and later requests need; `None` where nothing can use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<SessionDetails>,
}

/// What is kept of a session that a logout can end, or that later requests use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SessionDetails {
    /// Where the person logged in.
    pub(crate) upstream: UpstreamName,
    /// What its adapter needs to end the session there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_session: Option<Pending>,
    /// The level that was reached.
    pub(crate) acr: String,
    /// When the person authenticated, if the upstream said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<Timestamp>,
    /// It ends when nothing has used it for so long; `None` where nothing prolongs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idle: Option<Duration>,
    /// Who was told of the person: at least one, at most `MAX_PARTICIPANTS`.
    pub(crate) participants: Vec<Participant>,
}

impl Session {
    /// How long its record lives from `now` on, if it is used now; zero when it has ended.
    pub(crate) fn life(&self, now: Timestamp) -> Duration {
        let left = Duration::try_from(self.ends.duration_since(now)).unwrap_or_default();
        let idle = self.details.as_ref().and_then(|details| details.idle);
        idle.map_or(left, |idle| left.min(idle))
    }
}

/// The key of the session of this name.
pub(crate) fn session_key(id: &SessionId) -> RecordKey<SessionRecord> {
    RecordKey::of(&id.digest())
}

impl Record for SessionRecord {
    const KIND: &'static str = "session";
}

impl Versioned for SessionRecord {
    const TAGS: &'static [&'static str] = &["session.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        match self {
            Self::Session(session) => versioned::write("session.1", session),
        }
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "session.1" => tagged.body().map(Self::Session),
            _ => None,
        }
    }
}
