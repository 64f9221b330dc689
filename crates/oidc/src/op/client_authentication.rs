//! Client authentication [RFC 6749 §2.3], the same at every endpoint that clients call by themselves.

mod assertion;
mod error;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;

pub use assertion::{ClientAssertion, ClientAssertionError, VerifiedClientAssertion};
pub use error::ClientAuthenticationError;

use crate::{
    op::{
        client::Client, client_registry::ClientRegistry, client_secret::ClientSecret,
        registered_authentication::ClientAuthentication,
    },
    wire::params::{Params, form_decoded, lenient_values},
};

/// What a client sent to prove who it is; nothing of it is verified. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct ClientCredentials(Presented);

#[derive(Debug, Clone)]
enum Presented {
    /// One candidate, or the two that a Basic header can mean.
    Secret(Vec<CredentialsCandidate>),
    /// A signed assertion.
    Assertion(ReceivedAssertion),
    /// Its id and nothing else.
    Id(String),
}

/// A client id and a secret, as one way of decoding reads them.
#[derive(Debug, Clone)]
struct CredentialsCandidate {
    client_id: String,
    secret: SecretString,
}

/// An assertion, and the client that it is said to be from.
#[derive(Debug, Clone)]
struct ReceivedAssertion {
    client_id: String,
    compact: SecretString,
}

/// How far credentials prove who sent them.
#[derive(Debug)]
pub enum Authentication<'a> {
    /// It is this client; or says so, if it is a public one, of which nobody can prove more.
    Proved(&'a Client),
    /// It is, if this assertion can be verified by one of the client's keys.
    Asserted(ClientAssertion<'a>),
}

impl ClientCredentials {
    /// Reads `client_secret_basic`, `client_secret_post` or `private_key_jwt`, but never two of them
    /// [RFC 6749 §2.3], or the `client_id` of a client that has nothing to prove itself by.
    ///
    /// # Errors
    /// Every [`ClientAuthenticationError`] that can be seen without knowing the client.
    pub fn read(
        params: &Params,
        authorization: Option<&str>,
    ) -> Result<Self, ClientAuthenticationError> {
        let client_id = params.one("client_id")?;
        let secret = params.one("client_secret")?;
        let assertion = params.one("client_assertion")?;
        match (authorization, secret, assertion) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
                Err(ClientAuthenticationError::Conflicting)
            }
            (None, None, None) => {
                let client_id = client_id.ok_or(ClientAuthenticationError::Missing)?;
                Ok(Self(Presented::Id(client_id.to_owned())))
            }
            (None, None, Some(compact)) => {
                if params.one("client_assertion_type")? != Some(JWT_BEARER) {
                    return Err(ClientAuthenticationError::AssertionType);
                }
                let claimed = || assertion::claimed_subject(compact);
                let client_id = client_id.map(str::to_owned).or_else(claimed);
                let client_id = client_id.ok_or(ClientAssertionError::Malformed)?;
                let compact = compact.into();
                Ok(Self(Presented::Assertion(ReceivedAssertion { client_id, compact })))
            }
            (Some(header), None, None) => {
                let mut candidates =
                    basic_credentials(header).ok_or(ClientAuthenticationError::UnreadableHeader)?;
                if let Some(named) = client_id {
                    candidates.retain(|candidate| candidate.client_id == named);
                }
                if candidates.is_empty() {
                    return Err(ClientAuthenticationError::Conflicting);
                }
                Ok(Self(Presented::Secret(candidates)))
            }
            (None, Some(secret), None) => {
                let client_id =
                    client_id.ok_or(ClientAuthenticationError::ClientIdMissing)?.to_owned();
                let candidate = CredentialsCandidate { client_id, secret: secret.into() };
                Ok(Self(Presented::Secret(vec![candidate])))
            }
        }
    }

    /// The client whose id and secret match a candidate, whose keys can verify the assertion, or that is
    /// public.
    ///
    /// # Errors
    /// [`ClientAuthenticationError::Missing`], if there is only an id, and not of a public client; and
    /// [`ClientAuthenticationError::Failed`], for an unknown client, for a wrong secret, and for a way
    /// that is not the client's.
    pub fn authenticate<'a>(
        &self,
        clients: &'a ClientRegistry,
    ) -> Result<Authentication<'a>, ClientAuthenticationError> {
        let proved = match &self.0 {
            Presented::Secret(candidates) => {
                with_secret(candidates, clients).map(Authentication::Proved)
            }
            Presented::Assertion(received) => clients
                .find(&received.client_id)
                .and_then(|client| received.of(client))
                .map(Authentication::Asserted),
            Presented::Id(id) => {
                let client = clients.find(id).filter(|client| client.is_public());
                let client = client.ok_or(ClientAuthenticationError::Missing)?;
                Some(Authentication::Proved(client))
            }
        };
        proved.ok_or(ClientAuthenticationError::Failed)
    }
}

impl ReceivedAssertion {
    /// The assertion for this client, if it may send one.
    fn of<'a>(&self, client: &'a Client) -> Option<ClientAssertion<'a>> {
        match client.authentication() {
            ClientAuthentication::Keys(keys) => {
                Some(ClientAssertion { client, keys, compact: self.compact.clone() })
            }
            ClientAuthentication::Secrets(_) | ClientAuthentication::None => None,
        }
    }
}

/// The client whose id and secret match a candidate. Candidates that match two clients authenticate
/// neither.
///
/// It does the same work whether a client exists or not, and whichever candidate matches, so that
/// timing does not reveal which clients exist.
fn with_secret<'a>(
    candidates: &[CredentialsCandidate],
    clients: &'a ClientRegistry,
) -> Option<&'a Client> {
    let proved = candidates.iter().filter_map(|candidate| {
        let client = clients.find(&candidate.client_id);
        let accepted = match client.map(Client::authentication) {
            Some(ClientAuthentication::Secrets(secrets)) => secrets.accept(&candidate.secret),
            Some(ClientAuthentication::Keys(_) | ClientAuthentication::None) | None => {
                ClientSecret::UNKNOWN_CLIENT.matches(&candidate.secret)
            }
        };
        client.filter(|_| accepted)
    });
    // Collected, so that every candidate is compared before anything is decided.
    single_client(&proved.collect::<Vec<_>>())
}

/// The client that a request names in its `Authorization` header, its form or its assertion, if that
/// is exactly one of `clients`. It proves nothing: the log names it, so that the operator sees which
/// client fails. It is also found in a form that cannot be read as a whole.
#[must_use]
pub fn claimed_client<'a>(
    form: &str,
    authorization: Option<&str>,
    clients: &'a ClientRegistry,
) -> Option<&'a Client> {
    let in_header = authorization.and_then(basic_credentials).unwrap_or_default();
    let in_header = in_header.into_iter().map(|candidate| candidate.client_id);
    let asserted = lenient_values(form, "client_assertion");
    let asserted = asserted.filter_map(|compact| assertion::claimed_subject(&compact));
    let named = in_header.chain(lenient_values(form, "client_id")).chain(asserted);
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

/// The `client_assertion_type` of [RFC 7523 §2.2].
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[cfg(test)]
mod tests;
