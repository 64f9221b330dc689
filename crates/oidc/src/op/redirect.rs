//! Where a client's responses go, and the `state` that they give back.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    op::{authorize::AuthorizeRuleError, client::Client},
    wire::url::origin_of,
};

/// A redirect URI that is registered for the client that asked. Only [`ValidRedirect::matching`]
/// makes one, and only one has responses ([`AuthorizeResponse`](super::response::AuthorizeResponse)).
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

    /// Its scheme, host and port [RFC 6454 §6.2], as registered.
    #[must_use]
    pub fn origin(&self) -> &str {
        origin_of(&self.0)
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::{CALLBACK, client, named_client};

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
    fn the_origin_is_scheme_host_and_port_alone() {
        for (registered, origin) in [
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example/cb?a=b", "https://shop.example"),
            ("https://shop.example:8443?tenant=a", "https://shop.example:8443"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1:3000"),
        ] {
            let to = ValidRedirect::matching(registered, &named_client("c", registered)).unwrap();
            assert_eq!(to.origin(), origin);
        }
    }

    #[test]
    fn never_prints_a_state() {
        assert_eq!(format!("{:?}", State::new("xyz").unwrap()), "State(3 bytes)");
    }
}
