//! An OpenID Provider as an upstream.

mod callback;
pub(crate) mod error;
pub(crate) mod explained;
pub(crate) mod logout;
pub(crate) mod oidc_session;
pub(crate) mod pending_authorization_request;
mod provider;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use silta_oidc::rp::{
    Acr, AuthorizationRequest, Claims, ClientAuthenticationMethod, CodeVerifier, Nonce, Origin,
    Prompt, ProviderExpectation, ProviderIssuer, State, VerifiedIdToken,
};
use silta_oidc::{ClientId, PublicKey, SignatureAlgorithm};

use crate::callback_error::CallbackError;
use crate::failed_callback::FailedCallback;
use crate::logout::upstream_logout::UpstreamLogout;
use crate::model::identity::{Identity, ReplayProtection};
use crate::model::login_halves::RelayState;
use crate::model::login_request::{Freshness, LoginRequest};
use crate::model::message::{Callback, CallbackMethod, OutboundMessage};
use crate::model::needed_of_person::NeededOfPerson;
use crate::model::pending::Pending;
use crate::model::source_network::SourceNetwork;
use crate::model::upstream_session::UpstreamSession;
use crate::octets::Octets;
use crate::outbound_error::OutboundError;
use crate::ports::{
    CallbackRoom, Clock, Entropy, OutboundHttp, Signer, Upstream, UpstreamRequest, Waiting,
};
use crate::upstream::oidc::callback::VerifiedLogin;
use crate::upstream::oidc::error::{OidcCallbackError, ProviderError};
use crate::upstream::oidc::logout::OidcLogoutSettings;
use crate::upstream::oidc::oidc_session::OidcSession;
use crate::upstream::oidc::pending_authorization_request::PendingAuthorizationRequest;
use crate::upstream::oidc::provider::{KnownProvider, ProviderCache};
use crate::versioned::RecordError;

/// An OpenID Provider as an upstream, with our own relying party.
pub struct OidcUpstream {
    settings: Arc<OidcUpstreamSettings>,
    http: Arc<dyn OutboundHttp>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    provider: ProviderCache,
    waiting: Waiting,
}

/// What the configuration says of a provider.
pub struct OidcUpstreamSettings {
    /// Its issuer.
    pub issuer: ProviderIssuer,
    /// Our client id there.
    pub client_id: ClientId,
    /// Our redirect URI, as it is registered there.
    pub redirect_uri: String,
    /// How we authenticate at its token endpoint.
    pub credential: ClientCredential,
    /// The algorithms that its ID tokens may be signed with.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// Where its endpoints may stand beside the issuer's origin.
    pub origins: Vec<Origin>,
    /// The scopes beside `openid`.
    pub scopes: Vec<String>,
    /// Its assurance levels, weakest first: each is one `acr`, or several that are equally strong.
    pub levels: Vec<Vec<Acr>>,
    /// Whether claims are taken from its userinfo endpoint too, where it has one.
    pub userinfo: bool,
    /// How far its clock may be from ours.
    pub skew: Duration,
    /// Our addresses for logging out there, if we do.
    pub logout: Option<OidcLogoutSettings>,
}

/// How we authenticate at a provider's token endpoint [OIDC Core §9].
pub enum ClientCredential {
    /// `client_secret_basic`.
    SecretBasic(SecretString),
    /// `client_secret_post`.
    SecretPost(SecretString),
    /// `private_key_jwt`.
    PrivateKeyJwt {
        /// The public half of the key, which the provider finds at our `/jwks`.
        key: PublicKey,
        /// The private half.
        signer: Arc<dyn Signer>,
    },
}

impl OidcUpstreamSettings {
    /// What the provider's metadata must agree with.
    fn expectation(&self) -> ProviderExpectation<'_> {
        ProviderExpectation {
            issuer: &self.issuer,
            origins: &self.origins,
            algorithms: &self.algorithms,
            authentication: self.credential.method(),
            logout: self.logout.is_some(),
        }
    }
}

impl ClientCredential {
    fn method(&self) -> ClientAuthenticationMethod {
        match self {
            Self::SecretBasic(_) => ClientAuthenticationMethod::ClientSecretBasic,
            Self::SecretPost(_) => ClientAuthenticationMethod::ClientSecretPost,
            Self::PrivateKeyJwt { .. } => ClientAuthenticationMethod::PrivateKeyJwt,
        }
    }
}

