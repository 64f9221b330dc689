//! Client authentication [RFC 6749 §2.3], the same at every endpoint that clients call by themselves.

mod error;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;

pub use error::ClientAuthenticationError;

use crate::{
    op::{
        client::{Client, ClientSecret},
        client_registry::ClientRegistry,
    },
    wire::params::{Params, form_decoded, lenient_values},
};

/// What a client sent to prove who it is; nothing of it is verified. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct ClientCredentials(Vec<CredentialsCandidate>);

/// A client id and a secret, as one way of decoding reads them.
#[derive(Debug, Clone)]
struct CredentialsCandidate {
    client_id: String,
    secret: SecretString,
}

impl ClientCredentials {
    /// Reads `client_secret_basic` or `client_secret_post`, but never both [RFC 6749 §2.3]: one
    /// candidate, or the two that a Basic header can mean.
    ///
    /// # Errors
    /// Every [`ClientAuthenticationError`] that can be seen without knowing the client.
    pub fn read(
        params: &Params,
        authorization: Option<&str>,
    ) -> Result<Self, ClientAuthenticationError> {
        let client_id = params.one("client_id")?;
        let secret = params.one("client_secret")?;
        let asserts = params.one("client_assertion")?.is_some();
        match (authorization, secret) {
            (Some(_), Some(_)) => Err(ClientAuthenticationError::Conflicting),
            (Some(_), None) | (None, Some(_)) if asserts => {
                Err(ClientAuthenticationError::Conflicting)
            }
            (None, None) if asserts => Err(ClientAuthenticationError::Unsupported),
            (None, None) => Err(ClientAuthenticationError::Missing),
            (Some(header), None) => {
                let mut candidates =
                    basic_credentials(header).ok_or(ClientAuthenticationError::UnreadableHeader)?;
                if let Some(named) = client_id {
                    candidates.retain(|candidate| candidate.client_id == named);
                }
                if candidates.is_empty() {
                    return Err(ClientAuthenticationError::Conflicting);
                }
                Ok(Self(candidates))
            }
            (None, Some(secret)) => {
                let client_id =
                    client_id.ok_or(ClientAuthenticationError::ClientIdMissing)?.to_owned();
                Ok(Self(vec![CredentialsCandidate { client_id, secret: secret.into() }]))
            }
        }
    }

    /// The client whose id and secret match a candidate. Candidates that match two clients
    /// authenticate neither.
    ///
    /// It does the same work whether a client exists or not, and whichever candidate matches, so that
    /// timing does not reveal which clients exist.
    ///
    /// # Errors
    /// [`ClientAuthenticationError::Failed`], for an unknown client and for a wrong secret.
    pub fn authenticate<'a>(
        &self,
        clients: &'a ClientRegistry,
    ) -> Result<&'a Client, ClientAuthenticationError> {
        let proved = self.0.iter().filter_map(|candidate| {
            let client = clients.find(&candidate.client_id);
            let accepted = match client {
                Some(client) => client.accepts(&candidate.secret),
                None => ClientSecret::UNKNOWN_CLIENT.matches(&candidate.secret),
            };
            client.filter(|_| accepted)
        });
        // Collected, so that every candidate is compared before anything is decided.
        single_client(&proved.collect::<Vec<_>>()).ok_or(ClientAuthenticationError::Failed)
    }
}

/// The client that a request names in its `Authorization` header or its form, if that is exactly one
/// of `clients`. It proves nothing: the log names it, so that the operator sees which client fails. It
/// is also found in a form that cannot be read as a whole.
#[must_use]
pub fn claimed_client<'a>(
    form: &str,
    authorization: Option<&str>,
    clients: &'a ClientRegistry,
) -> Option<&'a Client> {
    let in_header = authorization.and_then(basic_credentials).unwrap_or_default();
    let in_header = in_header.into_iter().map(|candidate| candidate.client_id);
    let named = in_header.chain(lenient_values(form, "client_id"));
    single_client(&named.filter_map(|id| clients.find(&id)).collect::<Vec<_>>())
}

/// The candidates of a Basic header. Id and secret are form-urlencoded in it [RFC 6749 §2.3.1]; but
/// curl, Authlib and others send them as they are, so the undecoded pair is a candidate too.
/// Otherwise a secret with `+` or `%` would lock those clients out; where a `%` begins no escape, the
/// undecoded pair is the only candidate.
fn basic_credentials(header: &str) -> Option<Vec<CredentialsCandidate>> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim_matches(' ')).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let mut candidates = vec![];
    if let (Ok(decoded_id), Ok(decoded)) = (form_decoded(id), form_decoded(secret))
        && (decoded_id != id || decoded != secret)
    {
        candidates.push(CredentialsCandidate { client_id: decoded_id, secret: decoded.into() });
    }
    candidates.push(CredentialsCandidate { client_id: id.to_owned(), secret: secret.into() });
    Some(candidates)
}

/// The client, if all of `clients` are the same one.
fn single_client<'a>(clients: &[&'a Client]) -> Option<&'a Client> {
    let (first, others) = clients.split_first()?;
    others.iter().all(|other| other.id() == first.id()).then_some(*first)
}

#[cfg(test)]
mod tests;
