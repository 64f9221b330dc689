//! Identity providers that have to be asked for what is known of them.

use std::sync::Arc;

use silta_broker::upstream::{
    DescribedSamlUpstream, MetadataFetchError, MetadataNews, NoNewerMetadata, OidcUpstream,
    ProviderError,
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

/// Providers that are asked for the same things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProviderKind {
    /// For metadata and keys, by every replica.
    Oidc,
    /// For metadata, by one replica for all.
    Saml,
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

/// What happened at a provider since it was last told.
#[derive(Default)]
pub(crate) struct ProviderNews {
    /// What became of the last attempt to learn something of it, if there was one.
    pub(crate) outcome: Option<Result<(), ProviderFault>>,
    /// Why a login that came by a key that nobody knows found nothing newer.
    pub(crate) unknown_key: Option<NoNewerMetadata>,
}

impl Provider {
    /// Asks it, if it is time, or learns what another replica was answered; what was known stays.
    pub(crate) async fn refresh(&self) -> ProviderNews {
        match self {
            Self::Oidc(provider) => {
                let outcome = provider.refresh().await.map_err(|error| (&error).into());
                ProviderNews { outcome: Some(outcome), ..ProviderNews::default() }
            }
            Self::Saml(provider) => {
                provider.refresh().await;
                let MetadataNews { outcome, unknown_key } = provider.take_news();
                let outcome = outcome.map(|outcome| outcome.map_err(ProviderFault::from));
                ProviderNews { outcome, unknown_key }
            }
        }
    }

    /// Whether anything is known of it.
    pub(crate) fn is_known(&self) -> bool {
        match self {
            Self::Oidc(provider) => provider.is_known(),
            Self::Saml(provider) => provider.description().is_some(),
        }
    }

    /// Waits until [`Self::refresh`] has something to tell that it does not cause itself.
    pub(crate) async fn news(&self) {
        match self {
            Self::Oidc(_) => std::future::pending().await,
            Self::Saml(provider) => provider.news().await,
        }
    }

    /// Whether it is asked by this watch.
    pub(crate) fn is_of(&self, kind: ProviderKind) -> bool {
        match self {
            Self::Oidc(_) => kind == ProviderKind::Oidc,
            Self::Saml(_) => kind == ProviderKind::Saml,
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
