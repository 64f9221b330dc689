//! The authorization endpoint: from a client's request to its code.

use std::collections::BTreeSet;

use async_trait::async_trait;
use silta_oidc::{
    AuthorizationCode, AuthorizeError, AuthorizeRequest, AuthorizeRuleError, Client, GrantBinding,
    Hint, OAuthErrorCode, Params, RegisteredRedirect, ValidAuthorizeRequest, ValidRedirect,
};
use silta_saml::StatusMeaning;

use crate::audit::Event;
use crate::client_error::ClientError;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::pending_authorization::PendingAuthorization;
use crate::error::LoginError;
use crate::model::login_hint::LoginHint;
use crate::model::login_id::LoginId;
use crate::model::login_request::{Freshness, LoginRequest};
use crate::model::message::{InboundRequest, OutboundMessage};
use crate::model::pending::Pending;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_part::SessionPart;
use crate::ports::{Downstream, DownstreamLogout, ReceivedRequest, RefusedRequest};
use crate::record::{CODE_LIFE, CodeRecord, Grant, RecordKey};

#[async_trait]
impl Downstream for OidcProvider {
    async fn receive(
        &self,
        request: InboundRequest<'_>,
    ) -> Result<ReceivedRequest, Box<RefusedRequest>> {
        let (InboundRequest::Query(text) | InboundRequest::Form(text)) = request;
        let params = Params::parse(text).map_err(|error| Box::new(refused(error.into())))?;
        let params = self.pushed_or_brought(params).await;
        let params = params.map_err(|error| Box::new(untold(error)))?;
        let validated = AuthorizeRequest::validate(&params, &self.clients);
        let request = validated.map_err(|error| Box::new(refused(error)))?;
        let pending = PendingAuthorization {
            binding: GrantBinding::of(&request),
            response_mode: request.mode,
            state: request.state.clone(),
            nonce: request.nonce.clone(),
            scopes: request.scopes.clone(),
            essential_acr: request.essential_acr.clone(),
            claims: request.claims.clone(),
            passive: request.prompt_none,
        };
        let expected_sub = match self.expected_sub(&request) {
            Ok(expected_sub) => expected_sub,
            Err(error) => return Err(Box::new(refused_with(&request, &pending, error))),
        };
        let request = login_request(request, expected_sub);
        match Pending::keep(&pending) {
            Ok(pending) => Ok(ReceivedRequest { request, pending, replay_key: None }),
            Err(error) => Err(Box::new(RefusedRequest {
                relying_party: Some(request.relying_party),
                pending: None,
                error: error.into(),
            })),
        }
    }

    async fn answer(
        &self,
        login: &LoginId,
        pending: &Pending,
        mut person: Person,
        session: SessionPart,
    ) -> Result<OutboundMessage, LoginError> {
        let pending: PendingAuthorization = pending.read()?;
        let PendingAuthorization { binding, response_mode, state, nonce, scopes, .. } = pending;
        let client = self.registered(&binding)?;
        // A stronger one is not what was asked for [OIDC Core §5.5.1.1].
        if !pending.essential_acr.is_empty() && !pending.essential_acr.contains(&person.acr) {
            return Err(LoginError::NoRequestedLevel);
        }
        person.claims.retain(|claim| client.gives(claim, &scopes, &pending.claims));
        if let Some(preset) = client.preset() {
            preset.check(&userinfo(&person))?;
        }
        let code = AuthorizationCode::new(&self.ports.random());
        let response =
            binding.redirect().success(response_mode, &self.issuer, &code, state.as_ref());
        let (login, session) = (login.clone(), Some(session));
        let grant = Grant { login, session, binding, nonce, scopes, person };
        let record = CodeRecord::Issued(Box::new(grant));
        self.ports.store.put(&RecordKey::of(&code.digest()), &record, CODE_LIFE).await?;
        Ok(response.into())
    }

    /// An error response at the client's redirect URI [RFC 6749 §4.1.2.1].
    async fn refuse(
        &self,
        login: &LoginId,
        pending: &Pending,
        error: &LoginError,
    ) -> Result<OutboundMessage, LoginError> {
        let pending: PendingAuthorization = pending.read()?;
        let PendingAuthorization { binding, response_mode, state, .. } = pending;
        // A frame shows no page, so a login that may show none is always answered.
        if !self.registered(&binding)?.shows_errors() && !pending.passive {
            return Err(error.clone());
        }
        let (code, description) = client_error(error);
        // The reference leads the client's developer to our log.
        let text = format!("{description} (reference {login})");
        let told = (code, text.as_str());
        Ok(binding.redirect().error(response_mode, &self.issuer, told, state.as_ref()).into())
    }

