//! Sessions.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::later::later;
use crate::model::kept_attributes::KeptAttributes;
use crate::model::login_id::LoginId;
use crate::model::participant::Participant;
use crate::model::pending::Pending;
use crate::model::session_id::{HeldSession, KeptFor, RankedSession, SessionId};
use crate::model::upstream_name::UpstreamName;
use crate::octets::Octets;
use crate::record::{CODE_LIFE, Record, RecordKey};
use crate::versioned::{self, Tagged, Versioned};

/// What a session's name leads to.
#[derive(Debug)]
pub(crate) enum SessionRecord {
    /// The session itself.
    Session(Box<Session>),
    /// The name is that of a relying party which joined a session later.
    Joined(Joined),
}

/// A name of a session by which one relying party alone knows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    pub(crate) session: SessionId,
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
    /// When it began; the versions before did not say it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub(crate) began: Option<Timestamp>,
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
    /// Who was told of the person, first the one whose login it began with: at most `MAX_PARTICIPANTS`.
    pub(crate) participants: Vec<Participant>,
    /// What single sign-on tells of the person; `None` where the session answers no request. The first
    /// version had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<KeptAttributes>,
}

impl SessionRecord {
    /// How long the session lasts from `now` on if it is used now; `None` when it has ended. The name of a
    /// relying party's part is no session.
    pub(crate) fn life(&self, now: Timestamp) -> Option<Duration> {
        match self {
            Self::Session(session) => Some(session.life(now)).filter(|life| !life.is_zero()),
            Self::Joined(_) => None,
        }
    }

    /// What the session is kept for.
    pub(crate) fn kept_for(&self) -> Option<KeptFor> {
        match self {
            Self::Session(session) => Some(session.kept_for()),
            Self::Joined(_) => None,
        }
    }

    /// The session, with what is kept of it.
    pub(crate) fn kept(&self) -> Option<(&Session, &SessionDetails)> {
        match self {
            Self::Session(session) => Some((session, session.details.as_ref()?)),
            Self::Joined(_) => None,
        }
    }
}

impl Session {
    /// How long its record lives from `now` on, if it is used now; zero when it has ended.
    pub(crate) fn life(&self, now: Timestamp) -> Duration {
        let left = self.longest_life(now);
        let idle = self.details.as_ref().and_then(|details| details.idle);
        idle.map_or(left, |idle| left.min(idle))
    }

    /// How long it can last from `now` on, however much it is used.
    pub(crate) fn longest_life(&self, now: Timestamp) -> Duration {
        Duration::try_from(self.ends.duration_since(now)).unwrap_or_default()
    }

    /// Whether a use prolongs it.
    pub(crate) fn can_be_idle(&self) -> bool {
        self.details.as_ref().is_some_and(|details| details.idle.is_some())
    }

    /// Whether single sign-on may answer from it, so that each who joins it prolongs it for all.
    pub(crate) fn is_used_by_others(&self) -> bool {
        self.details.as_ref().is_some_and(|details| details.attributes.is_some())
    }

    /// What it is kept for. Somebody has a part in every session whose person was let in.
    pub(crate) fn kept_for(&self) -> KeptFor {
        match &self.details {
            Some(details) if details.participants.is_empty() => KeptFor::Logout,
            Some(_) if self.can_be_idle() => KeptFor::LaterUse,
            Some(_) | None => KeptFor::Login,
        }
    }

    /// What its browser holds, with what it is kept for at `now`.
    pub(crate) fn ranked(&self, held: HeldSession, now: Timestamp) -> RankedSession {
        let is_young = self.began.is_some_and(|began| later(began, CODE_LIFE) > now);
        RankedSession { held, kept_for: self.kept_for(), is_young }
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
    const TAGS: &'static [&'static str] = &["session.3", "joined.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        match self {
            Self::Session(session) => versioned::write("session.3", session),
            Self::Joined(joined) => versioned::write("joined.1", joined),
        }
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "session.3" | "session.2" | "session.1" => tagged.body().map(Self::Session),
            "joined.1" => tagged.body().map(Self::Joined),
            _ => None,
        }
    }
}

/// Relying parties of one session, each of which a logout has to tell: more than one person uses at a
/// stretch, and 5 KiB of a record.
pub(crate) const MAX_PARTICIPANTS: usize = 32;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::record::tests::samples::{session, session_id};

    #[test]
    fn a_session_lasts_until_its_end_and_the_name_of_a_part_is_none() {
        let kept = session(true);
        let SessionRecord::Session(one) = &kept else { unreachable!("it is the session itself") };
        let (ends, idle) = (one.ends, one.details.as_ref().unwrap().idle.unwrap());
        let before = |life: Duration| kept.life(ends - life);
        assert_eq!(before(idle * 2), Some(idle), "longer if it is used");
        assert_eq!(before(Duration::from_millis(1)), Some(Duration::from_millis(1)));
        for late in [Duration::ZERO, Duration::from_secs(1)] {
            assert_eq!(kept.life(ends + late), None);
        }
        let joined = SessionRecord::Joined(Joined { session: session_id(1) });
        assert_eq!(joined.life(ends - idle), None);
    }
}
