//! Answers a request from a session that the browser holds, where that is enough (single sign-on).

use jiff::Timestamp;
use silta_mapping::MappingError;

use crate::audit::Event;
use crate::broker::{Broker, ConfiguredUpstream, RelyingPartyPolicy};
use crate::error::LoginError;
use crate::error_class::ErrorClass;
use crate::flow::map_person::{AuthenticatedPerson, MappedPerson};
use crate::flow::start::LoginToAsk;
use crate::model::login_id::LoginId;
use crate::model::login_request::{Freshness, LoginRequest};
use crate::model::message::OutboundMessage;
use crate::model::participant::Participant;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_id::{HeldSessions, SessionId};
use crate::model::session_part::SessionPart;
use crate::model::upstream_name::UpstreamName;
use crate::record::{
    Joined, MAX_PARTICIPANTS, Session, SessionDetails, SessionRecord, session_key,
};
use crate::sealed_store::{SealedStoreError, StoredRecord};
use crate::session_policy::SessionPolicy;

/// A session that is enough for a request.
pub(super) struct SufficientSession {
    id: SessionId,
    /// As it was found.
    seen: StoredRecord<SessionRecord>,
    /// The login that it began with.
    first: LoginId,
    upstream: UpstreamName,
    /// Whom the relying party is told of.
    person: Person,
    /// Why claims that are not required were not made.
    left_out: Vec<MappingError>,
}

