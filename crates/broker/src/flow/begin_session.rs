//! Begins the session of a login that is about to be answered.

use std::time::Duration;

use jiff::Timestamp;
use silta_mapping::Attributes;

use crate::audit::Event;
use crate::broker::Broker;
use crate::broker::ConfiguredUpstream;
use crate::error::LoginError;
use crate::flow::upstream_sessions::SessionToNote;
use crate::later::later;
use crate::model::kept_attributes::KeptAttributes;
use crate::model::login_id::LoginId;
use crate::model::participant::Participant;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_end::SessionEnd;
use crate::model::session_id::{HeldSession, HeldSessions, RankedSession, SessionId};
use crate::model::upstream_name::UpstreamName;
use crate::model::upstream_session::UpstreamSession;
use crate::octets::Octets;
use crate::record::{Session, SessionDetails, SessionRecord, session_key};
use crate::sealed_store::SealedStoreError;
use crate::session_policy::SessionPolicy;

/// A login whose person has authenticated.
pub(super) struct AuthenticatedLogin<'a> {
    pub(super) login: &'a LoginId,
    pub(super) upstream: (&'a UpstreamName, &'a ConfiguredUpstream),
    /// The session there.
    pub(super) upstream_session: Option<&'a UpstreamSession>,
    /// When the login began.
    pub(super) since: Timestamp,
    /// When the person authenticated, by the clock of the upstream, if it says so.
    pub(super) authn_instant: Option<Timestamp>,
}

/// A session that is about to begin.
pub(super) struct SessionToHold {
    /// Whom it belongs to; `None` where nothing identifies them, so that they are nobody else.
    pub(super) subject: Option<Octets<16>>,
    /// How long it lasts at most.
    pub(super) length: Duration,
    pub(super) details: Option<SessionDetails>,
    /// What the browser goes on to hold, the newest first, if there is room.
    pub(super) earlier: Vec<RankedSession>,
}

/// A session that has begun, which nobody was told of yet.
pub(super) struct BegunSession {
    pub(super) id: SessionId,
    /// What the browser holds from now on, first this session.
    pub(super) held: HeldSessions,
    /// Those that it takes the place of, and why.
    displaced: Vec<(SessionEnd, Vec<SessionId>)>,
}

/// The login whose session begins.
pub(super) struct LoginToKeep<'a> {
    pub(super) authenticated: &'a AuthenticatedLogin<'a>,
    pub(super) relying_party: &'a RelyingParty,
    pub(super) person: &'a Person,
    /// All that the upstream said of them.
    pub(super) attributes: &'a Attributes,
    /// Whom it belongs to.
    pub(super) subject: Octets<16>,
}

impl Broker {
    /// Begins a session of a new name. Those that it takes the place of last until [`Broker::end_displaced`],
    /// before which nobody may be told of it.
    pub(super) async fn begin_session(
        &self,
        login: &LoginToKeep<'_>,
        policy: SessionPolicy,
        held: &HeldSessions,
    ) -> Result<BegunSession, LoginError> {
        let (earlier, others) = self.by_person(held, &login.subject).await?;
        let newest = HeldSession::new(self.ports.entropy.as_ref());
        let id = newest.id.clone();
        let policy = if login.authenticated.upstream.1.tells_logouts {
            policy.at_an_upstream_that_logs_out()
        } else {
            policy
        };
        let (length, details) = match policy {
            SessionPolicy::Brief { length, .. } => (length, None),
            SessionPolicy::Kept { idle, absolute } => {
                (absolute, Some(details(login, idle, id, None)))
            }
            SessionPolicy::Shared { idle, absolute } => {
                let attributes = self.attributes_to_share(login);
                (absolute, Some(details(login, Some(idle), id, attributes)))
            }
        };
        let session = SessionToHold { subject: Some(login.subject), length, details, earlier };
        // There is room for whoever was let in.
        let begun = self.hold(login.authenticated, newest, session).await?;
        let mut begun = begun.ok_or(LoginError::SessionBusy)?;
        begun.displaced.push((SessionEnd::AnotherPerson, others));
        Ok(begun)
    }

    /// Ends the sessions that this one takes the place of. Those of other people are among them: nobody gets
    /// into another person's session by logging in.
    pub(super) async fn end_displaced(&self, begun: &BegunSession) -> Result<(), SealedStoreError> {
        for (why, ids) in &begun.displaced {
            self.end_and_notify(ids, *why).await?;
        }
        Ok(())
    }

