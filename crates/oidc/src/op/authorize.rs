//! The authorization request [RFC 6749 §4.1.1].

mod error;
mod rule_error;
mod rules;

use std::fmt;
use std::time::Duration;

pub use error::{AuthorizeError, AuthorizePageError, AuthorizeRedirectError};
pub use rule_error::AuthorizeRuleError;

use crate::{
    op::{
        claims_request::ClaimsRequest,
        client::Client,
        client_registry::ClientRegistry,
        id_token_hint::OwnIdToken,
        redirect::{State, ValidRedirect},
        request_object::RefusedRequestObject,
        response::ResponseMode,
    },
    wire::{client_id::ClientId, params::Params, pkce::CodeChallenge, scope::Scope},
};

/// An authorization request of a known client with one of its redirect URIs.
pub struct AuthorizeRequest<'a> {
    params: &'a Params,
    object: RefusedRequestObject,
    client: &'a Client,
    redirect: ValidRedirect,
}

/// How the response travels, and the `state` that it gives back.
struct ResponseParameters {
    mode: ResponseMode,
    state: Option<State>,
}

impl<'a> AuthorizeRequest<'a> {
    /// Checks a request in three steps: the client and its redirect URI, then `response_mode` and
    /// `state`, and then every other rule. Until the first step is done nothing can be redirected.
    ///
    /// # Errors
    /// [`AuthorizeError::Page`] while there is no redirect URI to trust, else
    /// [`AuthorizeError::Redirect`] [RFC 6749 §4.1.2.1].
    pub fn validate(
        params: &Params,
        clients: &ClientRegistry,
    ) -> Result<ValidAuthorizeRequest, AuthorizeError> {
        let request = AuthorizeRequest::identify(params, clients)?;
        let (mode, state) = (request.mode(), request.state());
        let refused = mode.err().or_else(|| state.as_ref().err().copied());
        // A mode or a state that is refused is not used for the refusal.
        let response =
            ResponseParameters { mode: mode.unwrap_or_default(), state: state.unwrap_or_default() };
        let checked = match refused {
            Some(rule) => Err(rule),
            None => request.check_rules(&response),
        };
        checked.map_err(|rule| request.redirect_error(response, rule))
    }

    fn identify(
        params: &'a Params,
        clients: &'a ClientRegistry,
    ) -> Result<Self, AuthorizePageError> {
        let id = params.one("client_id")?.ok_or(AuthorizePageError::ClientMissing)?;
        let client = clients.find(id).ok_or(AuthorizePageError::UnknownClient)?;
        let object = RefusedRequestObject::of(params);
        let given = params
            .one("redirect_uri")?
            .or_else(|| object.text("redirect_uri"))
            .ok_or_else(|| AuthorizePageError::RedirectMissing { client: client.id().clone() })?;
        let redirect = ValidRedirect::matching(given, client)
            .ok_or_else(|| AuthorizePageError::RedirectMismatch { client: client.id().clone() })?;
        Ok(Self { params, object, client, redirect })
    }

    fn mode(&self) -> Result<ResponseMode, AuthorizeRuleError> {
        let said_inside = || self.object.text("response_mode").and_then(ResponseMode::parse);
        match rules::response_mode(self.params)? {
            Some(mode) => Ok(mode),
            None => Ok(said_inside().unwrap_or_default()),
        }
    }

    fn state(&self) -> Result<Option<State>, AuthorizeRuleError> {
        let said_inside = || self.object.text("state").and_then(|text| State::new(text).ok());
        match self.params.one("state")? {
            Some(text) => State::new(text).map(Some),
            None => Ok(said_inside()),
        }
    }

