//! Starts a login: takes a relying party's request and sends the browser to an upstream.

use crate::audit::Event;
use crate::broker::{Broker, Ports};
use crate::error::{FailedLogin, LoginError};
use crate::model::identity::ReplayKey;
use crate::model::language::{Language, MAX_LANGUAGES};
use crate::model::login_halves::{
    BrowserBinding, RelayState, answered_key, passive_key, pending_key,
};
use crate::model::login_id::LoginId;
use crate::model::login_request::{Freshness, LoginRequest};
use crate::model::message::{InboundRequest, OutboundMessage};
use crate::model::pending::Pending;
use crate::model::protocol::Protocol;
use crate::model::relying_party::RelyingParty;
use crate::model::session_id::HeldSessions;
use crate::model::source_network::SourceNetwork;
use crate::model::upstream_name::UpstreamName;
use crate::model::visitor::{Visitor, Window};
use crate::open_logins::OpenLoginsError;
use crate::ports::{ReceivedRequest, RefusedRequest, UpstreamRequest};
use crate::record::{LOGIN_LIFE, PassiveLogin, PendingLogin, UsedRequest};

/// What becomes of a relying party's request.
#[derive(Debug)]
pub enum ReceivedLogin {
    /// The browser goes to the upstream.
    Started(StartedLogin),
    /// A session of the browser was enough for the answer.
    Answered(OutboundMessage),
}

/// A started login: the message to the upstream, and the two halves that must come back.
#[derive(Debug)]
pub struct StartedLogin {
    /// The request that the browser carries to the upstream.
    pub message: OutboundMessage,
    /// The handle that travels with the message.
    pub relay_state: RelayState,
    /// The half that stays in the browser, in a cookie.
    pub browser: BrowserBinding,
    /// The language of the person, as far as it is known and one of ours.
    pub language: Option<Language>,
}

impl Broker {
    /// Starts a login: a checked request, a message to the upstream, one record in the store. Where a session
    /// that the visitor holds is enough, it is answered at once.
    ///
    /// # Errors
    /// A [`FailedLogin`], with an answer to the relying party once the request says where to.
    pub async fn start_login(
        &self,
        protocol: Protocol,
        request: InboundRequest<'_>,
        visitor: impl Into<Visitor>,
    ) -> Result<ReceivedLogin, FailedLogin> {
        let Some(downstream) = self.settings.downstreams.get(&protocol) else {
            return Err(self.fail_with_page(LoginError::Misconfigured));
        };
        let mut received = match downstream.receive(request).await {
            Ok(received) => received,
            Err(refused) => return Err(self.refuse_request(protocol, *refused).await),
        };
        let Visitor { source, window, languages, sessions } = visitor.into();
        let request = &mut received.request;
        self.add_languages(Some(&request.relying_party), &mut request.ui_locales, languages);
        let ReceivedRequest { request, pending, .. } = &received;
        if window == Window::Frame && !request.passive {
            return Err(self.fail_with_page(LoginError::NotNavigation));
        }
        let login = LoginId::new(self.ports.entropy.as_ref());
        let asked = LoginToAsk { login: &login, protocol, pending, request, source };
        match self.start_first(&asked, received.replay_key.as_ref(), &sessions).await {
            Ok(started) => Ok(started),
            Err(error) => {
                let party = &request.relying_party;
                Err(self.refuse(login.clone(), (party, None), (protocol, pending), error).await)
            }
        }
    }

    async fn refuse_request(&self, protocol: Protocol, refused: RefusedRequest) -> FailedLogin {
        let RefusedRequest { relying_party, pending, error } = refused;
        match (relying_party, pending) {
            (Some(party), Some(pending)) => {
                let login = LoginId::new(self.ports.entropy.as_ref());
                self.refuse(login, (&party, None), (protocol, &pending), error).await
            }
            // The relying party gets no response: nothing proves that it sent the request. Its name
            // goes to the log for its operator.
            (party, _) => self.fail_with_page_for(party.as_ref(), error),
        }
    }

