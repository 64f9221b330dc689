//! The login as a story: from an authorize request to tokens.
//!
//! The broker joins three leaves that do not know each other (`silta-saml`, `silta-oidc`,
//! `silta-mapping`) and reaches the world only through [`ports`].
//!
//! 1. [`Broker::begin`]: a valid authorize request leaves towards its upstream.
//! 2. [`Broker::finish`]: what the browser brings back is judged once, and becomes a code.
//! 3. [`Broker::redeem`]: the code becomes tokens, once.
//! 4. [`Broker::userinfo`]: the access token shows the claims.

mod abandoned;
mod audit;
mod begin;
mod broker;
mod fault;
mod finish;
mod hex;
mod login;
mod look;
mod open_logins;
pub mod ports;
mod record;
mod redeem;
mod saml_upstream;
mod source;
mod state;
mod store_error;
mod subject;
mod upstream;
mod userinfo;
mod vault;

pub use audit::Event;
pub use begin::Begin;
pub use broker::{Broker, Inconsistent, Ports, Service, Settings};
pub use fault::{BodyFault, Class, Fault, LoginFault, Unavailable};
pub use finish::Return;
pub use login::{BrowserBinding, LoginId, RelayState};
pub use open_logins::{OpenLogins, TooManyOpen};
pub use redeem::RedeemFault;
pub use saml_upstream::{ContextRequest, RequestBinding, SamlUpstream};
pub use source::Source;
pub use state::LOGIN_LIFE;
pub use subject::SubjectKey;
pub use upstream::{
    Ask, Begun, Departure, Identity, OnceId, Posted, Refusal, UpstreamName, UpstreamUnavailable,
};
pub use userinfo::UserInfoRefusal;
pub use vault::{SealKey, Vault};