impl OidcUpstream {
    /// The upstream of these settings; nothing is known of the provider yet.
    #[must_use]
    pub fn new(
        settings: OidcUpstreamSettings,
        http: Arc<dyn OutboundHttp>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let settings = Arc::new(settings);
        let provider = ProviderCache::new(settings.clone(), http.clone());
        Self { settings, http, clock, entropy, provider, waiting: Waiting::default() }
    }

    /// Takes over what `other` knows of the provider, if it is the same one and the same is expected of it.
    #[must_use]
    pub fn knowing_what(self, other: &Self) -> Self {
        if self.settings.expectation() == other.settings.expectation() {
            self.provider.learn_from(&other.provider);
        }
        self
    }

    /// Asks the provider for its metadata and keys. Call it at the start and every few minutes, so
    /// that no login has to.
    ///
    /// # Errors
    /// [`ProviderError`]; what was known stays.
    pub async fn refresh(&self) -> Result<(), ProviderError> {
        self.provider.refreshed(self.clock.now()).await.map(drop)
    }

    /// Whether anything is known of the provider.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.provider.known().is_some()
    }

    /// What is known of the provider. Who has to wait for it waits in the room of the callbacks.
    async fn known(
        &self,
        source: SourceNetwork,
        now: Timestamp,
    ) -> Result<Arc<KnownProvider>, OutboundError> {
        if let Some(known) = self.provider.known() {
            return Ok(known);
        }
        let _room =
            self.waiting.enter(source, MAX_WAITING).ok_or(OutboundError::Provider("busy"))?;
        let known = self.provider.known_or_fetched(now).await;
        known.map_err(|error| OutboundError::Provider(error.cause()))
    }

    fn random(entropy: &dyn Entropy) -> [u8; 32] {
        let mut random = [0; 32];
        entropy.fill(&mut random);
        random
    }

    fn identity(&self, login: &VerifiedLogin, claims: &Claims) -> Result<Identity, RecordError> {
        let session = self.settings.logout.as_ref().map(|_| session(&login.id_token));
        Ok(Identity {
            session: session.transpose()?,
            // The nonce that was compared is this login's alone.
            replay: ReplayProtection::BoundToLogin,
            authn_instant: login.id_token.auth_time(),
            attributes: attributes(login.id_token.subject().as_str(), claims),
            // `sub` is an attribute.
            named: vec![],
            name: None,
            acr: login.acr.clone(),
        })
    }

    fn rank(&self, acr: &str) -> Option<usize> {
        let is = |level: &Vec<Acr>| level.iter().any(|one| one.as_str() == acr);
        self.settings.levels.iter().position(is)
    }
}

#[async_trait]
impl Upstream for OidcUpstream {
    async fn start(
        &self,
        upstream_request: &UpstreamRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        let request = upstream_request.request;
        let weakest = upstream_request.weakest_rank(|acr| self.rank(acr))?;
        let levels: Vec<Acr> =
            self.settings.levels.iter().skip(weakest).flatten().cloned().collect();
        let now = upstream_request.now;
        let known = self.known(upstream_request.source, now).await?;

        let state = State::parse(upstream_request.relay_state.as_str());
        let state = state.ok_or(RecordError::Unreadable)?;
        let nonce_random = Self::random(upstream_request.entropy);
        let verifier_random = Self::random(upstream_request.entropy);
        let (nonce, verifier) = (Nonce::new(&nonce_random), CodeVerifier::new(&verifier_random));
        // What is asked for is a wish; that it was granted shows in `auth_time` [OIDC Core §2].
        let (authenticated_since, max_age) = match request.freshness {
            // A provider must send `auth_time` where `max_age` was sent, and need not otherwise.
            Freshness::Any => (None, upstream_request.needs_authn_instant.then_some(ANY_AGE)),
            Freshness::MaxAge(age) => (None, Some(age)),
            Freshness::Now => (Some(now), Some(Duration::ZERO)),
        };
        let authorization = AuthorizationRequest {
            endpoint: &known.metadata.authorization_endpoint,
            client_id: &self.settings.client_id,
            redirect_uri: &self.settings.redirect_uri,
            scopes: &self.settings.scopes,
            state: &state,
            nonce: &nonce,
            challenge: &verifier.challenge(),
            max_age,
            prompt: prompt(request),
            acr_values: &upstream_request.by_preference(&levels),
            ui_locales: &request.ui_locales,
        };
        let message = OutboundMessage::Redirect(authorization.url().into());
        let pending = PendingAuthorizationRequest {
            state: state.as_str().to_owned(),
            nonce: Octets(nonce_random),
            verifier: Octets(verifier_random),
            authenticated_since,
            max_age,
            weakest: levels.first().map(|acr| acr.as_str().to_owned()).unwrap_or_default(),
        };
        let pending = Pending::keep(&pending)?;
        Ok((message, pending))
    }

