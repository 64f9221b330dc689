//! Starts a login: validates the client's authorize request and sends the browser to an upstream.

use silta_oidc::{
    AuthorizeError, AuthorizeRequest, ClientId, GrantBinding, Params, ParamsError, State,
    ValidAuthorizeRequest, ValidRedirect,
};

use crate::audit::Event;
use crate::broker::Broker;
use crate::error::{FailedLogin, LoginError};
use crate::login::{BrowserBinding, LoginId, RelayState, answered_key, pending_key};
use crate::source_network::SourceNetwork;
use crate::state::{LOGIN_LIFE, PendingLogin, Record};
use crate::upstream::{LoginRequest, OutboundMessage};

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
    /// Starts a login: a validated request, a signed message, one record in the store.
    ///
    /// # Errors
    /// A [`FailedLogin`], with a redirect to the client once its redirect URI is matched.
    pub async fn start_login(
        &self,
        params: Result<Params, ParamsError>,
        source: SourceNetwork,
    ) -> Result<StartedLogin, FailedLogin> {
        let validated = params
            .map_err(AuthorizeError::from)
            .and_then(|params| AuthorizeRequest::validate(&params, &self.client_registry));
        let login = LoginId::new(self.ports.entropy.as_ref());
        let request = match validated {
            Ok(request) => request,
            Err(AuthorizeError::Page(error)) => {
                let client = error.client().cloned();
                return Err(self.fail_with_page_for(client.as_ref(), error.into()));
            }
            Err(AuthorizeError::Redirect(refused)) => {
                let target = (&refused.redirect, refused.state.as_ref());
                return Err(self.fail_to_client(
                    login,
                    &refused.client,
                    target,
                    refused.rule.into(),
                ));
            }
        };
        self.send_to_upstream(&login, &request, source).await.map_err(|error| {
            let target = (&request.redirect, request.state.as_ref());
            self.fail_to_client(login, &request.client_id, target, error)
        })
    }

    async fn send_to_upstream(
        &self,
        login: &LoginId,
        request: &ValidAuthorizeRequest,
        source: SourceNetwork,
    ) -> Result<StartedLogin, LoginError> {
        // The broker has no session to answer from [OIDC Core §3.1.2.1].
        if request.prompt_none {
            return Err(LoginError::LoginRequired);
        }
        let policy = self.settings.clients.get(&request.client_id);
        let policy = policy.ok_or(LoginError::Misconfigured)?;
        let upstream = self.settings.upstreams.get(&policy.upstream);
        let (upstream, _) = upstream.ok_or(LoginError::Misconfigured)?;

        // Before the request is signed, which costs far more than to refuse it.
        let octets = request.state_and_nonce_octets().saturating_add(RECORD_OVERHEAD);
        self.ports.open_logins.admit(source, octets, self.ports.store.usage())?;

        let relay_state = RelayState::new(self.ports.entropy.as_ref());
        let browser = BrowserBinding::new(self.ports.entropy.as_ref(), &relay_state, self.now());
        let login_request = LoginRequest {
            relay_state: &relay_state,
            random: self.random(),
            now: self.now(),
            force_authn: request.prompt_login || request.max_age.is_some_and(|age| age.is_zero()),
            max_age: request.max_age,
            acr_values: &request.acr_values,
            min_acr: policy.min_acr.as_deref(),
            ui_locales: &request.ui_locales,
        };
        let (message, pending) = upstream.start(&login_request).await?;

        let since = self.now();
        let pending_login = PendingLogin {
            login: login.clone(),
            upstream: policy.upstream.clone(),
            since,
            binding: GrantBinding::of(request),
            state: request.state.clone(),
            nonce: request.nonce.clone(),
            scopes: request.scopes.clone(),
            pending,
        };
        let record = Record::PendingLogin(Box::new(pending_login));
        let key = pending_key(&relay_state, &browser);
        let octets = self.ports.store.put(&key, &record, LOGIN_LIFE).await?;
        let (client, upstream) = (&request.client_id, &policy.upstream);
        let answered = answered_key(&relay_state, &browser);
        let (names, share) = ((client, upstream), (source, octets));
        self.ports.open_logins.open(&answered, login.clone(), names, share, since);
        self.ports.audit.record(Event::LoginStarted { login, client, upstream });
        Ok(StartedLogin { message, relay_state, browser })
    }

    /// Ends a login with an error response at the client's redirect URI [RFC 6749 §4.1.2.1].
    pub(crate) fn fail_to_client(
        &self,
        reference: LoginId,
        client: &ClientId,
        (to, state): (&ValidRedirect, Option<&State>),
        error: LoginError,
    ) -> FailedLogin {
        self.audit_refusal(&reference, Some(client), &error);
        let mut failed = FailedLogin { reference, error, redirect: None };
        // The reference leads the client's developer to our log.
        let text = format!("{} (reference {})", failed.error.description(), failed.reference);
        failed.redirect = Some(to.error(self.issuer(), failed.error.error_code(), &text, state));
        failed
    }
}

/// The octets of a sealed record without the client's `state` and `nonce`: some 450, more with a
/// long redirect URI and a long client id.
const RECORD_OVERHEAD: usize = 600;
