//! How a client proves who it is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;

use super::fault::TokenFault;
use crate::{
    client::{Client, ClientSecret},
    clients::Clients,
    params::{Params, form_decoded},
};

/// A client's claim to be somebody, with a secret that is yet to be compared.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    client_id: String,
    secret: SecretString,
}

impl Credentials {
    /// Reads `client_secret_basic` or `client_secret_post`, but never both [RFC 6749 §2.3].
    pub(super) fn read(params: &Params, authorization: Option<&str>) -> Result<Self, TokenFault> {
        let client_id = params.one("client_id")?;
        let secret = params.one("client_secret")?;
        let asserts = params.one("client_assertion")?.is_some();
        match (authorization, secret) {
            (Some(_), Some(_)) => Err(TokenFault::ConflictingCredentials),
            (Some(_), None) | (None, Some(_)) if asserts => Err(TokenFault::ConflictingCredentials),
            (None, None) if asserts => Err(TokenFault::UnsupportedAuthentication),
            (None, None) => Err(TokenFault::NoCredentials),
            (Some(header), None) => {
                let basic = Self::basic(header).ok_or(TokenFault::UnreadableAuthorization)?;
                match client_id {
                    Some(other) if other != basic.client_id => {
                        Err(TokenFault::ConflictingCredentials)
                    }
                    _ => Ok(basic),
                }
            }
            (None, Some(secret)) => {
                let client_id = client_id.ok_or(TokenFault::Missing("client_id"))?.to_owned();
                Ok(Self { client_id, secret: secret.into() })
            }
        }
    }

    /// Id and secret are form-urlencoded inside the Basic scheme [RFC 6749 §2.3.1].
    fn basic(header: &str) -> Option<Self> {
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim_matches(' ')).ok()?).ok()?;
        let (client_id, secret) = decoded.split_once(':')?;
        Some(Self {
            client_id: form_decoded(client_id).ok()?,
            secret: form_decoded(secret).ok()?.into(),
        })
    }

    /// Does the same work whether the client exists or not, so that time does not list clients.
    pub(super) fn authenticate<'a>(&self, clients: &'a Clients) -> Result<&'a Client, TokenFault> {
        let client = clients.find(&self.client_id);
        let accepted = match client {
            Some(client) => client.accepts(&self.secret),
            None => ClientSecret::NOBODYS.matches(&self.secret),
        };
        client.filter(|_| accepted).ok_or(TokenFault::InvalidClient)
    }
}