    /// Answers from a session; otherwise admits a new login, and asks its upstream.
    async fn start_first(
        &self,
        asked: &LoginToAsk<'_>,
        replay_key: Option<&ReplayKey>,
        held: &HeldSessions,
    ) -> Result<ReceivedLogin, LoginError> {
        let downstream = self.settings.downstreams.get(&asked.protocol);
        let downstream = downstream.ok_or(LoginError::Misconfigured)?;
        let needs_authn_instant = downstream.needs_authn_instant();
        let session = self.find_sufficient(asked.request, needs_authn_instant, held).await?;
        // Nobody may be asked [OIDC Core §3.1.2.1].
        let refused = asked.request.passive && !self.may_ask_passively(asked.request);
        if session.is_none() && refused && !downstream.signs_refusals() {
            return Err(LoginError::LoginRequired);
        }
        // Before anything is signed, which costs far more than to refuse it.
        self.admit(asked)?;
        if let Some(replay_key) = replay_key
            && !self.ports.claim(replay_key, &UsedRequest).await?
        {
            return Err(LoginError::ReplayedRequest);
        }
        if let Some(session) = session {
            // Before its code is written, however soon its browser goes away.
            self.ports.open_logins.hold_for_a_minute(asked.source, asked.octets(), self.now());
            if let Some(message) = self.answer_from(session, asked).await? {
                return Ok(ReceivedLogin::Answered(message));
            }
        }
        // A refusal that is signed is given only where a login would be, and once for a signed request.
        if refused {
            return Err(LoginError::LoginRequired);
        }
        let (started, upstream) = self.ask_upstream(asked).await?;
        let (login, client) = (asked.login, &asked.request.relying_party);
        self.ports.audit.record(Event::LoginStarted { login, client, upstream });
        Ok(ReceivedLogin::Started(started))
    }

    /// Whether there is room for one more open login.
    fn admit(&self, asked: &LoginToAsk<'_>) -> Result<(), OpenLoginsError> {
        let usage = self.ports.store.usage();
        self.ports.open_logins.admit(asked.source, asked.octets(), usage, self.now())
    }

    /// Adds to the languages that the relying party wishes those of the browser, then the relying party's
    /// own, then that of the installation: the first that can be spoken counts, here and at the upstream.
    pub(crate) fn add_languages(
        &self,
        party: Option<&RelyingParty>,
        ui_locales: &mut Vec<String>,
        accepted: Vec<String>,
    ) {
        let policy = party.and_then(|party| self.settings.relying_parties.get(party));
        let defaults = [policy.and_then(|policy| policy.language), self.settings.language];
        let defaults = defaults.into_iter().flatten().map(|language| language.tag().to_owned());
        for language in accepted.into_iter().chain(defaults) {
            let known = |one: &String| one.eq_ignore_ascii_case(&language);
            if ui_locales.len() < MAX_LANGUAGES && !ui_locales.iter().any(known) {
                ui_locales.push(language);
            }
        }
    }

    /// Whether the upstream may be asked for a login without a page. A new authentication always shows one.
    fn may_ask_passively(&self, request: &LoginRequest) -> bool {
        let policy = self.settings.relying_parties.get(&request.relying_party);
        let allowed = policy.and_then(|policy| policy.upstream(request.upstream_hint.as_deref()));
        let upstream = allowed.and_then(|allowed| self.settings.upstreams.get(&allowed.name));
        let passive = upstream.is_some_and(|upstream| upstream.passive);
        passive && !request.freshness.wants_new_authentication()
    }

    /// Asks the upstream once more for a login whose authentication was too old, this time for a new
    /// one. The login is open already, so it is always admitted.
    pub(super) async fn ask_again(
        &self,
        asked: &LoginToAsk<'_>,
    ) -> Result<StartedLogin, LoginError> {
        let (started, upstream) = self.ask_upstream(asked).await?;
        let (login, client) = (asked.login, &asked.request.relying_party);
        self.ports.audit.record(Event::LoginAskedAgain { login, client, upstream });
        Ok(started)
    }

