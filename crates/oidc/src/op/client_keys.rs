//! The keys by which a client signs its assertions.

use crate::{
    jose::jwk_set::JwkSet,
    wire::url::{UrlError, check_url},
};

/// Where the public keys of a client are.
#[derive(Debug, Clone)]
pub enum ClientKeys {
    /// In the configuration.
    Registered(JwkSet),
    /// Where the client publishes them.
    Published(JwksUri),
}

/// The URL of a client's JWK Set, as the configuration writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwksUri(String);

impl JwksUri {
    /// Takes an absolute https URL, or http on this machine, without user or fragment.
    ///
    /// # Errors
    /// [`UrlError`], which says what to write instead.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        check_url(text)?;
        Ok(Self(text.to_owned()))
    }

    /// The URL as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it leads to this machine, which only a test setup wants.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.0.starts_with("http://")
    }
}
