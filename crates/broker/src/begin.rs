//! A person arrives with a client's request, and leaves towards an identity provider.

use silta_oidc::{
    AuthorizeFault, AuthorizeRequest, ClientId, GrantBinding, MalformedParams, Params, State,
    ValidAuthorize, ValidRedirect,
};

use crate::audit::Event;
use crate::broker::Broker;
use crate::fault::{Fault, LoginFault};
use crate::login::{BrowserBinding, LoginId, RelayState, answered_key, waiting_key};
use crate::source::Source;
use crate::state::{AwaitingIdp, LOGIN_LIFE, Record};
use crate::upstream::{Ask, Departure};

/// A login that has begun: how the browser leaves, and what it must bring back.
#[derive(Debug)]
pub struct Begin {
    /// How the browser leaves.
    pub departure: Departure,
    /// The handle that travels along.
    pub relay_state: RelayState,
    /// The half that stays in the browser, in a cookie.
    pub browser: BrowserBinding,
}

impl Broker {
    /// Begins a login: valid request, signed question, one record in the store.
    ///
    /// # Errors
    /// A [`Fault`] with a way back to the client as soon as its redirect URI has been matched.
    pub async fn begin(
        &self,
        params: Result<Params, MalformedParams>,
        source: Source,
    ) -> Result<Begin, Fault> {
        let validated = params
            .map_err(AuthorizeFault::from)
            .and_then(|params| AuthorizeRequest::validate(&params, &self.clients));
        let login = LoginId::new(self.ports.entropy.as_ref());
        let request = match validated {
            Ok(request) => request,
            Err(AuthorizeFault::Page(fault)) => {
                let client = fault.client().cloned();
                return Err(self.stranded_for(client.as_ref(), fault.into()));
            }
            Err(AuthorizeFault::Redirect(refused)) => {
                let way = (&refused.to, refused.state.as_ref());
                return Err(self.sent_back(login, &refused.client, way, refused.reason.into()));
            }
        };
        self.leave(&login, &request, source).await.map_err(|fault| {
            let way = (&request.redirect, request.state.as_ref());
            self.sent_back(login, &request.client_id, way, fault)
        })
    }

    async fn leave(
        &self,
        login: &LoginId,
        request: &ValidAuthorize,
        source: Source,
    ) -> Result<Begin, LoginFault> {
        // There is no session of our own to answer from [OIDC Core §3.1.2.1].
        if request.prompt_none {
            return Err(LoginFault::LoginRequired);
        }
        let service = self.settings.services.get(&request.client_id);
        let service = service.ok_or(LoginFault::Misconfigured)?;
        let upstream = self.settings.upstreams.get(&service.upstream);
        let (upstream, _) = upstream.ok_or(LoginFault::Misconfigured)?;

        // Before the request is signed, which costs far more than to refuse it.
        let octets = request.kept_octets().saturating_add(PLAIN);
        self.ports.open_logins.admit(source, octets, self.ports.vault.fill())?;

        let relay_state = RelayState::new(self.ports.entropy.as_ref());
        let browser = BrowserBinding::new(self.ports.entropy.as_ref(), &relay_state, self.now());
        let ask = Ask {
            relay_state: &relay_state,
            random: self.random(),
            now: self.now(),
            again: request.prompt_login || request.max_age.is_some_and(|age| age.is_zero()),
            max_age: request.max_age,
            acr_values: &request.acr_values,
            min_acr: service.min_acr.as_deref(),
            ui_locales: &request.ui_locales,
        };
        let (departure, begun) = upstream.begin(&ask).await?;

        let since = self.now();
        let waiting = AwaitingIdp {
            login: login.clone(),
            upstream: service.upstream.clone(),
            since,
            binding: GrantBinding::of(request),
            state: request.state.clone(),
            nonce: request.nonce.clone(),
            scopes: request.scopes.clone(),
            begun,
        };
        let record = Record::AwaitingIdp(Box::new(waiting));
        let key = waiting_key(&relay_state, &browser);
        let octets = self.ports.vault.put(&key, &record, LOGIN_LIFE).await?;
        let (client, upstream) = (&request.client_id, &service.upstream);
        let answered = answered_key(&relay_state, &browser);
        let (party, weight) = ((client, upstream), (source, octets));
        self.ports.open_logins.open(&answered, login.clone(), party, weight, since);
        self.ports.audit.record(Event::LoginStarted { login, client, upstream });
        Ok(Begin { departure, relay_state, browser })
    }

    /// Ends a login whose client is known: it is told, at its own redirect URI.
    pub(crate) fn sent_back(
        &self,
        reference: LoginId,
        client: &ClientId,
        (to, state): (&ValidRedirect, Option<&State>),
        fault: LoginFault,
    ) -> Fault {
        self.refused(&reference, Some(client), &fault);
        let mut ended = Fault { reference, fault, back: None };
        // The reference leads the client's developer to our log.
        let text = format!("{} (reference {})", ended.fault.description(), ended.reference);
        ended.back = Some(to.error(self.issuer(), ended.fault.oauth(), &text, state));
        ended
    }
}

/// What a record is sealed in beside the client's own texts: some 450 octets, with a long redirect
/// URI and a long client id more.
const PLAIN: usize = 600;
