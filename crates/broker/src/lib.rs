//! The login broker: from an authorize request to tokens.
//!
//! The broker joins three crates that do not know each other (`silta-saml`, `silta-oidc`,
//! `silta-mapping`), and does input and output only through [`ports`].
//!
//! 1. [`Broker::start_login`]: sends the browser of a valid authorize request to its upstream.
//! 2. [`Broker::finish_login`]: judges the callback once, and issues an authorization code.
//! 3. [`Broker::redeem`]: redeems the code for tokens, once.
//! 4. [`Broker::userinfo`]: shows the claims to the holder of the access token.

mod abandoned;
mod audit;
mod broker;
mod error;
mod find_login;
mod finish;
mod hex;
mod login;
mod open_logins;
pub mod ports;
mod record;
mod redeem;
mod redeem_error;
mod saml_upstream;
mod sealed_store;
mod source_network;
mod start;
mod state;
mod store_error;
mod subject;
mod upstream;
mod userinfo;
mod userinfo_error;

pub use audit::Event;
pub use broker::{Broker, ClientPolicy, Ports, Settings, SettingsError};
pub use error::{ErrorClass, FailedLogin, FormBodyError, LoginError, UnavailableError};
pub use finish::CallbackForm;
pub use login::{BrowserBinding, LoginId, RelayState};
pub use open_logins::{OpenLogins, OpenLoginsError};
pub use redeem_error::RedeemError;
pub use saml_upstream::{AuthnContextRequest, RequestBinding, SamlUpstream};
pub use sealed_store::{SealKey, SealedStore};
pub use source_network::SourceNetwork;
pub use start::StartedLogin;
pub use state::LOGIN_LIFE;
pub use subject::SubjectKey;
pub use upstream::{
    Callback, CallbackError, Identity, LoginRequest, OutboundError, OutboundMessage, Pending,
    ReplayKey, UpstreamName,
};
pub use userinfo_error::UserInfoError;