    /// Makes the message to the upstream, and keeps the pending login.
    async fn ask_upstream(
        &self,
        asked: &LoginToAsk<'_>,
    ) -> Result<(StartedLogin, &UpstreamName), LoginError> {
        let party = &asked.request.relying_party;
        let policy = self.settings.relying_parties.get(party).ok_or(LoginError::Misconfigured)?;
        let allowed = policy.upstream(asked.request.upstream_hint.as_deref());
        let allowed = allowed.ok_or(LoginError::Misconfigured)?;
        let name = &allowed.name;
        let upstream = self.settings.upstreams.get(name).ok_or(LoginError::Misconfigured)?;

        let downstream = self.settings.downstreams.get(&asked.protocol);
        let downstream = downstream.ok_or(LoginError::Misconfigured)?;

        let passive = asked.request.passive;
        let relay_state = if passive {
            RelayState::passive(self.ports.entropy.as_ref())
        } else {
            RelayState::new(self.ports.entropy.as_ref())
        };
        let browser = BrowserBinding::new(self.ports.entropy.as_ref(), &relay_state, self.now());
        let upstream_request = UpstreamRequest {
            request: asked.request,
            least_levels: allowed.least_levels(upstream),
            needs_authn_instant: downstream.needs_authn_instant(),
            source: asked.source,
            relay_state: &relay_state,
            entropy: self.ports.entropy.as_ref(),
            now: self.now(),
        };
        let start = upstream.adapter.start(&upstream_request);
        let (message, sent) = self.ports.steps.run("upstream.begin", start).await?;

        let since = self.now();
        // A second request would ask for a new authentication, which shows a page.
        let may_be_too_old = matches!(asked.request.freshness, Freshness::MaxAge(_)) && !passive;
        let pending_login = PendingLogin {
            login: asked.login.clone(),
            relying_party: party.clone(),
            protocol: asked.protocol,
            request: asked.pending.clone(),
            upstream: name.clone(),
            sent,
            since,
            expected_sub: asked.request.expected_sub.clone(),
            again: may_be_too_old.then(|| asked.request.clone()),
            configuration: self.rules.mark(),
        };
        let answered = answered_key(&relay_state, &browser);
        let Ports { store, open_logins, .. } = self.ports.as_ref();
        let (names, share) = ((party, name), (asked.source, asked.octets()));
        let passive_login =
            if passive { Some(PassiveLogin::of(&pending_login, &answered)?) } else { None };
        // It counts before it is written, however soon its browser goes away.
        open_logins.open(&answered, asked.login.clone(), names, share, since);
        let written = if let Some(login) = passive_login {
            store.put(&passive_key(&relay_state), &login, LOGIN_LIFE).await
        } else {
            let key = pending_key(&relay_state, &browser);
            store.put(&key, &pending_login, LOGIN_LIFE).await
        };
        if let Err(error) = written {
            open_logins.close(&answered);
            return Err(error.into());
        }
        let message = message.framed_by(downstream.frame_origins(asked.pending));
        let language = Language::first_of(&asked.request.ui_locales);
        Ok((StartedLogin { message, relay_state, browser, language }, name))
    }
}

/// A login for which an upstream is to be asked.
pub(super) struct LoginToAsk<'a> {
    pub(super) login: &'a LoginId,
    pub(super) protocol: Protocol,
    /// What the downstream needs for its answer.
    pub(super) pending: &'a Pending,
    pub(super) request: &'a LoginRequest,
    /// Where the browser is.
    pub(super) source: SourceNetwork,
}

impl LoginToAsk<'_> {
    /// About how many octets its record takes.
    fn octets(&self) -> usize {
        let kept = self.pending.octets().saturating_add(self.request.octets());
        kept.saturating_add(RECORD_OVERHEAD)
    }
}

/// The octets of a sealed record without what the downstream keeps: some 200, more with a long name of
/// its level.
const RECORD_OVERHEAD: usize = 400;
