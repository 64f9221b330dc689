//! Finishes a login: judges the callback once, and answers the relying party.

use std::time::Duration;

use silta_mapping::MappingError;
use silta_oidc::ParamsError;

use crate::audit::Event;
use crate::broker::earlier_rules::LoginRules;
use crate::broker::{Broker, ConfiguredUpstream};
use crate::callback_error::CallbackError;
use crate::callback_verdict::CallbackVerdict;
use crate::error::{FailedLogin, LoginError};
use crate::flow::begin_session::{AuthenticatedLogin, LoginToKeep};
use crate::flow::map_person::{AuthenticatedPerson, MappedPerson};
use crate::flow::refused_person::RefusedPerson;
use crate::flow::start::{LoginToAsk, StartedLogin};
use crate::model::login_halves::{BrowserBinding, RelayState, answered_key, pending_key};
use crate::model::login_id::LoginId;
use crate::model::login_request::{Freshness, LoginRequest};
use crate::model::message::{Callback, OutboundMessage};
use crate::model::relying_party::RelyingParty;
use crate::model::session_id::HeldSessions;
use crate::model::session_part::SessionPart;
use crate::model::source_network::SourceNetwork;
use crate::model::upstream_name::UpstreamName;
use crate::model::visitor::{Visitor, Window};
use crate::open_logins::MARK_OUTLIVES_LOGIN;
use crate::ports::CallbackRoom;
use crate::record::{Answered, LOGIN_LIFE, PendingLogin, RecordKey};
use crate::sealed_store::SealedStoreError;

/// What became of a login whose callback came.
#[derive(Debug)]
pub enum FinishedLogin {
    /// It is over.
    Answered {
        /// The answer to the relying party.
        message: OutboundMessage,
        /// What the browser holds from now on.
        sessions: HeldSessions,
    },
    /// The person had authenticated too long ago, and is sent to the upstream once more.
    AskedAgain(StartedLogin),
}

/// A login whose callback is judged.
#[derive(Clone, Copy)]
pub(super) struct LoginToJudge<'a> {
    pub(super) upstream: &'a UpstreamName,
    pub(super) pending: &'a PendingLogin,
    pub(super) callback: &'a Callback,
    /// What the browser holds.
    pub(super) sessions: &'a HeldSessions,
}

/// A callback of a login that may show no page.
pub(super) struct PassiveCallback<'a> {
    pub(super) upstream: &'a UpstreamName,
    pub(super) callback: Callback,
    pub(super) relay_state: RelayState,
    pub(super) browser: Option<BrowserBinding>,
    /// What the browser holds.
    pub(super) sessions: &'a HeldSessions,
}

impl Broker {
    /// Finishes a login at the callback address of `upstream`. `browser` gives what the visitor holds of the
    /// login of this handle. In a frame it must be a login that may show no page.
    ///
    /// # Errors
    /// A [`FailedLogin`], with an answer to the relying party once the pending login is found.
    pub async fn finish_login(
        &self,
        (upstream, visitor): (&UpstreamName, impl Into<Visitor>),
        callback: Result<Callback, ParamsError>,
        browser: impl FnOnce(&RelayState) -> Option<BrowserBinding>,
    ) -> Result<FinishedLogin, FailedLogin> {
        let Visitor { source, window, sessions, .. } = visitor.into();
        let sessions = &sessions;
        let read = self.read_callback(upstream, callback);
        let (callback, relay_state) = match (window, read) {
            (_, Ok((callback, relay_state))) if relay_state.is_passive() => {
                let browser = browser(&relay_state);
                let came = PassiveCallback { upstream, callback, relay_state, browser, sessions };
                // The few who come so need not make every login larger.
                return Box::pin(self.finish_passive_login(&came, source)).await;
            }
            (Window::Frame, _) => return Err(self.fail_with_page(LoginError::NotNavigation)),
            (Window::Page, Err(error)) => return Err(self.fail_before_login(upstream, error)),
            (Window::Page, Ok(read)) => read,
        };
        let taken = self.take_pending((upstream, source), (callback, relay_state), browser).await;
        // The room is left when the login is over.
        let (callback, pending, answered, _room) =
            taken.map_err(|error| self.fail_before_login(upstream, error))?;
        let login = LoginToJudge { upstream, pending: &pending, callback: &callback, sessions };
        let finished = match self.authenticate(&login, &answered).await {
            Ok((message, sessions)) => Ok(FinishedLogin::Answered { message, sessions }),
            Err(RefusedPerson { error: LoginError::Upstream(error), .. })
                if error.verdict() == CallbackVerdict::NotFresh =>
            {
                self.once_more(&pending, error, source).await.map_err(RefusedPerson::from)
            }
            Err(refused) => Err(refused),
        };
        match finished {
            Ok(finished) => Ok(finished),
            // What the administrator says to the person only a page can tell.
            Err(refused) if refused.error.page_text().is_some() => {
                Err(self.refuse_with_page(pending, refused))
            }
            Err(refused) => Err(self.refuse_person(pending, refused).await),
        }
    }

