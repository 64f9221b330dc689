//! Responses at the redirect URI of a client.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    op::{
        authorization_code::AuthorizationCode, authorize::AuthorizeRuleError, client::Client,
        issuer::Issuer,
    },
    wire::{oauth_error::OAuthErrorCode, query::with_query},
};

/// A redirect URI that is registered for the client that asked. Only [`ValidRedirect::matching`]
/// makes one, and only from one can a [`Location`] be made.
///
/// ```compile_fail
/// let unchecked = silta_oidc::ValidRedirect("https://evil.example/".to_owned());
/// ```
///
/// `Deserialize` is for records that this provider sealed itself, never for text from a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ValidRedirect(String);

impl ValidRedirect {
    /// The redirect URI, if `client` registered exactly these bytes [RFC 9700 §2.1]: no
    /// normalisation, no prefixes, no wildcards, no free port on localhost.
    #[must_use]
    pub fn matching(given: &str, client: &Client) -> Option<Self> {
        let registered = client.redirect_uris().iter().find(|uri| uri.as_str() == given)?;
        Some(Self(registered.as_str().to_owned()))
    }

    /// The redirect URI as registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The response that carries `code` to the client [RFC 6749 §4.1.2].
    #[must_use]
    pub fn success(
        &self,
        issuer: &Issuer,
        code: &AuthorizationCode,
        state: Option<&State>,
    ) -> Location {
        self.answer(issuer, &[("code", code.as_str())], state)
    }

    /// The error response to the client [RFC 6749 §4.1.2.1]. The `description` is one of our
    /// own sentences, perhaps with a reference, and never text from a peer.
    #[must_use]
    pub fn error(
        &self,
        issuer: &Issuer,
        code: OAuthErrorCode,
        description: &str,
        state: Option<&State>,
    ) -> Location {
        let facts = [("error", code.as_str()), ("error_description", description)];
        self.answer(issuer, &facts, state)
    }

    fn answer(&self, issuer: &Issuer, facts: &[(&str, &str)], state: Option<&State>) -> Location {
        // `iss` stops mix-up attacks, in errors too [RFC 9207 §2].
        let facts = facts.iter().copied().chain([("iss", issuer.as_str())]);
        let state = state.map(|state| ("state", state.as_str()));

        // A registered query is kept, and added to [RFC 6749 §3.1.2].
        Location(with_query(&self.0, facts.chain(state)))
    }
}

/// The client's `state`, given back byte for byte [RFC 6749 §4.1.2].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State(String);

impl State {
    /// The longest `state` in bytes. Cognito packs the application's whole request into its own:
    /// 700 bytes are usual, 4 KiB happen.
    pub(crate) const MAX_LENGTH: usize = 8 * 1024;

    /// Takes any text that is short enough and free of control characters. [RFC 6749 §A.5] knows
    /// only printable ASCII, but clients send other text too, and get it back.
    pub(crate) fn new(text: &str) -> Result<Self, AuthorizeRuleError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(AuthorizeRuleError::TooLong("state"));
        }
        if text.contains(char::is_control) {
            return Err(AuthorizeRuleError::ControlCharacter("state"));
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} bytes)", self.0.len())
    }
}

/// The value of a `Location` header: printable ASCII. It holds a code, so `Debug` does not show it.
///
/// ```compile_fail
/// let open = silta_oidc::Location("https://evil.example/".to_owned());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Location(String);

impl Location {
    /// The URL to send the browser to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Location(redacted)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use url::Url;

    use super::*;
    use crate::samples::{CALLBACK, client, code, issuer, named_client, redirect};

    fn state(text: &str) -> State {
        State::new(text).unwrap()
    }