    /// The origins of all redirect URIs that the client has today.
    fn frame_origins(&self, pending: &Pending) -> Vec<String> {
        // Nobody frames what cannot be read, which `answer` and `refuse` say why.
        let pending = pending.read::<PendingAuthorization>().ok();
        let passive = pending.filter(|pending| pending.passive);
        let client =
            passive.and_then(|pending| self.clients.find(pending.binding.client_id().as_str()));
        let redirects = client.into_iter().flat_map(Client::redirect_uris);
        let origins: BTreeSet<_> = redirects.map(RegisteredRedirect::origin).collect();
        origins.into_iter().map(str::to_owned).collect()
    }

    /// It is a redirect, and says nothing that needs proof.
    fn signs_refusals(&self) -> bool {
        false
    }

    fn logout(&self) -> Option<&dyn DownstreamLogout> {
        (!self.back_channels.is_empty()).then_some(self as _)
    }

    /// `auth_time` is required where `max_age` was sent, which is passed on [OIDC Core §2].
    fn needs_authn_instant(&self) -> bool {
        false
    }
}

impl OidcProvider {
    /// The `sub` of the only person who will do: that of the request's hint, or of its `claims`.
    fn expected_sub(&self, request: &ValidAuthorizeRequest) -> Result<Option<String>, LoginError> {
        match (self.hinted_sub(request)?, &request.expected_sub) {
            // Nobody is two people.
            (Some(hinted), Some(asked)) if hinted != *asked => {
                Err(AuthorizeRuleError::Claims.into())
            }
            (hinted, asked) => Ok(hinted.or_else(|| asked.clone())),
        }
    }

    /// The `sub` that the request's hint asks for, if it has one that counts.
    fn hinted_sub(&self, request: &ValidAuthorizeRequest) -> Result<Option<String>, LoginError> {
        let Some(token) = &request.id_token_hint else { return Ok(None) };
        let person = match token.hint(&self.issuer, &self.key_ring) {
            Hint::Ours(person) => person,
            // Whoever is there without a page may be somebody else, and nobody could notice.
            Hint::UnknownKey if request.prompt_none => return Err(LoginError::LoginRequired),
            Hint::UnknownKey => {
                // A hint is a wish [OIDC Core §3.1.2.1]; nobody can tell any more whom it means.
                let client = &RelyingParty::from(&request.client_id);
                self.ports.audit.record(Event::HintIgnored { client });
                return Ok(None);
            }
            Hint::NotOurs => return Err(AuthorizeRuleError::IdTokenHint.into()),
        };
        let sub = person.sub_for(&request.client_id).ok_or(AuthorizeRuleError::IdTokenHint)?;
        Ok(Some(sub.to_owned()))
    }

    /// The configuration of today still has the client, and still with this redirect URI: one that was
    /// taken out gets nothing any more.
    fn registered(&self, binding: &GrantBinding) -> Result<&Client, LoginError> {
        let client = self.clients.find(binding.client_id().as_str());
        let client = client.ok_or(LoginError::Misconfigured)?;
        let matching = ValidRedirect::matching(binding.redirect().as_str(), client);
        matching.map(|_| client).ok_or(LoginError::Misconfigured)
    }
}

/// Nothing is known of where an answer may go.
fn untold(error: LoginError) -> RefusedRequest {
    let client = if let LoginError::Request(error) = &error { error.client() } else { None };
    RefusedRequest { relying_party: client.map(RelyingParty::from), pending: None, error }
}

fn refused(error: AuthorizeError) -> RefusedRequest {
    match error {
        AuthorizeError::Page(error) => RefusedRequest {
            relying_party: error.client().map(RelyingParty::from),
            pending: None,
            error: error.into(),
        },
        AuthorizeError::Redirect(refused) => {
            let pending = PendingAuthorization {
                binding: GrantBinding::of_refused(&refused),
                response_mode: refused.mode,
                state: refused.state,
                nonce: None,
                scopes: vec![],
                essential_acr: vec![],
                claims: vec![],
                passive: refused.passive,
            };
            RefusedRequest {
                relying_party: Some(RelyingParty::from(&refused.client)),
                // Without it the person sees a page, and the log has the rule that was broken.
                pending: Pending::keep(&pending).ok(),
                error: refused.rule.into(),
            }
        }
    }
}