    fn relay_state(&self, callback: &Callback) -> Result<RelayState, CallbackError> {
        if callback.method() != CallbackMethod::Get {
            return Err(CallbackError::WrongMethod);
        }
        let state = callback.one("state")?.and_then(RelayState::parse);
        state.ok_or(CallbackError::UnknownHandle("state"))
    }

    async fn make_room(
        &self,
        source: SourceNetwork,
        now: Timestamp,
    ) -> Result<CallbackRoom, CallbackError> {
        let room = self.waiting.enter(source, MAX_WAITING).ok_or(OidcCallbackError::Busy)?;
        self.provider.known_or_fetched(now).await.map_err(OidcCallbackError::from)?;
        Ok(room)
    }

    async fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        _needed: NeededOfPerson,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        let pending: PendingAuthorizationRequest = pending.read()?;
        let login = self.verified_login(callback, &pending, now).await?;
        // A level that was asked for and is not configured any more cannot be reached.
        if !self.reaches(&login.acr, &pending.weakest) {
            // Userinfo is not asked about somebody who is not let in.
            let identity = self.identity(&login, login.id_token.claims()).ok().map(Box::new);
            return Err(FailedCallback { error: OidcCallbackError::WeakLevel.into(), identity });
        }
        let claims = self.claims(&login).await?;
        Ok(self.identity(&login, &claims)?)
    }

    fn reaches(&self, acr: &str, least: &str) -> bool {
        let least = self.rank(least);
        least.is_some() && self.rank(acr) >= least
    }

    fn logout(&self) -> Option<&dyn UpstreamLogout> {
        self.settings.logout.as_ref().map(|_| self as _)
    }
}

impl fmt::Debug for OidcUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OidcUpstream({})", self.settings.issuer.as_str())
    }
}

/// The session that an ID token tells of. When it ends, the provider does not say.
fn session(id_token: &VerifiedIdToken) -> Result<UpstreamSession, RecordError> {
    let handle = Pending::keep(&OidcSession::of(id_token))?;
    Ok(UpstreamSession { handle, names: oidc_session::names(id_token), ends: None })
}

fn prompt(request: &LoginRequest) -> Option<Prompt> {
    if request.passive {
        return Some(Prompt::None);
    }
    (request.freshness == Freshness::Now).then_some(Prompt::Login)
}

/// Claims as attributes: a plain name such as `given_name` becomes `oidc:given_name`, because another
/// protocol's attribute of that name may mean something else; a URI stays what it is everywhere. An
/// address that the provider has not verified is whatever the person typed [OIDC Core §5.1].
fn attributes(subject: &str, claims: &Claims) -> Vec<(String, Vec<String>)> {
    let name = |claim: &str| {
        if claim.contains(':') { claim.to_owned() } else { format!("oidc:{claim}") }
    };
    let subject = ("oidc:sub".to_owned(), vec![subject.to_owned()]);
    let verified = claims.values("email_verified").first().is_some_and(|value| value == "true");
    let believed = claims.iter().filter(|(claim, _)| *claim != "email" || verified);
    let claims = believed.map(|(claim, values)| (name(claim), values.map(str::to_owned).collect()));
    std::iter::once(subject).chain(claims).collect()
}

/// A `max_age` of ten years: no session is as old, so it asks for nothing but `auth_time`. Its seconds
/// fit into the 31 bits that some providers read.
const ANY_AGE: Duration = Duration::from_hours(10 * 365 * 24);

/// How many requests wait for one provider at once: half of what a core has under way (256), so that a
/// provider that does not answer leaves room for the logins at others. A provider that answers in
/// 0.6 s gets two hundred logins a second with it.
const MAX_WAITING: usize = 128;
