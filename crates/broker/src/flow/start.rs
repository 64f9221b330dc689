//! Starts a login: takes a relying party's request and sends the browser to an upstream.

use crate::audit::Event;
use crate::broker::Broker;
use crate::error::{FailedLogin, LoginError};
use crate::model::login_halves::{BrowserBinding, RelayState, answered_key, pending_key};
use crate::model::login_id::LoginId;
use crate::model::message::{InboundRequest, OutboundMessage};
use crate::model::protocol::Protocol;
use crate::model::source_network::SourceNetwork;
use crate::ports::{ReceivedRequest, RefusedRequest, UpstreamRequest};
use crate::record::{LOGIN_LIFE, PendingLogin};

/// A started login: the message to the upstream, and the two halves that must come back.
#[derive(Debug)]
pub struct StartedLogin {
    /// The request that the browser carries to the upstream.
    pub message: OutboundMessage,
    /// The handle that travels with the message.
    pub relay_state: RelayState,
    /// The half that stays in the browser, in a cookie.
    pub browser: BrowserBinding,
}

impl Broker {
    /// Starts a login: a checked request, a message to the upstream, one record in the store.
    ///
    /// # Errors
    /// A [`FailedLogin`], with an answer to the relying party once the request says where to.
    pub async fn start_login(
        &self,
        protocol: Protocol,
        request: InboundRequest<'_>,
        source: SourceNetwork,
    ) -> Result<StartedLogin, FailedLogin> {
        let Some(downstream) = self.settings.downstreams.get(&protocol) else {
            return Err(self.fail_with_page(LoginError::Misconfigured));
        };
        let received = match downstream.receive(request).await {
            Ok(received) => received,
            Err(refused) => return Err(self.refuse_request(protocol, *refused).await),
        };
        let login = LoginId::new(self.ports.entropy.as_ref());
        let started = self.send_to_upstream(&login, protocol, &received, source).await;
        match started {
            Ok(started) => Ok(started),
            Err(error) => {
                let party = received.request.relying_party;
                Err(self.refuse(login, &party, (protocol, &received.pending), error).await)
            }
        }
    }

    async fn refuse_request(&self, protocol: Protocol, refused: RefusedRequest) -> FailedLogin {
        let RefusedRequest { relying_party, pending, error } = refused;
        match (relying_party, pending) {
            (Some(party), Some(pending)) => {
                let login = LoginId::new(self.ports.entropy.as_ref());
                self.refuse(login, &party, (protocol, &pending), error).await
            }
            // The relying party gets no response: nothing proves that it sent the request. Its name
            // goes to the log for its operator.
            (party, _) => self.fail_with_page_for(party.as_ref(), error),
        }
    }

    async fn send_to_upstream(
        &self,
        login: &LoginId,
        protocol: Protocol,
        received: &ReceivedRequest,
        source: SourceNetwork,
    ) -> Result<StartedLogin, LoginError> {
        let request = &received.request;
        // The broker has no session to answer from [OIDC Core §3.1.2.1].
        if request.passive {
            return Err(LoginError::LoginRequired);
        }
        let party = &request.relying_party;
        let policy = self.settings.relying_parties.get(party).ok_or(LoginError::Misconfigured)?;
        let upstream = self.settings.upstreams.get(&policy.upstream);
        let upstream = upstream.ok_or(LoginError::Misconfigured)?;

        // Before the request is signed, which costs far more than to refuse it.
        let octets = received.pending.octets().saturating_add(RECORD_OVERHEAD);
        self.ports.open_logins.admit(source, octets, self.ports.store.usage())?;

        let relay_state = RelayState::new(self.ports.entropy.as_ref());
        let browser = BrowserBinding::new(self.ports.entropy.as_ref(), &relay_state, self.now());
        let upstream_request = UpstreamRequest {
            request,
            min_acr: policy.min_acr.as_deref(),
            relay_state: &relay_state,
            entropy: self.ports.entropy.as_ref(),
            now: self.now(),
        };
        let (message, sent) = upstream.adapter.start(&upstream_request).await?;

        let since = self.now();
        let pending_login = PendingLogin {
            login: login.clone(),
            relying_party: party.clone(),
            protocol,
            request: received.pending.clone(),
            upstream: policy.upstream.clone(),
            sent,
            since,
        };
        let key = pending_key(&relay_state, &browser);
        let octets = self.ports.store.put(&key, &pending_login, LOGIN_LIFE).await?;
        let upstream = &policy.upstream;
        let answered = answered_key(&relay_state, &browser);
        let share = (source, octets);
        self.ports.open_logins.open(&answered, login.clone(), (party, upstream), share, since);
        self.ports.audit.record(Event::LoginStarted { login, client: party, upstream });
        Ok(StartedLogin { message, relay_state, browser })
    }
}

/// The octets of a sealed record without what the downstream keeps: some 200, more with a long name of
/// its level.
const RECORD_OVERHEAD: usize = 400;
