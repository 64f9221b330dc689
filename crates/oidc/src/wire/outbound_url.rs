//! The URLs that Silta calls by itself.

use std::fmt;

use thiserror::Error;
use url::Url;

use crate::wire::url::{UrlError, check_url};

/// A URL that may be called: https, or http to this machine, without user and fragment. It is parsed
/// once, so that the host that is checked is the host that is called. `Debug` shows nothing of it,
/// because a peer's document may name it.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundUrl(Url);

impl OutboundUrl {
    /// Takes a URL from the configuration, or from a document that the configuration trusts.
    ///
    /// # Errors
    /// [`OutboundUrlError`].
    pub fn parse(text: &str) -> Result<Self, OutboundUrlError> {
        if text.len() > MAX_URL {
            return Err(OutboundUrlError::TooLong);
        }
        check_url(text)?;
        Ok(Self(Url::parse(text).map_err(|_| UrlError::NotAbsolute)?))
    }

    /// Whether it leads to this machine, which only a test setup wants: nobody can mean another one by http.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The URL with its parts.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for OutboundUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutboundUrl(redacted)")
    }
}

/// A URL may not be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OutboundUrlError {
    /// More than 2048 octets.
    #[error("it is longer than 2048 octets")]
    TooLong,
    /// Not https, or not a URL that two programs read alike.
    #[error(transparent)]
    Url(#[from] UrlError),
}

/// What browsers, proxies and servers all take.
const MAX_URL: usize = 2048;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for good in ["https://op.example/token?tenant=a", "http://127.0.0.1:3000/token"] {
            assert_eq!(OutboundUrl::parse(good).unwrap().as_url().as_str(), good);
        }
        for (bad, reason) in [
            ("http://op.example/token", UrlError::NotHttps),
            ("file:///etc/passwd", UrlError::NotHttps),
            ("https://op.example@evil.example/", UrlError::Userinfo),
            ("https://op.example/token#a", UrlError::Fragment),
            ("/token", UrlError::NotAbsolute),
        ] {
            assert_eq!(OutboundUrl::parse(bad), Err(OutboundUrlError::Url(reason)), "{bad}");
        }
        let long = format!("https://op.example/{}", "a".repeat(MAX_URL));
        assert_eq!(OutboundUrl::parse(&long), Err(OutboundUrlError::TooLong));
    }

    #[test]
    fn a_url_is_not_printed() {
        let url = OutboundUrl::parse("https://op.example/hidden-path").unwrap();
        assert_eq!(format!("{url:?}"), "OutboundUrl(redacted)");
    }
}
