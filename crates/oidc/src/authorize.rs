//! The authorization request: who asks, where the answer may go, and what is asked.

mod fault;
mod rules;

use std::fmt;
use std::time::Duration;

pub use fault::{AuthorizeFault, AuthorizeReason, PageFault, RedirectFault};

use crate::{
    client::{Client, ClientId},
    clients::Clients,
    params::Params,
    pkce::Challenge,
    redirect::{State, ValidRedirect},
    scope::Scope,
};

/// An authorization request of a known client that may be answered at a registered place.
pub struct AuthorizeRequest<'a> {
    params: &'a Params,
    client: &'a Client,
    redirect: ValidRedirect,
}

impl<'a> AuthorizeRequest<'a> {
    /// Checks a request in three steps: where an answer may go, what it must carry back, and then
    /// everything else. Until the first step is done nothing can be redirected.
    ///
    /// # Errors
    /// [`AuthorizeFault::Page`] while there is no redirect URI to trust, else
    /// [`AuthorizeFault::Redirect`] [RFC 6749 §4.1.2.1].
    pub fn validate(params: &Params, clients: &Clients) -> Result<ValidAuthorize, AuthorizeFault> {
        let request = AuthorizeRequest::identified(params, clients)?;
        // A state that we do not take is not given back either.
        let state = request.state().map_err(|reason| request.refused(None, reason))?;
        request.rules(state.clone()).map_err(|reason| request.refused(state, reason))
    }

    fn identified(params: &'a Params, clients: &'a Clients) -> Result<Self, PageFault> {
        let id = params.one("client_id")?.ok_or(PageFault::ClientMissing)?;
        let client = clients.find(id).ok_or(PageFault::UnknownClient)?;
        let given = params
            .one("redirect_uri")?
            .ok_or_else(|| PageFault::RedirectMissing { client: client.id().clone() })?;
        let redirect = ValidRedirect::matching(given, client)
            .ok_or_else(|| PageFault::RedirectMismatch { client: client.id().clone() })?;
        Ok(Self { params, client, redirect })
    }

    fn state(&self) -> Result<Option<State>, AuthorizeReason> {
        let text = self.params.one("state")?;
        text.map(State::new).transpose()
    }

    /// All other rules, in the order in which they are checked; the first that fails is reported.
    fn rules(&self, state: Option<State>) -> Result<ValidAuthorize, AuthorizeReason> {
        rules::each_once_and_bounded(self.params)?;
        let nonce = rules::nonce(self.params)?;
        rules::no_request_object(self.params)?;
        rules::response_type(self.params)?;
        rules::response_mode(self.params)?;
        let scopes = rules::scopes(self.params)?;
        let challenge = rules::challenge(self.params, self.client)?;
        let (prompt_none, prompt_login) = rules::prompt(self.params)?;
        let max_age = rules::max_age(self.params)?;
        let acr_values = rules::acr_values(self.params)?;
        let ui_locales = rules::ui_locales(self.params)?;
        Ok(ValidAuthorize {
            client_id: self.client.id().clone(),
            redirect: self.redirect.clone(),
            state,
            nonce,
            challenge,
            scopes,
            prompt_none,
            prompt_login,
            max_age,
            acr_values,
            ui_locales,
        })
    }

    fn refused(&self, state: Option<State>, reason: AuthorizeReason) -> AuthorizeFault {
        let client = self.client.id().clone();
        let to = self.redirect.clone();
        AuthorizeFault::Redirect(Box::new(RedirectFault { client, to, state, reason }))
    }
}

/// An authorization request that passed every rule. Only [`AuthorizeRequest::validate`] makes one.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidAuthorize {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub redirect: ValidRedirect,
    /// What the answer carries back.
    pub state: Option<State>,
    /// What the ID token must repeat [OIDC Core §3.1.2.1].
    pub nonce: Option<String>,
    /// What the code's verifier must fit [RFC 7636 §4.4].
    pub challenge: Option<Challenge>,
    /// The known scopes; `openid` is always among them.
    pub scopes: Vec<Scope>,
    /// `prompt=none`: answer without showing anything, or with `login_required`.
    pub prompt_none: bool,
    /// `prompt=login`: the person must authenticate again.
    pub prompt_login: bool,
    /// How long ago the person may have authenticated; zero means again, now.
    pub max_age: Option<Duration>,
    /// The wished assurance levels, best first; at most 16.
    pub acr_values: Vec<String>,
    /// The wished languages, best first; well-formed tags only, at most 16.
    pub ui_locales: Vec<String>,
}

impl ValidAuthorize {
    /// How many octets the client has us keep while the person is away.
    #[must_use]
    pub fn kept_octets(&self) -> usize {
        let state = self.state.as_ref().map_or(0, |state| state.as_str().len());
        state + self.nonce.as_ref().map_or(0, String::len)
    }
}

impl fmt::Debug for ValidAuthorize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidAuthorize")
            .field("client_id", &self.client_id)
            .field("scopes", &self.scopes)
            .field("acr_values", &self.acr_values.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
