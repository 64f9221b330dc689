//! From a callback to what is verified of the person: the code is redeemed, the ID token verified,
//! userinfo read.

use silta_oidc::OutboundUrl;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use silta_oidc::rp::{
    AuthenticatedTokenRequest, AuthorizationResponse, Callback as RpCallback, CallbackExpectation,
    Claims, ClientAuthentication, CodeVerifier, Expectation, Nonce, ProviderAccessToken,
    ReceivedCode, State, TokenRequest, TokenResponse, UnsignedClientAssertion, VerifiedIdToken,
    verified_userinfo,
};

use crate::model::message::Callback;
use crate::ports::{OutboundMethod, OutboundRequest, OutboundResponse};
use crate::upstream::oidc::error::{OidcCallbackError, ProviderError};
use crate::upstream::oidc::pending_authorization_request::PendingAuthorizationRequest;
use crate::upstream::oidc::provider::{KnownProvider, NoNewerKeys, as_provider};
use crate::upstream::oidc::{ClientCredential, OidcUpstream};

/// What is verified of the person who logged in, whatever their level.
pub(super) struct VerifiedLogin {
    pub(super) id_token: VerifiedIdToken,
    /// The level that was reached.
    pub(super) acr: String,
    known: Arc<KnownProvider>,
    access_token: ProviderAccessToken,
}

impl OidcUpstream {
    /// Who logged in, by the ID token.
    pub(super) async fn verified_login(
        &self,
        callback: &Callback,
        pending: &PendingAuthorizationRequest,
        now: Timestamp,
    ) -> Result<VerifiedLogin, OidcCallbackError> {
        let known = self.provider.known_or_fetched(now).await?;
        let state = State::parse(&pending.state).ok_or(OidcCallbackError::Remembered)?;
        let expect = CallbackExpectation {
            state: &state,
            issuer: &self.settings.issuer,
            issuer_required: known.metadata.sends_issuer,
        };
        let code = match RpCallback::read(callback.params())?.verify(&expect)? {
            AuthorizationResponse::Code(code) => code,
            AuthorizationResponse::Error(code) => return Err(OidcCallbackError::Refused(code)),
        };
        let tokens = self.redeem(&known, &code, pending, now).await?;
        let id_token = self.verify(known.clone(), &tokens, pending, now).await?;
        let acr = id_token.acr().filter(|acr| self.rank(acr.as_str()).is_some());
        let acr = acr.ok_or(OidcCallbackError::UnknownLevel)?.as_str().to_owned();
        Ok(VerifiedLogin { id_token, acr, known, access_token: tokens.access_token })
    }

    /// Redeems the code, which can be done once.
    async fn redeem(
        &self,
        known: &KnownProvider,
        code: &ReceivedCode,
        pending: &PendingAuthorizationRequest,
        now: Timestamp,
    ) -> Result<TokenResponse, OidcCallbackError> {
        let verifier = CodeVerifier::new(&pending.verifier.0);
        let request = TokenRequest {
            client_id: &self.settings.client_id,
            code,
            redirect_uri: &self.settings.redirect_uri,
            verifier: &verifier,
        };
        let endpoint = known.metadata.token_endpoint.as_str();
        let request = request.authenticated(&self.authentication(endpoint, now).await?);
        let response = self.send_token_request(endpoint, &request).await?;
        Ok(TokenResponse::read(&as_provider(&response))?)
    }

    async fn authentication(
        &self,
        token_endpoint: &str,
        now: Timestamp,
    ) -> Result<ClientAuthentication, OidcCallbackError> {
        let (key, signer) = match &self.settings.credential {
            ClientCredential::SecretBasic(secret) => {
                return Ok(ClientAuthentication::SecretBasic(secret.clone()));
            }
            ClientCredential::SecretPost(secret) => {
                return Ok(ClientAuthentication::SecretPost(secret.clone()));
            }
            ClientCredential::PrivateKeyJwt { key, signer } => (key, signer),
        };
        let (client_id, random) = (&self.settings.client_id, Self::random(self.entropy.as_ref()));
        let unsigned = UnsignedClientAssertion::new(client_id, token_endpoint, &random, now, key);
        let signature = signer.sign(unsigned.signing_input()).await;
        Ok(ClientAuthentication::PrivateKeyJwt(unsigned.with_signature(&signature?)))
    }

    async fn send_token_request(
        &self,
        endpoint: &str,
        request: &AuthenticatedTokenRequest,
    ) -> Result<OutboundResponse, OidcCallbackError> {
        let request = OutboundRequest {
            url: &OutboundUrl::parse(endpoint).map_err(ProviderError::from)?,
            method: OutboundMethod::PostForm(request.body()),
            accept: "application/json",
            authorization: request.authorization(),
            max_body: MAX_RESPONSE,
            time_out: TIME_OUT,
        };
        let sent = self.http.send(&request).await;
        sent.map_err(|error| OidcCallbackError::Http { step: "token", error })
    }

    /// Verifies the ID token; where the provider seems to have new keys, with those, once.
    async fn verify(
        &self,
        known: Arc<KnownProvider>,
        tokens: &TokenResponse,
        pending: &PendingAuthorizationRequest,
        now: Timestamp,
    ) -> Result<VerifiedIdToken, OidcCallbackError> {
        let nonce = Nonce::new(&pending.nonce.0);
        let by_age = pending.max_age.and_then(|age| now.checked_sub(age).ok());
        let expect = Expectation {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            algorithms: &known.metadata.algorithms,
            nonce: &nonce,
            access_token: &tokens.access_token,
            authenticated_since: pending.authenticated_since.or(by_age),
            skew: self.settings.skew,
        };
        // The token was issued after the callback came.
        let now = self.clock.now();
        match tokens.id_token.clone().verify(&expect, &known.keys, now) {
            Err(error) if error.needs_new_keys() => {
                let newer = self.provider.newer_than(&known, now).await;
                // The login is refused for its key, whatever became of the look for a newer one.
                let newer = newer.map_err(|why| match why {
                    NoNewerKeys::AskedLately => OidcCallbackError::from(error),
                    NoNewerKeys::NotFetched(cause) => OidcCallbackError::NoNewerKeys(cause),
                })?;
                Ok(tokens.id_token.clone().verify(&expect, &newer.keys, now)?)
            }
            verified => Ok(verified?),
        }
    }

    /// The claims of the ID token, and those that only userinfo has.
    pub(super) async fn claims(&self, login: &VerifiedLogin) -> Result<Claims, OidcCallbackError> {
        let VerifiedLogin { id_token, known, access_token, .. } = login;
        let claims = id_token.claims().clone();
        let endpoint = known.metadata.userinfo_endpoint.as_ref().filter(|_| self.settings.userinfo);
        let Some(endpoint) = endpoint else { return Ok(claims) };
        let request = OutboundRequest {
            url: &OutboundUrl::parse(endpoint.as_str()).map_err(ProviderError::from)?,
            method: OutboundMethod::Get,
            accept: "application/json",
            authorization: Some(&access_token.authorization()),
            max_body: MAX_RESPONSE,
            time_out: TIME_OUT,
        };
        let response = self.http.send(&request).await;
        let response =
            response.map_err(|error| OidcCallbackError::Http { step: "userinfo", error })?;
        Ok(claims.completed_by(verified_userinfo(&as_provider(&response), id_token)?))
    }
}

/// A token response has two tokens of some KiB each, userinfo a person.
const MAX_RESPONSE: usize = 128 * 1024;
/// The person waits for it, and their browser gives up after a while; most providers need 100 ms.
const TIME_OUT: Duration = Duration::from_secs(5);
