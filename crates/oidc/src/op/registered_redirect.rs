//! The redirect URIs of a client, as the configuration says.

use url::Url;

use crate::wire::url::{UrlError, check_url, origin_of};

/// A redirect URI as the configuration writes it, compared byte for byte [RFC 9700 §2.1].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredRedirect(String);

impl RegisteredRedirect {
    /// Takes an absolute https URL, or http on this machine, without user or fragment.
    ///
    /// # Errors
    /// [`UrlError`], which says what to write instead.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        check_url(text)?;
        Ok(Self(text.to_owned()))
    }

    /// The URI as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its origin as browsers write it in `Origin` [RFC 6454 §6.2]: the host in small letters, and no port
    /// that its scheme has anyway. `None` for what is no URL, which no redirect URI is.
    #[must_use]
    pub fn browser_origin(&self) -> Option<String> {
        Url::parse(&self.0).ok().map(|url| url.origin().ascii_serialization())
    }

    /// Its scheme, host and port [RFC 6454 §6.2], as written.
    #[must_use]
    pub fn origin(&self) -> &str {
        origin_of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_writes_the_origin_of_a_redirect_uri_in_one_way() {
        for (written, sent) in [
            ("https://app.example/callback?a=b", "https://app.example"),
            ("https://App.Example:443/callback", "https://app.example"),
            ("https://app.example:8443", "https://app.example:8443"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1:3000"),
            ("http://localhost:80/", "http://localhost"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            let origin = RegisteredRedirect::parse(written).map(|uri| uri.browser_origin());
            assert_eq!(origin, Ok(Some(sent.to_owned())), "{written}");
        }
    }
}
