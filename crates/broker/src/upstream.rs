//! Adapters for upstreams: identity providers, by protocol.

pub(crate) mod oidc;
pub(crate) mod saml;

pub use oidc::error::{OidcCallbackError, ProviderError};
pub use oidc::explained::attributes_of_token;
pub use oidc::logout::OidcLogoutSettings;
pub use oidc::{ClientCredential, OidcUpstream, OidcUpstreamSettings};
pub use saml::described::DescribedSamlUpstream;
pub use saml::encrypted_request::EncryptedRequest;
pub use saml::facts::{SamlFacts, SamlFactsError};
pub use saml::logout::{SamlLogout, SingleLogoutService};
pub use saml::metadata::{
    KnownIdentityProvider, METADATA_TIME_OUT, MakeSamlUpstream, MetadataSettings,
};
pub use saml::metadata_cache::MetadataNews;
pub use saml::metadata_fetch_error::MetadataFetchError;
pub use saml::no_newer_metadata::NoNewerMetadata;
pub use saml::outbound::{RequestBinding, SamlParties};
pub use saml::{AuthnContextRequest, ForceAuthn, SamlUpstream};
