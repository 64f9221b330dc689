//! The URLs of a provider, and where they may point.

use thiserror::Error;
use url::Url;

use crate::{
    rp::issuer::ProviderIssuer,
    wire::url::{UrlError, check_url},
};

/// A URL of a provider that stands on its issuer's origin or on one that the configuration lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Takes a URL from a provider's metadata, or from the configuration.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn parse(
        text: &str,
        issuer: &ProviderIssuer,
        origins: &[Origin],
    ) -> Result<Self, EndpointError> {
        if text.len() > MAX_LENGTH {
            return Err(EndpointError::TooLong);
        }
        check_url(text).map_err(EndpointError::Url)?;
        // The exception for loopback is for a provider that is on loopback itself.
        if text.starts_with("http://") && !issuer.as_str().starts_with("http://") {
            return Err(EndpointError::Url(UrlError::NotHttps));
        }
        let own = Origin::of(issuer.as_str()).ok_or(EndpointError::Origin)?;
        let origin = Origin::of(text).ok_or(EndpointError::Origin)?;
        if origin != own && !origins.contains(&origin) {
            return Err(EndpointError::Origin);
        }
        Ok(Self(text.to_owned()))
    }

    /// The URL as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Scheme, host and port [RFC 6454 §4].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(url::Origin);

impl Origin {
    /// Takes an origin from the configuration, such as `https://keys.example`.
    ///
    /// # Errors
    /// [`OriginError`], which says what to write instead.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        check_url(text)?;
        match text.split_once("://") {
            Some((_, authority)) if !authority.contains(['/', '?']) => {
                Self::of(text).ok_or(OriginError::NotAnOrigin)
            }
            Some(_) | None => Err(OriginError::NotAnOrigin),
        }
    }

    /// The origin of a URL that [`check_url`] took.
    fn of(url: &str) -> Option<Self> {
        let origin = Url::parse(url).ok()?.origin();
        origin.is_tuple().then_some(Self(origin))
    }
}

/// A URL of a provider may not be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// More than 2048 octets.
    #[error("it is longer than 2048 octets")]
    TooLong,
    /// Not https, or not a URL that can be compared.
    #[error(transparent)]
    Url(UrlError),
    /// On an origin that nobody listed: a provider's metadata must not send us, or a client's
    /// credentials, to another machine.
    #[error("it is not on the issuer's origin, nor on one that the configuration lists")]
    Origin,
}

/// An origin in the configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OriginError {
    /// Not an https URL.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// It has a path or a query.
    #[error("it is not an origin; write scheme, host and port only, as in https://keys.example")]
    NotAnOrigin,
}

/// What browsers, proxies and servers all take.
const MAX_LENGTH: usize = 2048;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn endpoint(text: &str) -> Result<Endpoint, EndpointError> {
        let issuer = ProviderIssuer::parse("https://op.example/tenant").unwrap();
        Endpoint::parse(text, &issuer, &[Origin::parse("https://keys.example:8443").unwrap()])
    }

    #[test]
    fn takes_the_issuers_origin_and_listed_ones() {
        for good in [
            "https://op.example/token",
            "https://op.example:443/token?tenant=a",
            "https://keys.example:8443/jwks",
        ] {
            assert_eq!(endpoint(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn refuses_every_other_place() {
        let not_https = EndpointError::Url(UrlError::NotHttps);
        for (bad, reason) in [
            ("https://evil.example/token", EndpointError::Origin),
            ("https://op.example.evil.example/token", EndpointError::Origin),
            ("https://op.example:8443/token", EndpointError::Origin),
            ("https://keys.example/jwks", EndpointError::Origin),
            ("https://169.254.169.254/latest/meta-data", EndpointError::Origin),
            ("http://op.example/token", not_https.clone()),
            ("http://127.0.0.1/token", not_https.clone()),
            ("file:///etc/passwd", not_https),
            ("https://op.example@evil.example/", EndpointError::Url(UrlError::Userinfo)),
            ("https://op.example/token#a", EndpointError::Url(UrlError::Fragment)),
            ("/token", EndpointError::Url(UrlError::NotAbsolute)),
        ] {
            assert_eq!(endpoint(bad), Err(reason), "{bad}");
        }
        let long = format!("https://op.example/{}", "a".repeat(MAX_LENGTH));
        assert_eq!(endpoint(&long), Err(EndpointError::TooLong));
    }

    #[test]
    fn a_provider_on_this_machine_may_have_http() {
        let issuer = ProviderIssuer::parse("http://127.0.0.1:3000").unwrap();
        assert!(Endpoint::parse("http://127.0.0.1:3000/token", &issuer, &[]).is_ok());
        let other = Endpoint::parse("http://127.0.0.1:6379/", &issuer, &[]);
        assert_eq!(other, Err(EndpointError::Origin));
    }

    #[test]
    fn an_origin_has_no_path() {
        for bad in ["https://a.example/", "https://a.example/x", "https://a.example?x"] {
            assert_eq!(Origin::parse(bad), Err(OriginError::NotAnOrigin), "{bad}");
        }
        assert_eq!(Origin::parse("http://a.example"), Err(OriginError::Url(UrlError::NotHttps)));
    }
}