    fn refuse_with_page(
        &self,
        login: PendingLogin,
        RefusedPerson { error, sessions }: RefusedPerson,
    ) -> FailedLogin {
        let PendingLogin { login, relying_party, upstream, .. } = login;
        self.audit_refusal(&login, Some(&relying_party), Some(&upstream), &error);
        FailedLogin { reference: login, error, answer: None, sessions }
    }

    /// Tells the relying party of a login that its person is not let in.
    pub(super) async fn refuse_person(
        &self,
        login: PendingLogin,
        RefusedPerson { error, sessions }: RefusedPerson,
    ) -> FailedLogin {
        let PendingLogin { login, relying_party, upstream, protocol, request, .. } = login;
        let names = (&relying_party, Some(&upstream));
        FailedLogin { sessions, ..self.refuse(login, names, (protocol, &request), error).await }
    }

    /// A callback that finds no login is told without its upstream, which proves nothing; what an
    /// upstream cannot do now is told with it, and what only an operator can change: an answer that
    /// cannot be one, and a cookie that never comes, because answers go to another host than requests.
    pub(super) fn fail_before_login(
        &self,
        upstream: &UpstreamName,
        error: LoginError,
    ) -> FailedLogin {
        match error {
            LoginError::UpstreamNotReady(_)
            | LoginError::Form(_)
            | LoginError::Upstream(_)
            | LoginError::CookieMissing => self.fail_with_page_at(upstream, error),
            other => self.fail_with_page(other),
        }
    }

    /// A person who authenticated too long ago may do so now, once [OIDC Core §3.1.2.1].
    async fn once_more(
        &self,
        pending: &PendingLogin,
        error: CallbackError,
        source: SourceNetwork,
    ) -> Result<FinishedLogin, LoginError> {
        let Some(request) = &pending.again else { return Err(error.into()) };
        let request = LoginRequest { freshness: Freshness::Now, ..request.clone() };
        let (login, protocol) = (&pending.login, pending.protocol);
        let asked =
            LoginToAsk { login, protocol, pending: &pending.request, request: &request, source };
        Ok(FinishedLogin::AskedAgain(self.ask_again(&asked).await?))
    }

    /// The callback, and the handle of the login that it says it belongs to.
    fn read_callback(
        &self,
        upstream: &UpstreamName,
        callback: Result<Callback, ParamsError>,
    ) -> Result<(Callback, RelayState), LoginError> {
        let callback = callback?;
        let configured = self.settings.upstreams.get(upstream).ok_or(LoginError::Misconfigured)?;
        let relay_state = configured.adapter.relay_state(&callback)?;
        Ok((callback, relay_state))
    }

