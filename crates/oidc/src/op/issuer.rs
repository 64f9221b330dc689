//! The issuer identifier.

use std::fmt;

use crate::wire::url::{UrlError, check_url};

/// The issuer: the URL that clients compare with `iss`, exactly as the configuration writes it.
///
/// It comes from configuration only, never from a request's Host header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// Takes a URL such as `https://login.example` [OIDC Discovery §3].
    ///
    /// # Errors
    /// [`UrlError`], which says what to write instead.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        check_url(text)?;
        if text.contains('?') {
            return Err(UrlError::Query);
        }
        // Cognito refuses an issuer with a trailing slash.
        if text.ends_with('/') {
            return Err(UrlError::TrailingSlash);
        }
        Ok(Self(text.to_owned()))
    }

    /// The issuer as clients compare it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of an endpoint, whose `path` starts with a slash.
    #[must_use]
    pub fn endpoint(&self, path: &'static str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn keeps_the_issuer_as_it_is_written() {
        let issuer = Issuer::parse("https://login.example:443/a").unwrap();
        assert_eq!(issuer.as_str(), "https://login.example:443/a");
        assert_eq!(issuer.endpoint("/token"), "https://login.example:443/a/token");
    }

    #[test]
    fn refuses_what_clients_would_not_compare_equal() {
        assert_eq!(Issuer::parse("https://login.example/"), Err(UrlError::TrailingSlash));
        assert_eq!(Issuer::parse("https://login.example?a"), Err(UrlError::Query));
        assert_eq!(Issuer::parse("http://login.example"), Err(UrlError::NotHttps));
    }
}
