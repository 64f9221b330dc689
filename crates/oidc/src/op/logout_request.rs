//! A client asks for a logout [OIDC RP-Initiated Logout §2].

mod error;

use std::fmt;

pub use error::LogoutRequestError;

use crate::{
    jose::key_ring::KeyRing,
    op::{
        client::Client,
        client_registry::ClientRegistry,
        id_token_hint::{Hint, HintedPerson, OwnIdToken},
        issuer::Issuer,
        logout_redirect::LogoutRedirect,
        redirect::State,
        registered_redirect::RegisteredRedirect,
    },
    wire::{client_id::ClientId, language_tags::language_tags, params::Params},
};

/// A request for a logout that passed every rule: its client is known, its hint is a token of ours, and
/// its address is one that the client registered. Whether the person wants it is another question.
#[non_exhaustive]
pub struct LogoutRequest {
    /// Who asks: the client that the hint was issued to, or that the request names, which anybody can.
    pub client: Option<ClientId>,
    /// Whom the hint is about.
    pub hint: Option<HintedPerson>,
    /// Whether a hint counts as none, because the key that it names is not published any more.
    pub hint_ignored: bool,
    /// Where the person goes afterwards.
    pub redirect: Option<LogoutRedirect>,
    /// The languages that the person reads, best first; at most 16.
    pub ui_locales: Vec<String>,
    /// What the form of our own page adds when the person has said yes. It is an extension, and nothing of
    /// it is verified here.
    pub confirmation: Option<String>,
    /// The parameters that ask the same again, without the hint and the confirmation: whose client the hint
    /// says is named.
    pub again: Vec<(&'static str, String)>,
}

impl LogoutRequest {
    /// Checks the parameters of a request to the provider of this `issuer`, whose ID tokens `keys` signed.
    ///
    /// # Errors
    /// [`LogoutRequestError`]: the first rule that is broken.
    pub fn validate(
        params: &Params,
        clients: &ClientRegistry,
        (issuer, keys): (&Issuer, &KeyRing),
    ) -> Result<Self, LogoutRequestError> {
        each_once_and_bounded(params)?;
        let named = params.one("client_id")?.map(|id| known(id, clients)).transpose()?;
        let (hint, hint_ignored) = match params.one("id_token_hint")? {
            None => (None, false),
            Some(token) => match OwnIdToken::received(token).hint(issuer, keys) {
                Hint::Ours(person) => (Some(person), false),
                Hint::UnknownKey => (None, true),
                Hint::NotOurs => {
                    let client = named.map(|client| client.id().clone());
                    return Err(LogoutRequestError::IdTokenHint { client });
                }
            },
        };
        let hinted = hint.as_ref().map(|hint| known(hint.audience(), clients)).transpose()?;
        let client = match (hinted, named) {
            (Some(hinted), Some(named)) if hinted.id() != named.id() => {
                return Err(LogoutRequestError::HintOfAnotherClient { client: named.id().clone() });
            }
            (hinted, named) => hinted.or(named),
        };
        let named = client.map(|client| ("client_id", client.id().as_str()));
        let again = AGAIN.into_iter().filter_map(|name| Some((name, params.one(name).ok()??)));
        let again = named.into_iter().chain(again);
        Ok(Self {
            client: client.map(|client| client.id().clone()),
            hint,
            hint_ignored,
            redirect: redirect(params, client)?,
            ui_locales: language_tags(params.one("ui_locales")?),
            confirmation: params.one("confirmation")?.map(str::to_owned),
            again: again.map(|(name, value)| (name, value.to_owned())).collect(),
        })
    }

    /// The request at the fixed address of a client, whose software cannot add parameters: it goes to the
    /// first address that the client registered.
    ///
    /// # Errors
    /// [`LogoutRequestError::UnknownClient`].
    pub fn at_address_of(
        client: &str,
        clients: &ClientRegistry,
    ) -> Result<Self, LogoutRequestError> {
        let client = known(client, clients)?;
        let uri = client.post_logout_redirect_uris().first().map(RegisteredRedirect::as_str);
        let again = [("client_id", Some(client.id().as_str())), ("post_logout_redirect_uri", uri)];
        let again = again.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned())));
        Ok(Self {
            client: Some(client.id().clone()),
            hint: None,
            hint_ignored: false,
            redirect: uri.and_then(|uri| LogoutRedirect::matching(uri, client, None)),
            ui_locales: vec![],
            confirmation: None,
            again: again.collect(),
        })
    }
}

/// It names people.
impl fmt::Debug for LogoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutRequest").field("client", &self.client).finish_non_exhaustive()
    }
}

fn known<'c>(id: &str, clients: &'c ClientRegistry) -> Result<&'c Client, LogoutRequestError> {
    clients.find(id).ok_or(LogoutRequestError::UnknownClient)
}

/// What we look at comes once and is not absurdly long. What is not in the list, `logout_hint` among it, is
/// not looked at.
fn each_once_and_bounded(params: &Params) -> Result<(), LogoutRequestError> {
    for (name, longest) in MAX_LENGTH {
        if params.one(name)?.is_some_and(|value| value.len() > longest) {
            return Err(LogoutRequestError::TooLong(name));
        }
    }
    Ok(())
}

/// The address that the request wishes: it must be registered for the client that the hint, or else the
/// request, names. Without one `state` says nothing.
fn redirect(
    params: &Params,
    client: Option<&Client>,
) -> Result<Option<LogoutRedirect>, LogoutRequestError> {
    let Some(given) = params.one("post_logout_redirect_uri")? else { return Ok(None) };
    let client = client.ok_or(LogoutRequestError::RedirectWithoutClient)?;
    let state = params.one("state")?.map(State::new).transpose();
    let state = state.map_err(|_| LogoutRequestError::State { client: client.id().clone() })?;
    let redirect = LogoutRedirect::matching(given, client, state.as_ref());
    redirect
        .map(Some)
        .ok_or_else(|| LogoutRequestError::RedirectMismatch { client: client.id().clone() })
}

const AGAIN: [&str; 3] = ["post_logout_redirect_uri", "state", "ui_locales"];

/// Every parameter that is looked at, with its longest value in bytes; `state` has a limit of its own.
const MAX_LENGTH: [(&str, usize); 6] = [
    ("id_token_hint", 16 * 1024),
    ("client_id", 256),
    ("post_logout_redirect_uri", 2048),
    ("state", 64 * 1024),
    ("ui_locales", 2048),
    ("confirmation", 256),
];

#[cfg(test)]
mod tests;