impl Broker {
    /// The newest of the sessions that the browser holds which is enough for this request, by the policy and
    /// the access rule of today. `None` where the upstream has to be asked.
    pub(super) async fn find_sufficient(
        &self,
        request: &LoginRequest,
        needs_authn_instant: bool,
        held: &HeldSessions,
    ) -> Result<Option<SufficientSession>, LoginError> {
        let policy = self.settings.relying_parties.get(&request.relying_party);
        let policy = policy.ok_or(LoginError::Misconfigured)?;
        if !policy.session.is_shared() || request.freshness == Freshness::Now {
            return Ok(None);
        }
        for one in held.iter() {
            let Some(seen) = self.ports.held_session(one).await? else { continue };
            let Some((session, details)) = seen.record.kept() else { continue };
            if needs_authn_instant && details.auth_time.is_none() {
                continue;
            }
            if let Some(mapped) = self.person_for(policy, request, (session, details))? {
                let MappedPerson { person, left_out, .. } = mapped;
                let (first, upstream) = (session.login.clone(), details.upstream.clone());
                let id = one.id.clone();
                let found = SufficientSession { id, seen, first, upstream, person, left_out };
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Answers from this session. The relying party has joined it before it is told anything, so that a
    /// logout finds everybody who was told. `None` where the session has ended since.
    pub(super) async fn answer_from(
        &self,
        found: SufficientSession,
        asked: &LoginToAsk<'_>,
    ) -> Result<Option<OutboundMessage>, LoginError> {
        let downstream = self.settings.downstreams.get(&asked.protocol);
        let downstream = downstream.ok_or(LoginError::Misconfigured)?;
        let Some(part) = self.join(&found, asked).await? else { return Ok(None) };
        let SufficientSession { first, upstream, person, left_out, .. } = found;
        let acr = person.acr.clone();
        let message = downstream.answer(asked.login, asked.pending, person, part).await?;
        let party = &asked.request.relying_party;
        self.record_left_out(&left_out, (asked.login, party, &upstream));
        self.ports.audit.record(Event::LoginFromSession {
            login: asked.login,
            first: &first,
            client: party,
            upstream: &upstream,
            acr: &acr,
        });
        Ok(Some(message.framed_by(downstream.frame_origins(asked.pending))))
    }

    /// Whom the relying party is told of, if this session is enough for its request.
    fn person_for(
        &self,
        policy: &RelyingPartyPolicy,
        request: &LoginRequest,
        (session, details): (&Session, &SessionDetails),
    ) -> Result<Option<MappedPerson>, LoginError> {
        let name = &details.upstream;
        let (Some(kept), Some(allowed), Some(rules)) = (
            &details.attributes,
            policy.allowed(name),
            self.rules.of_login(&request.relying_party, name),
        ) else {
            return Ok(None);
        };
        let upstream = rules.upstream;
        let elsewhere = policy.hinted(request.upstream_hint.as_deref());
        let is_enough = upstream.sso
            && self.is_still_shared((session, details), policy.session)
            && elsewhere.is_none_or(|hinted| hinted.name == *name)
            && reaches((upstream, allowed.least_levels(upstream)), request, &details.acr)
            && is_recent(request.freshness, details.auth_time, self.now())
            && policy.needed_attributes(upstream).all(|attribute| kept.knows(attribute));
        if !is_enough {
            return Ok(None);
        }
        let authenticated = AuthenticatedPerson::of_session(details, kept);
        match self.map_person(&rules, &authenticated) {
            // Who they are was decided by the configuration of their login, and is by that of today.
            Ok(mapped) if mapped.subject == session.subject => {
                let (expected, sub) = (request.expected_sub.as_ref(), &mapped.person.sub);
                let will_do = expected.is_none_or(|expected| expected == sub)
                    && has_room(&details.participants, &request.relying_party, sub);
                Ok(Some(mapped).filter(|_| will_do))
            }
            Err(error) if error.class() == ErrorClass::Operator => Err(error),
            // Whether the upstream says something else by now, it has to be asked.
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// Whether the relying party whose login the session began with agrees today that it answers others, and
    /// the session is younger than any of the one that asks gets. One that its upstream ends early counts as
    /// older by that.
    fn is_still_shared(
        &self,
        (session, details): (&Session, &SessionDetails),
        asking: SessionPolicy,
    ) -> bool {
        let first = details.participants.first().map(|first| &first.relying_party);
        let policy = first.and_then(|first| self.settings.relying_parties.get(first));
        policy.is_some_and(|RelyingPartyPolicy { session: first, .. }| {
            let longer = first.absolute().saturating_sub(asking.absolute());
            first.is_shared() && session.longest_life(self.now()) > longer
        })
    }

    /// The relying party's part in the session, which is used by that. `None` where the session has ended
    /// since it was found, or is full by now.
    async fn join(
        &self,
        found: &SufficientSession,
        asked: &LoginToAsk<'_>,
    ) -> Result<Option<SessionPart>, LoginError> {
        let (ports, party) = (&self.ports, &asked.request.relying_party);
        let SufficientSession { id, seen, person, .. } = found;
        let Some((session, details)) = seen.record.kept() else { return Ok(None) };
        if let Some(known) = participant(&details.participants, party, &person.sub) {
            let used = ports.use_session(id).await?;
            return Ok(used.map(|_| SessionPart::of_joined(id.clone(), known.sid.clone())));
        }
        let longest = session.longest_life(self.now());
        if longest.is_zero() {
            return Ok(None);
        }
        // Its own name leads to the session before anybody knows it.
        let sid = SessionId::new(ports.entropy.as_ref());
        let joined = SessionRecord::Joined(Joined { session: id.clone() });
        ports.store.put(&session_key(&sid), &joined, longest).await?;
        let newcomer =
            Participant { relying_party: party.clone(), sid: sid.clone(), sub: person.sub.clone() };
        // Where the store fails, the session may have the name all the same.
        let part = self.take_part(found, &newcomer).await?;
        if part.as_ref().is_none_or(|part| *part.sid() != sid) {
            self.forget_session(&sid).await;
        }
        Ok(part)
    }

    /// Writes the newcomer into the session. `None` where it has ended, or is full.
    async fn take_part(
        &self,
        found: &SufficientSession,
        newcomer: &Participant,
    ) -> Result<Option<SessionPart>, SealedStoreError> {
        let (store, key) = (&self.ports.store, session_key(&found.id));
        let part = |sid: &SessionId| SessionPart::of_joined(found.id.clone(), sid.clone());
        let mut newer = None;
        for _ in 0..MAX_RACES {
            let seen = newer.as_ref().unwrap_or(&found.seen);
            let Some((session, details)) = seen.record.kept() else { return Ok(None) };
            let Participant { relying_party, sub, .. } = newcomer;
            if let Some(known) = participant(&details.participants, relying_party, sub) {
                // Another tab of the same browser was first.
                return Ok(Some(part(&known.sid)));
            }
            let Some(life) = seen.record.life(self.now()) else { return Ok(None) };
            if details.participants.len() >= MAX_PARTICIPANTS {
                return Ok(None);
            }
            let mut details = details.clone();
            details.participants.push(newcomer.clone());
            let next = Session { details: Some(details), ..session.clone() };
            let next = SessionRecord::Session(Box::new(next));
            if store.swap(&key, seen, &next, life).await? {
                return Ok(Some(part(&newcomer.sid)));
            }
            newer = store.peek(&key).await?;
            if newer.is_none() {
                return Ok(None);
            }
        }
        Ok(None)
    }
}

/// Whether this level is at least each of those that are demanded, and one of those that are wished.
fn reaches(
    (upstream, demanded): (&ConfiguredUpstream, [Option<&str>; 2]),
    request: &LoginRequest,
    acr: &str,
) -> bool {
    let adapter = &upstream.adapter;
    let mut wished =
        request.acr_values.iter().filter(|wish| adapter.reaches(wish, wish)).peekable();
    let granted = if request.acr_essential {
        // A stronger one may be refused, and the upstream can be asked for the very one.
        request.acr_values.iter().any(|wish| wish == acr)
    } else {
        wished.peek().is_none() || wished.any(|wish| adapter.reaches(acr, wish))
    };
    granted && demanded.into_iter().flatten().all(|least| adapter.reaches(acr, least))
}

/// Whether the authentication is as young as asked.
fn is_recent(freshness: Freshness, authenticated: Option<Timestamp>, now: Timestamp) -> bool {
    match freshness {
        Freshness::Any => true,
        Freshness::MaxAge(age) => {
            let oldest = now.checked_sub(age).ok();
            authenticated.is_some_and(|at| oldest.is_none_or(|oldest| at >= oldest))
        }
        Freshness::Now => false,
    }
}

/// Whether this relying party is in the session, or may join it.
fn has_room(participants: &[Participant], party: &RelyingParty, sub: &str) -> bool {
    participants.len() < MAX_PARTICIPANTS || participant(participants, party, sub).is_some()
}

/// The part of this relying party, as far as it knows the person by this name. Where its sector has changed,
/// it has been told of two, and a logout tells it of both.
fn participant<'a>(
    participants: &'a [Participant],
    party: &RelyingParty,
    sub: &str,
) -> Option<&'a Participant> {
    participants.iter().find(|one| one.relying_party == *party && one.sub == sub)
}

/// As many tabs of one browser as anybody opens at once. Whoever loses more often asks the upstream.
const MAX_RACES: usize = 16;
