//! A relying party asks for a logout: here first, then at the upstream.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use silta_oidc::{LogoutRedirect, LogoutRequestError};

use crate::audit::Event;
use crate::broker::Broker;
use crate::flow::end_session::{EndedSession, EndedSessions};
use crate::logout::asked_logout::{ASKED_LIFE, AskedLogout, asked_logout_key};
use crate::logout::client_logout::{ClientLogout, LogoutHint};
use crate::logout::confirmation::{confirmation_fields, is_confirmed};
use crate::logout::error::{FailedLogout, LogoutError};
use crate::logout::finished_logout::{FinishedLogout, LogoutEnd};
use crate::logout::from_upstream::PATIENCE;
use crate::logout::party::LogoutParty;
use crate::logout::to_upstream::AfterLogout;
use crate::logout::upstream_logout::LogoutOutcome;
use crate::model::language::Language;
use crate::model::message::OutboundMessage;
use crate::model::relying_party::RelyingParty;
use crate::model::session_end::SessionEnd;
use crate::model::session_id::{HeldSession, HeldSessions, SessionId};
use crate::record::Session;
use crate::sealed_store::SealedStoreError;

/// What becomes of a request for a logout.
#[derive(Debug)]
pub struct LoggedOut {
    /// What happens next.
    pub step: LogoutStep,
    /// What the browser holds from now on.
    pub sessions: HeldSessions,
    /// The language of the person, as far as it is known and one of ours.
    pub language: Option<Language>,
}

/// What happens next in a logout.
pub enum LogoutStep {
    /// The person is asked by a form with these fields. Nothing has ended yet.
    Confirm(Vec<(&'static str, String)>),
    /// The session here is over, and the browser carries a message to its upstream.
    AtUpstream(OutboundMessage),
    /// It is over.
    Finished(FinishedLogout),
}

/// Who knows the fields can log the person out.
impl fmt::Debug for LogoutStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirm(_) => f.write_str("Confirm(redacted)"),
            Self::AtUpstream(message) => f.debug_tuple("AtUpstream").field(message).finish(),
            Self::Finished(finished) => f.debug_tuple("Finished").field(finished).finish(),
        }
    }
}

impl Broker {
    /// Logs out whoever a relying party asks for, in a browser that holds these sessions and asks for these
    /// languages.
    ///
    /// A hint is a token that we gave to this relying party. Its session ends without a question, and with it
    /// whatever else the browser holds of the same person: who is logged out here is so altogether. Without a
    /// hint the person is asked, because any site can send a browser here; and also where the session of the
    /// hint is over, but another lasts in this browser.
    ///
    /// # Errors
    /// A [`FailedLogout`]: the request is refused and nothing has ended, or the store failed on the way.
    pub async fn log_out(
        self: &Arc<Self>,
        asked: Result<ClientLogout, LogoutRequestError>,
        held: &HeldSessions,
        languages: Vec<String>,
    ) -> Result<LoggedOut, FailedLogout> {
        let mut asked = match asked {
            Ok(asked) => asked,
            Err(error) => {
                let client = error.client().map(RelyingParty::from);
                let party = LogoutParty::RelyingParty(client.as_ref());
                return Err(self.fail_logout(party, error.into()));
            }
        };
        let party = asked.relying_party.clone();
        self.add_languages(party.as_ref(), &mut asked.ui_locales, languages);
        let language = Language::first_of(&asked.ui_locales);
        let (broker, held) = (self.clone(), held.clone());
        // Whoever goes away meanwhile is logged out, and their clients are told.
        let work = async move { broker.log_out_held(&asked, &held).await };
        match self.ports.to_its_end(work).await {
            Ok((step, sessions)) => Ok(LoggedOut { step, sessions, language }),
            Err(error) => Err(self.fail_logout(LogoutParty::RelyingParty(party.as_ref()), error)),
        }
    }