/// The error goes where the answer would.
fn refused_with(
    request: &ValidAuthorizeRequest,
    pending: &PendingAuthorization,
    error: LoginError,
) -> RefusedRequest {
    RefusedRequest {
        relying_party: Some(RelyingParty::from(&request.client_id)),
        pending: Pending::keep(pending).ok(),
        error,
    }
}

fn login_request(request: ValidAuthorizeRequest, expected_sub: Option<String>) -> LoginRequest {
    let freshness = match request.max_age {
        _ if request.prompt_login => Freshness::Now,
        Some(age) if age.is_zero() => Freshness::Now,
        Some(age) => Freshness::MaxAge(age),
        None => Freshness::Any,
    };
    LoginRequest {
        relying_party: RelyingParty::from(&request.client_id),
        upstream_hint: request.idp_hint,
        freshness,
        passive: request.prompt_none,
        acr_values: request.acr_values,
        acr_essential: !request.essential_acr.is_empty(),
        ui_locales: request.ui_locales,
        expected_sub,
        login_hint: request.login_hint.as_deref().and_then(LoginHint::parse),
    }
}

/// All that userinfo says of a person.
fn userinfo(person: &Person) -> serde_json::Map<String, serde_json::Value> {
    let mut all = person.claims.as_map().clone();
    all.insert("sub".to_owned(), person.sub.as_str().into());
    all.insert("acr".to_owned(), person.acr.as_str().into());
    all
}

/// The `error` and `error_description` for the client [RFC 6749 §4.1.2.1]. They say what is wrong with
/// its own request, and of any other error only who can act.
fn client_error(error: &LoginError) -> (OAuthErrorCode, String) {
    let (code, sentence) = match error.client_error() {
        ClientError::Request => {
            let code = match error {
                LoginError::Authorize(rule) => rule.error_code(),
                _ => OAuthErrorCode::InvalidRequest,
            };
            return (code, error.to_string());
        }
        ClientError::NotLoggedIn => (
            OAuthErrorCode::LoginRequired,
            "the person has to log in; send the request without prompt=none",
        ),
        ClientError::NoSession => (
            OAuthErrorCode::LoginRequired,
            "the person has no session at the identity provider; send the request without prompt=none",
        ),
        ClientError::NotRecent => (
            OAuthErrorCode::LoginRequired,
            "the person was not authenticated as recently as asked; try again",
        ),
        ClientError::NoNewAuthentication => (
            OAuthErrorCode::UnmetAuthenticationRequirements,
            "the identity provider cannot be asked for a new login; send the request without \
             prompt=login, and with a longer max_age",
        ),
        ClientError::Denied => (OAuthErrorCode::AccessDenied, denied(error)),
        ClientError::AnotherPerson => (
            OAuthErrorCode::LoginRequired,
            "another person logged in than the one of id_token_hint or claims",
        ),
        ClientError::NotAllowed => {
            (OAuthErrorCode::AccessDenied, "the person may not use this service")
        }
        ClientError::TooWeak => (
            OAuthErrorCode::UnmetAuthenticationRequirements,
            "the identity provider did not reach the required level of assurance",
        ),
        ClientError::OtherLevel => (
            OAuthErrorCode::UnmetAuthenticationRequirements,
            "the level of assurance is none of those that the request insists on",
        ),
        ClientError::TooMuch => {
            (OAuthErrorCode::ServerError, "more is said of the person than this client can take")
        }
        ClientError::NotAccepted => (
            OAuthErrorCode::ServerError,
            "the answer of the identity provider could not be accepted",
        ),
        ClientError::TryAgain => (
            OAuthErrorCode::TemporarilyUnavailable,
            "the login service is temporarily unavailable; try again",
        ),
    };
    (code, sentence.to_owned())
}

/// Why the person is not logged in, as far as it is the client's to know: somebody who tries a fraud learns nothing.
fn denied(error: &LoginError) -> &'static str {
    let reported = match error {
        LoginError::Upstream(error) => error.reported(),
        _ => None,
    };
    match reported {
        Some(
            meaning @ (StatusMeaning::Cancelled
            | StatusMeaning::ConsentRefused
            | StatusMeaning::TimedOut
            | StatusMeaning::WrongCredentials
            | StatusMeaning::AccountSuspended
            | StatusMeaning::OtherIdentity),
        ) => meaning.sentence(),
        Some(
            StatusMeaning::SuspectedFraud
            | StatusMeaning::NoAuthnContext
            | StatusMeaning::Requester,
        )
        | None => "the login was cancelled or did not succeed",
    }
}
