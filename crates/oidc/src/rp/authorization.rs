//! The authorization request to a provider [OIDC Core §3.1.2.1].

use std::fmt;
use std::time::Duration;

use crate::{
    rp::{
        acr::Acr,
        endpoint::Endpoint,
        login_values::{Nonce, State},
    },
    wire::{client_id::ClientId, pkce::CodeChallenge, query::with_query},
};

/// An authorization request of the code flow. `state`, `nonce` and the PKCE challenge are always
/// there [RFC 9700 §2.1.1].
#[derive(Debug, Clone)]
pub struct AuthorizationRequest<'a> {
    /// The provider's authorization endpoint.
    pub endpoint: &'a Endpoint,
    /// Our client id at the provider.
    pub client_id: &'a ClientId,
    /// Our redirect URI, as it is registered there.
    pub redirect_uri: &'a str,
    /// The scopes beside `openid`, which is always asked for.
    pub scopes: &'a [String],
    /// Binds the callback to the browser.
    pub state: &'a State,
    /// Binds the ID token to the login.
    pub nonce: &'a Nonce,
    /// Binds the code to the verifier that we keep.
    pub challenge: &'a CodeChallenge,
    /// How long ago the person may have authenticated. The ID token then must have `auth_time`.
    pub max_age: Option<Duration>,
    /// Whether the provider may, must or must not show a page.
    pub prompt: Option<Prompt>,
    /// The levels that will do, best first.
    pub acr_values: &'a [Acr],
    /// The person's languages, best first.
    pub ui_locales: &'a [String],
}

/// What the provider shows to a person who may have a session there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Nothing: whoever has no session is not logged in.
    None,
    /// The login, session or not.
    Login,
}

impl Prompt {
    const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
        }
    }
}

impl AuthorizationRequest<'_> {
    /// The URL to send the browser to.
    #[must_use]
    pub fn url(&self) -> AuthorizationUrl {
        let scope = spaced(std::iter::once("openid").chain(self.scopes.iter().map(String::as_str)));
        let acr_values = spaced(self.acr_values.iter().map(Acr::as_str));
        let ui_locales = spaced(self.ui_locales.iter().map(String::as_str));
        let max_age = self.max_age.map(|age| age.as_secs().to_string());
        let always = [
            ("response_type", "code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", self.redirect_uri),
            ("scope", &scope),
            ("state", self.state.as_str()),
            ("nonce", self.nonce.as_str()),
            ("code_challenge", self.challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let wishes = [
            ("max_age", max_age.as_deref()),
            ("prompt", self.prompt.map(Prompt::as_str)),
            ("acr_values", Some(acr_values.as_str()).filter(|list| !list.is_empty())),
            ("ui_locales", Some(ui_locales.as_str()).filter(|list| !list.is_empty())),
        ];
        let wishes = wishes.into_iter().filter_map(|(name, value)| Some((name, value?)));
        AuthorizationUrl(with_query(self.endpoint.as_str(), always.into_iter().chain(wishes)))
    }
}

fn spaced<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// The value of a `Location` header: printable ASCII. It holds the `state`, so `Debug` does not show
/// it.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationUrl(String);

impl AuthorizationUrl {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthorizationUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationUrl(redacted)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use url::Url;

    use super::*;
    use crate::rp::samples::{REDIRECT_URI, client_id, issuer, nonce, state, verifier};

    /// The URL of a plain request, once `change` has changed it.
    fn url(change: impl FnOnce(AuthorizationRequest<'_>) -> AuthorizationUrl) -> AuthorizationUrl {
        let endpoint = Endpoint::parse("https://op.example/auth?tenant=a", &issuer(), &[]).unwrap();
        change(AuthorizationRequest {
            endpoint: &endpoint,
            client_id: &client_id(),
            redirect_uri: REDIRECT_URI,
            scopes: &[],
            state: &state(),
            nonce: &nonce(),
            challenge: &verifier().challenge(),
            max_age: None,
            prompt: None,
            acr_values: &[],
            ui_locales: &[],
        })
    }

    fn pairs(url: &AuthorizationUrl) -> Vec<(String, String)> {
        Url::parse(url.as_str()).unwrap().query_pairs().into_owned().collect()
    }

    #[test]
    fn a_plain_request_has_state_nonce_and_a_challenge_and_nothing_to_spare() {
        let (state, nonce, challenge) = (state(), nonce(), verifier().challenge());
        let expected = [
            ("tenant", "a"),
            ("response_type", "code"),
            ("client_id", "silta"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid"),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs(&url(|plain| plain.url())), expected);
    }

    #[test]
    fn wishes_are_sent_as_the_specification_writes_them() {
        let levels = ["urn:b", "urn:a"].map(|level| Acr::parse(level).unwrap());
        let words = ["sv", "fi"].map(str::to_owned);
        let scopes = ["profile".to_owned(), "a&b=c".to_owned()];
        let sent = pairs(&url(|plain| {
            let wishes = AuthorizationRequest {
                max_age: Some(Duration::ZERO),
                prompt: Some(Prompt::Login),
                acr_values: &levels,
                ui_locales: &words,
                scopes: &scopes,
                ..plain
            };
            wishes.url()
        }));
        for (name, value) in [
            ("max_age", "0"),
            ("prompt", "login"),
            ("acr_values", "urn:b urn:a"),
            ("ui_locales", "sv fi"),
            ("scope", "openid profile a&b=c"),
        ] {
            assert!(sent.contains(&(name.to_owned(), value.to_owned())), "{name}");
        }
    }

    #[test]
    fn a_provider_is_told_to_show_no_page() {
        let sent = url(|plain| AuthorizationRequest { prompt: Some(Prompt::None), ..plain }.url());
        assert!(pairs(&sent).contains(&("prompt".to_owned(), "none".to_owned())));
    }

    #[test]
    fn is_not_printed() {
        assert_eq!(format!("{:?}", url(|plain| plain.url())), "AuthorizationUrl(redacted)");
    }
}
