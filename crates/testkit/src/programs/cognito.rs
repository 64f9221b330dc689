//! A relying party that refuses what an Amazon Cognito user pool refuses, and names the rule.
//!
//! It does what the documentation says and what captured traffic shows, and nothing that is kinder:
//! no nonce, no PKCE, `client_secret_post` only, the JWKS fetched for every ID token, five minutes
//! for a login, profiles that keep what merely stops arriving. A test's browser carries what
//! [`Cognito::authorize`] returns, and brings back the query for [`Cognito::idpresponse`].

mod pool;
mod profile;
mod state;

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use url::Url;
use url::form_urlencoded;

use crate::back_channel::{BackChannel, Call, CallError};
use crate::entropy::SeededEntropy;
use crate::id_token::{self, IdTokenError};
use crate::jws;

pub use pool::{Attribute, CognitoConfigError, Endpoints, Pool, Provider, UserInfoMethod};
pub use profile::{Profile, UserProfileError};

/// A user pool with one OpenID Connect provider.
pub struct Cognito {
    network: Box<dyn BackChannel>,
    pool: Pool,
    provider: Provider,
    endpoints: Endpoints,
    entropy: SeededEntropy,
    attempts: BTreeMap<String, Attempt>,
    profiles: BTreeMap<String, Profile>,
}

/// What an application asks of the pool's own authorize endpoint.
#[derive(Debug, Clone)]
pub struct AppRequest {
    /// The app client.
    pub client_id: String,
    /// Where the application wants its answer.
    pub redirect_uri: String,
    /// The application's state: the longer it is, the longer the state that the provider gets.
    pub state: String,
}

/// A login under way, under the state that was sent for it.
#[derive(Debug)]
struct Attempt {
    app_state: String,
    begun: Timestamp,
}

/// What the application gets. `Debug` does not show the claims.
pub struct SignedIn {
    /// The application's own state.
    pub state: String,
    /// `username`, `identities`, `cognito:groups` and every stored attribute.
    pub claims: Map<String, Value>,
}

/// An endpoint that is called past the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Redeems codes.
    Token,
    /// Shows the keys.
    Jwks,
    /// Shows the claims.
    UserInfo,
}

