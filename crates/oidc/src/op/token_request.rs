//! The token request, and the check that the code was issued to its client.

mod code_request;
mod error;
mod refresh_request;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

pub use code_request::CodeRequest;
pub use error::TokenRequestError;
pub use refresh_request::RefreshRequest;

use crate::{
    op::{
        authorize::{AuthorizeRedirectError, ValidAuthorizeRequest},
        client::Client,
        client_authentication::ClientCredentials,
        redirect::ValidRedirect,
    },
    wire::{client_id::ClientId, params::Params, pkce::CodeChallenge},
};

/// A token request whose client is not authenticated yet.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    credentials: ClientCredentials,
    grant: GrantRequest,
}

/// The grant that a token request presents.
#[derive(Debug, Clone)]
pub enum GrantRequest {
    /// An authorization code [RFC 6749 §4.1.3].
    Code(CodeRequest),
    /// A refresh token [RFC 6749 §6].
    Refresh(RefreshRequest),
}

impl TokenRequest {
    /// Reads the form of a token request [RFC 6749 §4.1.3, §6] and its `Authorization` header.
    /// Parameters in the query are not part of it.
    ///
    /// # Errors
    /// Every [`TokenRequestError`] that can be seen without knowing the client or the grant.
    pub fn parse(params: &Params, authorization: Option<&str>) -> Result<Self, TokenRequestError> {
        let credentials = ClientCredentials::read(params, authorization)?;
        let grant_type = params.one("grant_type")?;
        let grant = match grant_type.ok_or(TokenRequestError::Missing("grant_type"))? {
            "authorization_code" => GrantRequest::Code(CodeRequest::read(params)?),
            "refresh_token" => GrantRequest::Refresh(RefreshRequest::read(params)?),
            _ => return Err(TokenRequestError::UnsupportedGrantType),
        };
        Ok(Self { credentials, grant })
    }

    /// What the client authenticates with.
    #[must_use]
    pub fn credentials(&self) -> &ClientCredentials {
        &self.credentials
    }

    /// The grant that it presents.
    #[must_use]
    pub fn grant(&self) -> &GrantRequest {
        &self.grant
    }
}

/// The client, redirect URI and challenge that a code is bound to; it is stored with the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantBinding {
    client_id: ClientId,
    redirect: ValidRedirect,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<CodeChallenge>,
}

impl GrantBinding {
    /// Remembers where an error goes; no code is bound to it.
    #[must_use]
    pub fn of_refused(refused: &AuthorizeRedirectError) -> Self {
        let (client_id, redirect) = (refused.client.clone(), refused.redirect.clone());
        Self { client_id, redirect, challenge: None }
    }

    /// Binds a code to its authorization request.
    #[must_use]
    pub fn of(request: &ValidAuthorizeRequest) -> Self {
        Self {
            client_id: request.client_id.clone(),
            redirect: request.redirect.clone(),
            challenge: request.challenge.clone(),
        }
    }

    /// The client of the authorization request.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Its redirect URI.
    #[must_use]
    pub fn redirect(&self) -> &ValidRedirect {
        &self.redirect
    }

    /// Checks that the authenticated `client` may redeem the code with this `request`
    /// [RFC 6749 §4.1.3], [RFC 7636 §4.6].
    ///
    /// # Errors
    /// One of the five [`TokenRequestError`]s that say what does not fit; each is `invalid_grant`.
    pub fn check(&self, request: &CodeRequest, client: &Client) -> Result<(), TokenRequestError> {
        if *client.id() != self.client_id {
            return Err(TokenRequestError::WrongClient);
        }
        if request.redirect_uri != self.redirect.as_str() {
            return Err(TokenRequestError::WrongRedirect);
        }
        match (&self.challenge, &request.verifier) {
            // Its configuration asked for no challenge when the code was issued, and does now.
            (None, None) if client.requires_pkce() => Err(TokenRequestError::VerifierMissing),
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.matches(verifier.expose_secret()) => {
                Ok(())
            }
            (Some(_), Some(_)) => Err(TokenRequestError::WrongVerifier),
            (Some(_), None) => Err(TokenRequestError::VerifierMissing),
            // Somebody stripped the challenge from the authorization request [RFC 9700 §2.1.1].
            (None, Some(_)) => Err(TokenRequestError::VerifierWithoutChallenge),
        }
    }
}

#[cfg(test)]
mod tests;
