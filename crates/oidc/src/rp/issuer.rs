//! The issuer identifier of a provider.

use crate::wire::url::{UrlError, check_url};

/// A provider's issuer: the URL that its `iss` must be, octet for octet [OIDC Core §3.1.3.7]. A slash
/// at its end is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderIssuer(String);

impl ProviderIssuer {
    /// Takes an https URL (or http on this machine) without query and fragment [OIDC Discovery §3].
    ///
    /// # Errors
    /// [`UrlError`], which says what to write instead.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        check_url(text)?;
        if text.contains('?') {
            return Err(UrlError::Query);
        }
        Ok(Self(text.to_owned()))
    }

    /// The issuer as the provider writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the provider's metadata is [OIDC Discovery §4.1]: a slash at the issuer's end is removed
    /// first.
    #[must_use]
    pub fn discovery_url(&self) -> String {
        let base = self.0.strip_suffix('/').unwrap_or(&self.0);
        format!("{base}/.well-known/openid-configuration")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn keeps_the_slash_but_looks_for_metadata_without_it() {
        let issuer = ProviderIssuer::parse("https://op.example/tenant/").unwrap();
        assert_eq!(issuer.as_str(), "https://op.example/tenant/");
        assert_eq!(
            issuer.discovery_url(),
            "https://op.example/tenant/.well-known/openid-configuration"
        );
    }

    #[test]
    fn refuses_what_no_issuer_is() {
        assert_eq!(ProviderIssuer::parse("https://op.example?a"), Err(UrlError::Query));
        assert_eq!(ProviderIssuer::parse("https://op.example#a"), Err(UrlError::Fragment));
        assert_eq!(ProviderIssuer::parse("http://op.example"), Err(UrlError::NotHttps));
    }
}