    /// Checks all other rules in this order, and reports the first that fails.
    fn check_rules(
        &self,
        response: &ResponseParameters,
    ) -> Result<ValidAuthorizeRequest, AuthorizeRuleError> {
        rules::each_once_and_bounded(self.params)?;
        let nonce = rules::nonce(self.params)?;
        rules::no_request_object(self.params)?;
        rules::response_type(self.params)?;
        let scopes = rules::scopes(self.params, self.client)?;
        let challenge = rules::challenge(self.params, self.client)?;
        let (prompt_none, prompt_login) = rules::prompt(self.params)?;
        let max_age = rules::max_age(self.params)?;
        let claims = ClaimsRequest::read(self.params)?;
        let (acr_values, essential_acr) =
            rules::wished_acr(rules::acr_values(self.params)?, claims.acr);
        let ui_locales = rules::ui_locales(self.params)?;
        let id_token_hint = self.params.one("id_token_hint")?.map(OwnIdToken::received);
        Ok(ValidAuthorizeRequest {
            client_id: self.client.id().clone(),
            redirect: self.redirect.clone(),
            mode: response.mode,
            state: response.state.clone(),
            nonce,
            challenge,
            scopes,
            prompt_none,
            prompt_login,
            max_age,
            acr_values,
            essential_acr,
            expected_sub: claims.sub,
            claims: claims.names.into_iter().filter(|one| self.client.scopes_claim(one)).collect(),
            id_token_hint,
            idp_hint: self.params.one("idp_hint")?.map(str::to_owned),
            ui_locales,
            login_hint: rules::login_hint(self.params).map(str::to_owned),
        })
    }

    fn redirect_error(
        &self,
        ResponseParameters { mode, state }: ResponseParameters,
        rule: AuthorizeRuleError,
    ) -> AuthorizeError {
        let client = self.client.id().clone();
        let redirect = self.redirect.clone();
        let passive = self.params.one("prompt").is_ok_and(|prompt| prompt == Some("none"));
        let refused = AuthorizeRedirectError { client, redirect, mode, state, passive, rule };
        AuthorizeError::Redirect(Box::new(refused))
    }
}

/// An authorization request that passed every rule. Only [`AuthorizeRequest::validate`] makes one.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidAuthorizeRequest {
    /// The client that asks.
    pub client_id: ClientId,
    /// The redirect URI of the response.
    pub redirect: ValidRedirect,
    /// How the response travels.
    pub mode: ResponseMode,
    /// The `state` that the response repeats.
    pub state: Option<State>,
    /// The `nonce` that the ID token repeats [OIDC Core §3.1.2.1].
    pub nonce: Option<String>,
    /// The challenge that the code's verifier must match [RFC 7636 §4.4].
    pub challenge: Option<CodeChallenge>,
    /// The known scopes; `openid` is always among them.
    pub scopes: Vec<Scope>,
    /// `prompt=none`: respond without showing a page, or with `login_required`.
    pub prompt_none: bool,
    /// `prompt=login` or `select_account`: the person must authenticate again.
    pub prompt_login: bool,
    /// How long ago the person may have authenticated; zero means again, now.
    pub max_age: Option<Duration>,
    /// The requested assurance levels, best first; at most 16.
    pub acr_values: Vec<String>,
    /// The only assurance levels that will do [OIDC Core §5.5.1.1]; empty where any will.
    pub essential_acr: Vec<String>,
    /// The `sub` of the only person who will do, by the `claims` parameter.
    pub expected_sub: Option<String>,
    /// The claims asked for by name, of those that the client gets by scope.
    pub claims: Vec<String>,
    /// The ID token whose person is expected; nothing of it is verified
    /// ([`OwnIdToken::hint`](crate::OwnIdToken::hint)).
    pub id_token_hint: Option<OwnIdToken>,
    /// The upstream that the client wishes, by its name (`idp_hint`, an extension).
    pub idp_hint: Option<String>,
    /// The requested languages, best first; well-formed tags only, at most 16.
    pub ui_locales: Vec<String>,
    /// Who is about to log in, as the client has it: any text of at most 256 octets. It names a person.
    pub login_hint: Option<String>,
}

impl fmt::Debug for ValidAuthorizeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidAuthorize")
            .field("client_id", &self.client_id)
            .field("scopes", &self.scopes)
            .field("acr_values", &self.acr_values.len())
            .finish_non_exhaustive()
    }
}

/// Every parameter that is looked at, except those that hide others.
pub(crate) fn parameters() -> impl Iterator<Item = &'static str> {
    let bounded = rules::MAX_LENGTH.into_iter().map(|(name, _)| name);
    ["client_id", "redirect_uri", "state"].into_iter().chain(bounded)
}

#[cfg(test)]
mod tests;