    /// Takes the pending login out of the store, before the broker looks at the callback: a second
    /// callback finds nothing, at any replica.
    async fn take_pending(
        &self,
        (upstream, source): (&UpstreamName, SourceNetwork),
        (callback, relay_state): (Callback, RelayState),
        browser: impl FnOnce(&RelayState) -> Option<BrowserBinding>,
    ) -> Result<(Callback, PendingLogin, RecordKey<Answered>, CallbackRoom), LoginError> {
        let ConfiguredUpstream { adapter, .. } =
            self.settings.upstreams.get(upstream).ok_or(LoginError::Misconfigured)?;
        let browser = browser(&relay_state).ok_or(LoginError::CookieMissing)?;
        let (pending, answered) =
            (pending_key(&relay_state, &browser), answered_key(&relay_state, &browser));
        let room = match adapter.make_room(source, self.now()).await {
            Ok(room) => room,
            Err(error) if self.ports.store.peek(&pending).await?.is_some() => {
                return Err(LoginError::UpstreamNotReady(error));
            }
            // Whoever has no login open is told that, however the upstream is.
            Err(_) => return Err(self.why_not_open(&answered).await?),
        };
        let found = self.ports.store.take(&pending).await;
        if matches!(found, Ok(Some(_)) | Err(SealedStoreError::Record(_))) {
            self.ports.open_logins.close(&answered);
        }
        match found? {
            Some(pending) => Ok((callback, pending, answered, room)),
            None => Err(self.why_not_open(&answered).await?),
        }
    }

    /// Why there is no pending login.
    pub(super) async fn why_not_open(
        &self,
        answered: &RecordKey<Answered>,
    ) -> Result<LoginError, SealedStoreError> {
        let answered = self.ports.store.peek(answered).await?;
        Ok(answered.map_or(LoginError::LoginExpired, |_| LoginError::AlreadyUsed))
    }

    /// Marks the login as answered, verifies the callback, claims its replay key, and lets the person in.
    pub(super) async fn authenticate(
        &self,
        login: &LoginToJudge<'_>,
        answered: &RecordKey<Answered>,
    ) -> Result<(OutboundMessage, HeldSessions), RefusedPerson> {
        let LoginToJudge { upstream, pending, callback, sessions } = *login;
        let waited = self.now().duration_since(pending.since);
        let left = LOGIN_LIFE.saturating_sub(Duration::try_from(waited).unwrap_or_default());
        let life = left.saturating_add(MARK_OUTLIVES_LOGIN);
        self.ports.store.put(answered, &Answered, life).await?;
        // The login names its identity provider; the message does not.
        if pending.upstream != *upstream {
            return Err(LoginError::WrongUpstream.into());
        }
        let configured =
            self.settings.upstreams.get(&pending.upstream).ok_or(LoginError::WrongUpstream)?;
        let needed = self.rules.needed.get(&pending.upstream).ok_or(LoginError::WrongUpstream)?;
        let rules = self.rules_of(pending);
        let (judge, needed) =
            rules.map_or((configured, *needed), |rules| (rules.upstream, rules.needed));
        let finish = judge.adapter.finish(callback, &pending.sent, needed, self.now());
        let finished = self.ports.steps.run("upstream.finish", finish).await;
        let (mut identity, too_weak) = self.count_once(configured, finished).await?;
        let (there, acr) = (identity.take_session(), identity.acr().to_owned());
        let authenticated = AuthenticatedLogin {
            login: &pending.login,
            upstream: (upstream, configured),
            upstream_session: there.as_ref(),
            since: pending.since,
            authn_instant: identity.authn_instant(),
        };
        let rules = rules.ok_or(LoginError::Misconfigured);
        let person = AuthenticatedPerson::of_identity(identity, &judge.dictionary);
        let let_in = match (rules, too_weak) {
            (Ok(rules), Some(error)) => Err((error.into(), self.subject_of(&rules, &person))),
            (Ok(rules), None) => {
                let let_in = self.let_in(&authenticated, (&rules, &person), pending, sessions);
                let_in.await.map_err(|error| (error, self.subject_of(&rules, &person)))
            }
            (Err(misconfigured), too_weak) => {
                Err((too_weak.map_or(misconfigured, LoginError::from), None))
            }
        };
        match let_in {
            Ok(answered) => Ok(answered),
            Err((error, subject)) => {
                if error.misses_an_attribute() {
                    // Who is nobody is told by what would have made them somebody.
                    let subject: &[String] = match error {
                        LoginError::NoSubject => &judge.subject,
                        _ => &[],
                    };
                    let names = person.arrived().without_subject(subject);
                    self.ports.audit.record(Event::AttributesArrived {
                        login: &pending.login,
                        client: &pending.relying_party,
                        upstream,
                        names: &names,
                    });
                }
                // The few who are refused need not make every login larger.
                let kept = Box::pin(self.keep_refused(&authenticated, (acr, subject), sessions));
                Err(RefusedPerson { error, sessions: kept.await })
            }
        }
    }

