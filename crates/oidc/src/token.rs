//! The token request: who spends a code, and whether this is the code's owner.

mod credentials;
mod fault;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

pub use credentials::claimed_client;
pub use fault::TokenFault;

use crate::{
    authorize::ValidAuthorize,
    client::{Client, ClientId},
    clients::Clients,
    code::Code,
    params::Params,
    pkce::Challenge,
    redirect::ValidRedirect,
};
use credentials::Credentials;

/// A token request that can be read, of a client that has yet to prove who it is.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    credentials: Credentials,
    /// None when it cannot be one of ours.
    code: Option<Code>,
    redirect_uri: String,
    verifier: Option<SecretString>,
}

impl TokenRequest {
    /// Reads the form of a token request [RFC 6749 §4.1.3] and its `Authorization` header.
    /// Parameters in the query are not part of it.
    ///
    /// # Errors
    /// Every [`TokenFault`] that can be seen without knowing the client or the grant.
    pub fn parse(params: &Params, authorization: Option<&str>) -> Result<Self, TokenFault> {
        let required = |name| params.one(name)?.ok_or(TokenFault::Missing(name));
        let credentials = Credentials::read(params, authorization)?;
        if required("grant_type")? != "authorization_code" {
            return Err(TokenFault::UnsupportedGrantType);
        }
        Ok(Self {
            credentials,
            code: Code::parse(required("code")?),
            redirect_uri: required("redirect_uri")?.to_owned(),
            verifier: params.one("code_verifier")?.map(SecretString::from),
        })
    }

    /// The client, if it proved who it is.
    ///
    /// # Errors
    /// [`TokenFault::InvalidClient`], after the same work, for an unknown client and for a wrong
    /// secret.
    pub fn authenticate<'a>(&self, clients: &'a Clients) -> Result<&'a Client, TokenFault> {
        self.credentials.authenticate(clients)
    }

    /// The code to be spent; look at it only once the client has proved who it is.
    ///
    /// # Errors
    /// [`TokenFault::UnknownCode`] when it cannot be one of ours.
    pub fn code(&self) -> Result<&Code, TokenFault> {
        self.code.as_ref().ok_or(TokenFault::UnknownCode)
    }
}

/// Whom and what a code is bound to; it is kept with the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantBinding {
    client_id: ClientId,
    redirect: ValidRedirect,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<Challenge>,
}

impl GrantBinding {
    /// Binds a code to the request that it answers.
    #[must_use]
    pub fn of(request: &ValidAuthorize) -> Self {
        Self {
            client_id: request.client_id.clone(),
            redirect: request.redirect.clone(),
            challenge: request.challenge.clone(),
        }
    }

    /// Who asked.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Where the answer goes.
    #[must_use]
    pub fn redirect(&self) -> &ValidRedirect {
        &self.redirect
    }

    /// Whether the authenticated `client` may spend the code with this `request`
    /// [RFC 6749 §4.1.3], [RFC 7636 §4.6].
    ///
    /// # Errors
    /// One of the five [`TokenFault`]s that say what does not fit; each is `invalid_grant`.
    pub fn check(&self, request: &TokenRequest, client: &Client) -> Result<(), TokenFault> {
        if *client.id() != self.client_id {
            return Err(TokenFault::WrongClient);
        }
        if request.redirect_uri != self.redirect.as_str() {
            return Err(TokenFault::WrongRedirect);
        }
        match (&self.challenge, &request.verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.matches(verifier.expose_secret()) => {
                Ok(())
            }
            (Some(_), Some(_)) => Err(TokenFault::WrongVerifier),
            (Some(_), None) => Err(TokenFault::VerifierMissing),
            // Somebody stripped the challenge from the authorization request [RFC 9700 §2.1.1].
            (None, Some(_)) => Err(TokenFault::VerifierWithoutChallenge),
        }
    }
}

#[cfg(test)]
mod tests;