    async fn log_out_held(
        &self,
        asked: &ClientLogout,
        held: &HeldSessions,
    ) -> Result<(LogoutStep, HeldSessions), LogoutError> {
        let proved = self.ports.held_sessions(held).await?;
        let mut to_end = match &asked.hint {
            Some(hint) => self.sessions_of_hint(asked, hint, &proved).await?,
            None => vec![],
        };
        if to_end.is_empty() && proved.iter().any(|(held, _)| is_confirmed(asked, held)) {
            to_end.extend(proved.iter().map(|(held, session)| (held.id.clone(), session.clone())));
        }
        if to_end.is_empty() {
            let step = if let Some((held, _)) = proved.first() {
                // It would answer for whoever is told that they are logged out.
                LogoutStep::Confirm(confirmation_fields(asked, held))
            } else if let Some(before) = self.asked_before(asked, held).await? {
                self.ask_once_more(asked, before).await
            } else {
                let is_hinted = asked.hint.is_some();
                let end = if is_hinted { LogoutEnd::OverBefore } else { LogoutEnd::NobodyHere };
                self.without_session(asked, (end, asked.next.clone()))
            };
            return Ok((step, held.clone()));
        }
        let ids: Vec<_> = to_end.iter().map(|(id, _)| id.clone()).collect();
        let name = asked.ended_name(proved.iter().map(|(held, _)| held)).cloned();
        // Who has no part in what ends says where to go, and nothing proves that it was asked.
        let has_part = asked.hint.is_some() || to_end.iter().any(|(_, one)| asked.is_in(one));
        let next = asked.next.clone().filter(|_| has_part);
        let ended = self.ports.end_all_seen(to_end, SessionEnd::LoggedOut).await;
        let remaining = proved.into_iter().map(|(held, _)| held);
        let remaining = remaining.filter(|held| !ids.contains(&held.id));
        let step = if ended.sessions.is_empty() && ended.failure.is_none() {
            self.without_session(asked, (LogoutEnd::OverBefore, next))
        } else {
            self.after_end((asked, name), &ended, next).await?
        };
        Ok((step, HeldSessions::of(remaining)))
    }

    /// Tells who had a part in these sessions, and asks the first upstream that can log out. What cannot be
    /// asked is told.
    ///
    /// # Errors
    /// That for which a session may live on here, unless an upstream is asked, where the logout will at best be
    /// a partial one.
    async fn after_end(
        &self,
        (asked, name): (&ClientLogout, Option<SessionId>),
        EndedSessions { sessions, failure }: &EndedSessions,
        next: Option<LogoutRedirect>,
    ) -> Result<LogoutStep, LogoutError> {
        let reference = sessions.first().map(|session| session.login.clone());
        let (login, client) = (reference.as_ref(), asked.relying_party.as_ref());
        let record = |end| self.ports.audit.record(Event::ClientLogout { login, client, end });
        let Some(first) = sessions.iter().find(|session| self.can_be_asked(session)) else {
            if let Some(error) = failure {
                // Nobody may find again who has a part in what may be over.
                self.notify(sessions, Duration::ZERO).await;
                return Err((*error).into());
            }
            let end = LogoutEnd::Here;
            record(end);
            let notified = self.notify(sessions, PATIENCE).await;
            return Ok(LogoutStep::Finished(FinishedLogout { reference, end, next, notified }));
        };
        record(match failure {
            None => LogoutEnd::Here,
            Some(_) => LogoutEnd::AtUpstream(LogoutOutcome::Partly),
        });
        // They have the time that the person is away.
        let notified = self.notify(sessions, Duration::ZERO).await;
        let elsewhere = sessions.iter().any(|one| !one.is_at_upstream_of(first));
        let others_live_on = elsewhere || failure.is_some();
        let after = AfterLogout { next: next.as_ref(), notified: &notified, others_live_on };
        if let Some(message) = self.ask_to_end(first, asked, after).await {
            if let (Some(name), Some(before)) = (name, asked_logout(first, after)) {
                let key = asked_logout_key(&name);
                // Without it who clicks twice is told that the session was over.
                let _ = self.ports.store.put(&key, &before, ASKED_LIFE).await;
            }
            return Ok(LogoutStep::AtUpstream(message));
        }
        if let Some(error) = failure {
            return Err((*error).into());
        }
        let end = LogoutEnd::AtUpstream(LogoutOutcome::Failed);
        Ok(LogoutStep::Finished(FinishedLogout { reference, end, next, notified }))
    }

    /// The logout of a moment ago that this request asks for once more.
    async fn asked_before(
        &self,
        asked: &ClientLogout,
        held: &HeldSessions,
    ) -> Result<Option<AskedLogout>, SealedStoreError> {
        let Some(name) = asked.ended_name(held.iter()) else { return Ok(None) };
        let before = self.ports.store.peek(&asked_logout_key(name)).await?;
        Ok(before.map(|before| before.record))
    }