/// Why a login ends in front of the application. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CognitoError {
    /// The answer has no `state`.
    MissingState,
    /// `state` is not, byte for byte, one that was sent and not answered yet.
    UnknownState,
    /// Five minutes have passed since the authorization request.
    TooLate,
    /// The provider answered with an error, which the application is told.
    Relayed {
        /// `error`.
        error: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// The answer has no `code`.
    MissingCode,
    /// The token endpoint's JSON error, which the application is told.
    TokenRefused {
        /// The HTTP status.
        status: u16,
        /// `error`.
        error: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// A call failed.
    Call(Endpoint, CallError),
    /// The token response lacks `id_token` or `access_token`, or is not for a bearer.
    TokenResponse(&'static str),
    /// The ID token breaks a rule.
    IdToken(IdTokenError),
    /// Userinfo's `sub` is not the ID token's [OIDC Core §5.3.2].
    OtherSubject,
    /// The profile cannot take what came.
    Profile(UserProfileError),
}

impl Cognito {
    /// Creates the provider in the pool, and reads its discovery document.
    ///
    /// # Errors
    /// The rule that the configuration or the discovery document breaks.
    pub async fn create(
        network: impl BackChannel + 'static,
        pool: Pool,
        provider: Provider,
    ) -> Result<Self, CognitoConfigError> {
        pool.check()?;
        provider.check(&pool)?;
        let endpoints = Endpoints::discover(&network, &provider).await?;
        Ok(Self {
            network: Box::new(network),
            pool,
            provider,
            endpoints,
            entropy: SeededEntropy::from_seed(1),
            attempts: BTreeMap::new(),
            profiles: BTreeMap::new(),
        })
    }

    /// The authorization request for an application that chose this provider: exactly five
    /// parameters, as captured.
    #[must_use]
    pub fn authorize(&mut self, app: &AppRequest, now: Timestamp) -> Url {
        let state = state::for_request(app, &self.pool.id, &self.provider.name, &self.entropy);
        let mut url = self.endpoints.authorize.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.provider.client_id.as_str()),
            ("redirect_uri", &self.pool.redirect_uri()),
            ("scope", &self.provider.authorize_scopes),
            ("response_type", "code"),
            ("state", &state),
        ]);
        self.attempts.insert(state, Attempt { app_state: app.state.clone(), begun: now });
        url
    }

    /// Takes the provider's answer, which `query` holds, to the end of the login.
    ///
    /// # Errors
    /// The first rule that is broken, in the order in which the pool looks.
    pub async fn idpresponse(
        &mut self,
        query: &str,
        now: Timestamp,
    ) -> Result<SignedIn, CognitoError> {
        let param = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let state = param("state").ok_or(CognitoError::MissingState)?;
        let attempt = self.attempts.remove(&state).ok_or(CognitoError::UnknownState)?;
        if now.duration_since(attempt.begun) >= ATTEMPT {
            return Err(CognitoError::TooLate);
        }
        if let Some(error) = param("error") {
            return Err(CognitoError::Relayed { error, description: param("error_description") });
        }
        let code = param("code").ok_or(CognitoError::MissingCode)?;
        let (id_token, access_token) = self.redeem(code).await?;
        let (sub, id_token) = self.verified(&id_token, now).await?;
        let userinfo = self.userinfo(&access_token).await?;
        if userinfo.get("sub").and_then(Value::as_str) != Some(&sub) {
            return Err(CognitoError::OtherSubject);
        }
        // Which of the two wins is not documented; in userinfo a provider has the newer word.
        let mut told = id_token;
        told.extend(userinfo);
        let username = self.learn(&sub, &told).map_err(CognitoError::Profile)?;
        Ok(SignedIn { state: attempt.app_state, claims: self.claims(&username, &sub) })
    }

    /// What is stored about a person, under `<ProviderName>_<sub>` in lower case.
    #[must_use]
    pub fn profile(&self, username: &str) -> Option<&Profile> {
        self.profiles.get(username)
    }

    /// `client_secret_post` is all it can do, whatever the discovery document lists.
    async fn redeem(&self, code: String) -> Result<(String, String), CognitoError> {
        let form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code),
            ("redirect_uri", self.pool.redirect_uri()),
            ("client_id", self.provider.client_id.clone()),
            ("client_secret", self.provider.client_secret.clone()),
        ];
        let failed = |failed| CognitoError::Call(Endpoint::Token, failed);
        let call = Call::post(&self.endpoints.token, form).with("user-agent", USER_AGENT);
        let answer = self.network.send(call).await.map_err(failed)?;
        let json = answer.json();
        let text = |name: &str| Some(json.as_ref().ok()?.get(name)?.as_str()?.to_owned());
        if let (false, Some(error)) = (answer.is_success(), text("error")) {
            let (status, description) = (answer.status, text("error_description"));
            return Err(CognitoError::TokenRefused { status, error, description });
        }
        answer.object().map_err(failed)?;
        let member = |name| text(name).ok_or(CognitoError::TokenResponse(name));
        if !member("token_type")?.eq_ignore_ascii_case("bearer") {
            return Err(CognitoError::TokenResponse("token_type"));
        }
        Ok((member("id_token")?, member("access_token")?))
    }

    /// Algorithm, key, signature, issuer, audience, expiry: in the documented order.
    async fn verified(
        &self,
        compact: &str,
        now: Timestamp,
    ) -> Result<(String, Map<String, Value>), CognitoError> {
        let token = id_token::rs256(compact).map_err(CognitoError::IdToken)?;
        let kid = token.header("kid").ok_or(CognitoError::IdToken(IdTokenError::NoKid))?;
        // Never from a cache: a rotation counts at once, and a slow JWKS breaks logins.
        let call = Call::get(&self.endpoints.jwks).with("user-agent", USER_AGENT);
        let jwks = self.network.send(call).await.and_then(|answer| answer.object());
        let jwks = jwks.map_err(|failed| CognitoError::Call(Endpoint::Jwks, failed))?;
        let mut keys = jwks.get("keys").and_then(Value::as_array).into_iter().flatten();
        let key = keys.find(|key| key["kid"] == kid).and_then(jws::rsa_key);
        let key = key.ok_or(CognitoError::IdToken(IdTokenError::UnknownKid))?;
        if !token.is_signed_by(&key) {
            return Err(CognitoError::IdToken(IdTokenError::Signature));
        }
        let ours = |one: &Value| *one == self.provider.client_id.as_str();
        let is_for_us =
            |aud: &Value| ours(aud) || aud.as_array().is_some_and(|all| all.iter().any(ours));
        let sub = id_token::subject(&token, &self.provider.oidc_issuer, is_for_us, now);
        Ok((sub.map_err(CognitoError::IdToken)?, token.claims))
    }

    async fn userinfo(&self, access_token: &str) -> Result<Map<String, Value>, CognitoError> {
        let url = &self.endpoints.userinfo;
        let call = match self.provider.attributes_request_method {
            UserInfoMethod::Get => Call::get(url),
            UserInfoMethod::Post => Call::post(url, vec![]),
        };
        let call = call.bearing(access_token).with("user-agent", USER_AGENT);
        let call = call.with("accept-encoding", "gzip,deflate");
        let answer = self.network.send(call).await.and_then(|answer| answer.object());
        answer.map_err(|failed| CognitoError::Call(Endpoint::UserInfo, failed))
    }

    /// Brings the profile up to date, or makes it; a refusal changes nothing.
    fn learn(&mut self, sub: &str, told: &Map<String, Value>) -> Result<String, UserProfileError> {
        let username = profile::username(&self.provider.name, sub)?;
        let mut profile = self.profiles.get(&username).cloned().unwrap_or_default();
        profile.learn(told, &self.provider.mapping, &self.pool.attributes)?;
        self.profiles.insert(username.clone(), profile);
        Ok(username)
    }

    fn claims(&self, username: &str, sub: &str) -> Map<String, Value> {
        let provider = &self.provider.name;
        let identity = serde_json::json!({
            "userId": sub, "providerName": provider, "providerType": "OIDC", "issuer": null,
            "primary": true
        });
        let group = format!("{}_{provider}", self.pool.id);
        let attributes = self.profiles[username].attributes();
        let attributes = attributes.map(|(name, value)| (name.to_owned(), Value::from(value)));
        let own = [
            ("username", username.into()),
            ("identities", vec![identity].into()),
            ("cognito:groups", vec![group].into()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        attributes.chain(own).collect()
    }
}

impl fmt::Debug for Cognito {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cognito({}, {} profiles)", self.pool.domain, self.profiles.len())
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedIn({} claims)", self.claims.len())
    }
}

const ATTEMPT: SignedDuration = SignedDuration::from_mins(5);
const USER_AGENT: &str = "Amazon/Cognito";
