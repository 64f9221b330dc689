//! How a client proves who it is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;

use super::fault::TokenFault;
use crate::{
    client::{Client, ClientSecret},
    clients::Clients,
    params::{Params, form_decoded, lenient_values},
};

/// A client's claim to be somebody, with a secret that is yet to be compared: one reading of it, or
/// the two that a Basic header can have.
#[derive(Debug, Clone)]
pub(super) struct Credentials(Vec<Reading>);

/// An id and a secret, as one way of decoding gives them.
#[derive(Debug, Clone)]
struct Reading {
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
                let mut readings = basic(header).ok_or(TokenFault::UnreadableAuthorization)?;
                if let Some(named) = client_id {
                    readings.retain(|reading| reading.client_id == named);
                }
                if readings.is_empty() {
                    return Err(TokenFault::ConflictingCredentials);
                }
                Ok(Self(readings))
            }
            (None, Some(secret)) => {
                let client_id = client_id.ok_or(TokenFault::Missing("client_id"))?.to_owned();
                Ok(Self(vec![Reading { client_id, secret: secret.into() }]))
            }
        }
    }

    /// The client whose id and secret one of the readings has. Two readings that prove two clients
    /// prove neither.
    ///
    /// Does the same work whether a client exists or not, and whichever reading fits, so that time
    /// does not list clients.
    pub(super) fn authenticate<'a>(&self, clients: &'a Clients) -> Result<&'a Client, TokenFault> {
        let proved = self.0.iter().filter_map(|reading| {
            let client = clients.find(&reading.client_id);
            let accepted = match client {
                Some(client) => client.accepts(&reading.secret),
                None => ClientSecret::NOBODYS.matches(&reading.secret),
            };
            client.filter(|_| accepted)
        });
        // Collected, so that every reading is compared before anything is decided.
        the_only(&proved.collect::<Vec<_>>()).ok_or(TokenFault::InvalidClient)
    }
}

/// The client that a token request says it comes from, in its `Authorization` header or its form, if
/// it names exactly one of `clients`. It proves nothing: it is for the operator, who asks which
/// client is locked out. So it is found in forms too that cannot be read as a whole.
#[must_use]
pub fn claimed_client<'a>(
    form: &str,
    authorization: Option<&str>,
    clients: &'a Clients,
) -> Option<&'a Client> {
    let in_header = authorization.and_then(basic).unwrap_or_default();
    let in_header = in_header.into_iter().map(|reading| reading.client_id);
    let named = in_header.chain(lenient_values(form, "client_id"));
    the_only(&named.filter_map(|id| clients.find(&id)).collect::<Vec<_>>())
}

/// What a Basic header says. Id and secret are form-urlencoded inside the scheme [RFC 6749 §2.3.1];
/// but curl, Authlib and others put them there as they are, so that reading counts as well. A secret
/// that holds `+` or `%` would otherwise lock them out; where a `%` begins no escape, it is the only
/// reading.
fn basic(header: &str) -> Option<Vec<Reading>> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim_matches(' ')).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let mut readings = vec![];
    if let (Ok(decoded_id), Ok(decoded)) = (form_decoded(id), form_decoded(secret))
        && (decoded_id != id || decoded != secret)
    {
        readings.push(Reading { client_id: decoded_id, secret: decoded.into() });
    }
    readings.push(Reading { client_id: id.to_owned(), secret: secret.into() });
    Some(readings)
}

/// The client that all of these are, if there is one.
fn the_only<'a>(clients: &[&'a Client]) -> Option<&'a Client> {
    let (first, others) = clients.split_first()?;
    others.iter().all(|other| other.id() == first.id()).then_some(*first)
}
