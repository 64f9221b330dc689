//! Identity providers that have to be asked for what is known of them.

use std::sync::Arc;

use silta_broker::upstream::{
    DescribedSamlUpstream, MetadataFetchError, OidcUpstream, ProviderError,
};
use silta_saml::IdentityProviderDescription;

use crate::provider_advice::{advice, of_metadata_fetch};

/// One of them, by protocol.
#[derive(Clone)]
pub(crate) enum Provider {
    /// By OpenID Connect: its metadata and keys.
    Oidc(Arc<OidcUpstream>),
    /// By SAML: its metadata.
    Saml(Arc<DescribedSamlUpstream>),
}

/// Why nothing newer is known of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderFault {
    /// A short stable word.
    pub(crate) cause: &'static str,
    /// A sentence.
    pub(crate) detail: String,
    /// What to do.
    pub(crate) instead: &'static str,
}

impl Provider {
    /// Asks it, if it is time; what was known stays.
    pub(crate) async fn refresh(&self) -> Option<Result<(), ProviderFault>> {
        match self {
            Self::Oidc(provider) => Some(provider.refresh().await.map_err(|error| (&error).into())),
            Self::Saml(provider) => {
                let outcome = provider.refresh().await?;
                Some(outcome.map_err(ProviderFault::from))
            }
        }
    }

    /// What metadata of SAML says of it, if that is known.
    pub(crate) fn description(&self) -> Option<IdentityProviderDescription> {
        match self {
            Self::Oidc(_) => None,
            Self::Saml(provider) => provider.description(),
        }
    }
}

impl From<&ProviderError> for ProviderFault {
    fn from(error: &ProviderError) -> Self {
        Self { cause: error.cause(), detail: error.to_string(), instead: advice(error) }
    }
}

impl From<MetadataFetchError> for ProviderFault {
    fn from(error: MetadataFetchError) -> Self {
        Self { cause: error.cause(), detail: error.to_string(), instead: of_metadata_fetch(error) }
    }
}
