//! Who asks for a login.

use std::fmt;

use serde::{Deserialize, Serialize};
use silta_oidc::ClientId;

use crate::model::short_name::is_short_name;

/// The name of a relying party in configuration, logs and metrics: the `client_id` of an OIDC client,
/// or the name that the configuration gives a SAML service provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RelyingParty(String);

impl RelyingParty {
    /// A name of 1 to 32 lower-case letters, digits and hyphens: it stands in logs and metrics, where
    /// an entityID would be long.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_short_name(text).then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&ClientId> for RelyingParty {
    fn from(client: &ClientId) -> Self {
        Self(client.as_str().to_owned())
    }
}

impl fmt::Display for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_service_provider_is_one_short_word() {
        for good in ["a", "client-vpn", "workspaces2", &"a".repeat(32)] {
            assert_eq!(RelyingParty::parse(good).map(|name| name.to_string()), Some(good.into()));
        }
        for bad in ["", "Vpn", "urn:amazon", "a/b", "a b", "å", &"a".repeat(33)] {
            assert_eq!(RelyingParty::parse(bad), None, "{bad}");
        }
    }
}