    /// Asks the upstream of a session that is over as it was asked a moment ago.
    async fn ask_once_more(&self, asked: &ClientLogout, before: AskedLogout) -> LogoutStep {
        let AskedLogout { login, upstream, upstream_session, next, notified, others_live_on } =
            before;
        let notified = self.notified_by_now(notified).await;
        let upstream = Some((upstream, Some(upstream_session)));
        let session = EndedSession { login, upstream, participants: vec![] };
        let (client, end) = (asked.relying_party.as_ref(), LogoutEnd::OverBefore);
        let login = Some(&session.login);
        self.ports.audit.record(Event::ClientLogout { login, client, end });
        let after = AfterLogout { next: next.as_ref(), notified: &notified, others_live_on };
        if let Some(message) = self.ask_to_end(&session, asked, after).await {
            return LogoutStep::AtUpstream(message);
        }
        let end = LogoutEnd::AtUpstream(LogoutOutcome::Failed);
        let reference = Some(session.login);
        LogoutStep::Finished(FinishedLogout { reference, end, next, notified })
    }

    fn without_session(
        &self,
        asked: &ClientLogout,
        (end, next): (LogoutEnd, Option<LogoutRedirect>),
    ) -> LogoutStep {
        let client = asked.relying_party.as_ref();
        self.ports.audit.record(Event::ClientLogout { login: None, client, end });
        let (reference, notified) = (None, vec![]);
        LogoutStep::Finished(FinishedLogout { reference, end, next, notified })
    }

    /// Asks the upstream of this session to end its own. `None` where it has no logout, or cannot be asked,
    /// of which the cause is recorded.
    async fn ask_to_end(
        &self,
        session: &EndedSession,
        asked: &ClientLogout,
        after: AfterLogout<'_>,
    ) -> Option<OutboundMessage> {
        match self.start_upstream_logout(session, &asked.ui_locales, after).await {
            Ok(message) => message,
            Err(error) => {
                let EndedSession { login, upstream, .. } = session;
                if let Some((upstream, _)) = upstream {
                    let error = &error;
                    self.ports.audit.record(Event::UpstreamLogoutNotAsked {
                        login,
                        upstream,
                        error,
                    });
                }
                None
            }
        }
    }

    /// The session that the hint names, if it lasts, and what the browser holds of the same person: the one
    /// of that session, or whom the relying party knows by the hint's name.
    async fn sessions_of_hint(
        &self,
        asked: &ClientLogout,
        hint: &LogoutHint,
        proved: &[(HeldSession, Box<Session>)],
    ) -> Result<Vec<(SessionId, Box<Session>)>, SealedStoreError> {
        let named = match &hint.sid {
            Some(sid) => self.ports.named_session(sid).await?,
            None => None,
        };
        let known = || proved.iter().find(|(_, session)| asked.is_in_as(session, &hint.sub));
        let known = || known().map(|(_, session)| session.subject);
        let subject = named.as_ref().map(|(_, session)| session.subject).or_else(known);
        let same = |session: &Session| subject.is_some_and(|subject| subject == session.subject);
        let mut meant: Vec<_> = named.into_iter().collect();
        for (held, session) in proved {
            if same(session) && meant.iter().all(|(id, _)| *id != held.id) {
                meant.push((held.id.clone(), session.clone()));
            }
        }
        Ok(meant)
    }
}

/// What asks the upstream of this session once more.
fn asked_logout(session: &EndedSession, after: AfterLogout<'_>) -> Option<AskedLogout> {
    let (upstream, upstream_session) = session.upstream.clone()?;
    let AfterLogout { next, notified, others_live_on } = after;
    let notified = notified.iter().map(|one| (one.relying_party.clone(), one.name.clone()));
    Some(AskedLogout {
        login: session.login.clone(),
        upstream,
        upstream_session: upstream_session?,
        next: next.cloned(),
        notified: notified.collect(),
        others_live_on,
    })
}

impl ClientLogout {
    /// The name by which the same request finds what it has ended: that of its hint, or of the session that its
    /// confirmation was made for.
    fn ended_name<'a>(
        &'a self,
        held: impl IntoIterator<Item = &'a HeldSession>,
    ) -> Option<&'a SessionId> {
        let hinted = self.hint.as_ref().and_then(|hint| hint.sid.as_ref());
        let confirmed = || held.into_iter().find(|held| is_confirmed(self, held));
        hinted.or_else(|| confirmed().map(|held| &held.id))
    }

    /// Whether the relying party has a part in this session.
    fn is_in(&self, session: &Session) -> bool {
        let participants = session.details.iter().flat_map(|details| &details.participants);
        participants.into_iter().any(|one| Some(&one.relying_party) == self.relying_party.as_ref())
    }

    /// Whether it has, and knows the person of the session by this name.
    fn is_in_as(&self, session: &Session, sub: &str) -> bool {
        let participants = session.details.iter().flat_map(|details| &details.participants);
        participants
            .into_iter()
            .any(|one| Some(&one.relying_party) == self.relying_party.as_ref() && one.sub == sub)
    }
}