    /// Writes a session, and adds it to those that the browser holds. `None`, and nothing is kept, where it
    /// would be kept for its logout alone and all the room belongs to people who were let in.
    pub(super) async fn hold(
        &self,
        login: &AuthenticatedLogin<'_>,
        newest: HeldSession,
        session: SessionToHold,
    ) -> Result<Option<BegunSession>, LoginError> {
        let SessionToHold { subject: person, length, details, earlier } = session;
        let subject = person.unwrap_or_else(|| {
            let mut random = [0; 16];
            self.ports.entropy.fill(&mut random);
            Octets(random)
        });
        let (now, id) = (self.now(), newest.id.clone());
        let ends = later(now, length);
        let upstreams = login.upstream_session.and_then(|session| session.ends);
        let ends = upstreams.map_or(ends, |upstreams| upstreams.min(ends));
        let session = Session {
            login: login.login.clone(),
            secret: newest.secret_digest(),
            subject,
            ends,
            began: Some(now),
            details,
        };
        let newest = session.ranked(newest, now);
        let Some((held, forgotten)) = HeldSessions::with(newest, earlier) else { return Ok(None) };
        let record = SessionRecord::Session(Box::new(session));
        match self.settle(login, (&id, person), &record).await {
            Ok(Some(mut pushed_out)) => {
                pushed_out.extend(forgotten.into_iter().map(|one| one.id));
                let displaced = vec![(SessionEnd::TooMany, pushed_out)];
                Ok(Some(BegunSession { id, held, displaced }))
            }
            // Nothing half begun stays.
            none => {
                self.forget_session(&id).await;
                none.map(|_| None)
            }
        }
    }

    /// Writes a session, and notes it for its upstream to find. Gives those for which it leaves no room there;
    /// `None` where there is no room for itself.
    ///
    /// # Errors
    /// [`LoginError::SessionOver`] when its end has come before it begins.
    async fn settle(
        &self,
        login: &AuthenticatedLogin<'_>,
        (id, person): (&SessionId, Option<Octets<16>>),
        record: &SessionRecord,
    ) -> Result<Option<Vec<SessionId>>, LoginError> {
        // Its end at the upstream may have come since the answer was verified.
        let life = record.life(self.now()).ok_or(LoginError::SessionOver)?;
        self.ports.store.put(&session_key(id), record, life).await?;
        let (upstream, configured) = login.upstream;
        let Some(UpstreamSession { names, .. }) = login.upstream_session else {
            return Ok(Some(vec![]));
        };
        let Some((session, _)) = record.kept().filter(|_| configured.tells_logouts) else {
            return Ok(Some(vec![]));
        };
        let noted = SessionToNote {
            upstream,
            names,
            person,
            session: id,
            since: login.since,
            authn_instant: login.authn_instant,
            ends: session.ends,
            kept_for: session.kept_for(),
        };
        // Its looks at full lists need not make every login larger.
        Box::pin(self.note_at_upstream(&noted)).await
    }

    /// What single sign-on needs of the person, where it may answer from a login at this upstream.
    fn attributes_to_share(&self, login: &LoginToKeep<'_>) -> Option<KeptAttributes> {
        let (upstream, client) = (login.authenticated.upstream.0, login.relying_party);
        let names = self.shared_attributes.get(upstream)?;
        match KeptAttributes::of(login.attributes, names) {
            Ok(kept) => Some(kept),
            // The login is as good as any; whoever comes next is asked to log in again.
            Err(error) => {
                let (login, error) = (login.authenticated.login, &error);
                self.ports.audit.record(Event::AttributesNotKept {
                    login,
                    client,
                    upstream,
                    error,
                });
                None
            }
        }
    }

    /// Takes back a session that nobody was told of. Should the store fail again, it ends by itself.
    pub(super) async fn forget_session(&self, id: &SessionId) {
        let _ = self.ports.store.take(&session_key(id)).await;
    }

    /// What this browser holds of this person, and of others.
    async fn by_person(
        &self,
        held: &HeldSessions,
        subject: &Octets<16>,
    ) -> Result<(Vec<RankedSession>, Vec<SessionId>), SealedStoreError> {
        let (mut same, mut others) = (vec![], vec![]);
        for (held, session) in self.ports.held_sessions(held).await? {
            if session.subject == *subject {
                same.push(session.ranked(held, self.now()));
            } else {
                others.push(held.id);
            }
        }
        Ok((same, others))
    }
}

fn details(
    login: &LoginToKeep<'_>,
    idle: Option<Duration>,
    sid: SessionId,
    attributes: Option<KeptAttributes>,
) -> SessionDetails {
    let LoginToKeep { authenticated, relying_party, person, .. } = login;
    let AuthenticatedLogin { upstream, upstream_session, .. } = authenticated;
    SessionDetails {
        upstream: upstream.0.clone(),
        upstream_session: upstream_session.map(|session| session.handle.clone()),
        acr: person.acr.clone(),
        auth_time: person.auth_time,
        idle,
        participants: vec![Participant {
            relying_party: (*relying_party).clone(),
            sid,
            sub: person.sub.clone(),
        }],
        attributes,
    }
}