    fn pairs(location: &Location) -> Vec<(String, String)> {
        Url::parse(location.as_str()).unwrap().query_pairs().into_owned().collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn matches_what_is_registered_and_no_near_miss() {
        assert_eq!(ValidRedirect::matching(CALLBACK, &client()).unwrap().as_str(), CALLBACK);
        for near in [
            "https://shop.example/oauth2/idpresponse/",
            "https://shop.example/oauth2/idpresponse?",
            "https://shop.example/oauth2/idpresponse#",
            "https://shop.example/oauth2/idpresponse?a=b",
            "https://shop.example/oauth2/idpresponse/..;/",
            "https://shop.example/oauth2/%69dpresponse",
            "https://shop.example/oauth2/x/../idpresponse",
            "https://shop.example/oauth2/%2e%2e/oauth2/idpresponse",
            "https://shop.example/oauth2//idpresponse",
            "https://shop.example/OAuth2/idpresponse",
            "https://SHOP.example/oauth2/idpresponse",
            "HTTPS://shop.example/oauth2/idpresponse",
            "http://shop.example/oauth2/idpresponse",
            "https://shop.example:443/oauth2/idpresponse",
            "https://shop.example.:443/oauth2/idpresponse",
            "https://shop.example./oauth2/idpresponse",
            "https://shop.example.evil.example/oauth2/idpresponse",
            "https://evil.example/https://shop.example/oauth2/idpresponse",
            "https://shop.example@evil.example/oauth2/idpresponse",
            "https://a@b@shop.example/oauth2/idpresponse",
            "https://evil.example\\@shop.example/oauth2/idpresponse",
            "https://shoр.example/oauth2/idpresponse",
            " https://shop.example/oauth2/idpresponse",
            "https://shop.example/oauth2/idpresponse\t",
            "https://shop.example/oauth2/idpresponse\n",
            "https://shop.example/oauth2/",
            "//shop.example/oauth2/idpresponse",
            "",
        ] {
            assert_eq!(ValidRedirect::matching(near, &client()), None, "{near}");
        }
    }

    #[test]
    fn does_not_take_another_port_on_localhost() {
        let local = named_client("local", "http://127.0.0.1:3000/cb");
        assert_eq!(ValidRedirect::matching("http://127.0.0.1:3001/cb", &local), None);
    }

    #[test]
    fn carries_the_code_the_issuer_and_the_state() {
        let location = redirect().success(&issuer(), &code(), Some(&state("xyz")));
        assert!(location.as_str().starts_with("https://shop.example/oauth2/idpresponse?code="));
        let expected = [
            pair("code", code().as_str()),
            pair("iss", "https://login.example"),
            pair("state", "xyz"),
        ];
        assert_eq!(pairs(&location), expected);
    }

    #[test]
    fn an_error_names_the_issuer_too() {
        let reason = "the person cancelled (reference 7Q2K)";
        let location = redirect().error(&issuer(), OAuthErrorCode::AccessDenied, reason, None);
        let expected = [
            pair("error", "access_denied"),
            pair("error_description", reason),
            pair("iss", "https://login.example"),
        ];
        assert_eq!(pairs(&location), expected);
    }

    #[test]
    fn gives_the_state_back_byte_for_byte() {
        let all: String =
            (1..=0x2FF).filter_map(char::from_u32).filter(|one| !one.is_control()).collect();
        for text in [all.as_str(), "\"><script>alert(1)</script>", "a+b c%20&code=evil#x"] {
            let location = redirect().success(&issuer(), &code(), Some(&state(text)));
            assert!(location.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            assert_eq!(pairs(&location).pop().unwrap(), pair("state", text));
            assert_eq!(pairs(&location).len(), 3);
        }
    }

    #[test]
    fn adds_to_a_registered_query() {
        for (registered, start) in [
            ("https://shop.example/cb?tenant=a", "https://shop.example/cb?tenant=a&code="),
            ("https://shop.example/cb?tenant=a&", "https://shop.example/cb?tenant=a&code="),
            ("https://shop.example/cb?", "https://shop.example/cb?code="),
            ("https://shop.example", "https://shop.example?code="),
        ] {
            let to = ValidRedirect::matching(registered, &named_client("c", registered)).unwrap();
            let location = to.success(&issuer(), &code(), None);
            assert!(location.as_str().starts_with(start), "{}", location.as_str());
        }
    }

    #[test]
    fn never_prints_a_code_or_a_state() {
        let location = redirect().success(&issuer(), &code(), Some(&state("xyz")));
        assert_eq!(format!("{location:?} {:?}", state("xyz")), "Location(redacted) State(3 bytes)");
    }
}