    /// Judges an authenticated person by the rules that their login began with, maps the attributes, begins a
    /// session and answers: what lasts is by the configuration of today.
    async fn let_in(
        &self,
        authenticated: &AuthenticatedLogin<'_>,
        (rules, who): (&LoginRules<'_>, &AuthenticatedPerson),
        pending: &PendingLogin,
        held: &HeldSessions,
    ) -> Result<(OutboundMessage, HeldSessions), LoginError> {
        let (upstream, _) = authenticated.upstream;
        let today = self.settings.relying_parties.get(&pending.relying_party);
        let today = today.filter(|policy| policy.allowed(upstream).is_some());
        let today = today.ok_or(LoginError::Misconfigured)?;
        check_level(rules, upstream, who.acr())?;
        let MappedPerson { person, subject, left_out } = self.map_person(rules, who)?;
        if pending.expected_sub.as_ref().is_some_and(|expected| *expected != person.sub) {
            return Err(LoginError::AnotherPerson);
        }

        let downstream = self.settings.downstreams.get(&pending.protocol);
        let downstream = downstream.ok_or(LoginError::Misconfigured)?;
        let PendingLogin { login, relying_party, .. } = pending;
        let kept = LoginToKeep {
            authenticated,
            relying_party,
            person: &person,
            attributes: who.attributes(),
            subject,
        };
        let begun = self.begin_session(&kept, today.session, held).await?;
        let (acr, part) = (person.acr.clone(), SessionPart::of_first(begun.id.clone()));
        // A replica whose clock is behind sees no time pass.
        let took = Duration::try_from(self.now().duration_since(pending.since)).unwrap_or_default();
        let answered = async {
            let message = downstream.answer(login, &pending.request, person, part).await?;
            // Who cannot be answered has not logged in, and ends nobody's session.
            self.end_displaced(&begun).await?;
            Ok::<_, LoginError>(message.framed_by(downstream.frame_origins(&pending.request)))
        };
        let message = match answered.await {
            Ok(message) => message,
            Err(error) => {
                self.forget_session(&begun.id).await;
                return Err(error);
            }
        };
        self.record_left_out(&left_out, (login, relying_party, upstream));
        self.ports.audit.record(Event::LoginFinished {
            login,
            client: relying_party,
            upstream,
            acr: &acr,
            took,
        });
        Ok((message, begun.held))
    }

    /// Records which claims the relying party was not told although there is something to tell.
    pub(super) fn record_left_out(
        &self,
        left_out: &[MappingError],
        (login, client, upstream): (&LoginId, &RelyingParty, &UpstreamName),
    ) {
        for error in left_out {
            self.ports.audit.record(Event::ClaimLeftOut { login, client, upstream, error });
        }
    }
}

/// The level that the relying party demands at this upstream, and the upstream's own least one.
fn check_level(rules: &LoginRules<'_>, name: &UpstreamName, acr: &str) -> Result<(), LoginError> {
    let allowed = rules.policy.allowed(name).ok_or(LoginError::Misconfigured)?;
    let mut least_levels = allowed.least_levels(rules.upstream).into_iter().flatten();
    if least_levels.all(|least| rules.upstream.adapter.reaches(acr, least)) {
        Ok(())
    } else {
        Err(LoginError::LevelRaised)
    }
}
