//! Adapters for downstreams: relying parties, by protocol.

pub(crate) mod oidc;
pub(crate) mod saml;

pub use oidc::OidcProvider;
pub use oidc::accepted_logins::AcceptedLogins;
pub use oidc::back_channel::{BackChannel, BackChannels};
pub use oidc::client_keys::fetch_client_keys;
pub use oidc::client_keys_error::ClientKeysError;
pub use oidc::push_error::PushError;
pub use oidc::redeem::SPEND_WITHIN;
pub use oidc::redeem_error::RedeemError;
pub use oidc::userinfo_error::UserInfoError;
pub use saml::name_id::{NameIdFormat, NameIdRule};
pub use saml::{ConfiguredServiceProvider, SamlIdentityProvider};
