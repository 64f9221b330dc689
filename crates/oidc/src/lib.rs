//! OpenID Provider rules: what a client may ask, how it proves itself, and what it is answered.
//!
//! One login passes through here four times. [`AuthorizeRequest::validate`] turns a query into a
//! [`ValidAuthorize`] or says where the refusal may go. [`ValidRedirect::success`] carries the
//! [`Code`] back. [`TokenRequest`] and [`GrantBinding`] decide whether that code may be spent, and
//! [`IdToken`] with [`TokenResponse`] is what it buys. [`bearer_token`] opens `/userinfo`.
//!
//! Everything is pure: the time, random bytes and the configured clients come in as arguments.
//!
//! The provider is deliberately narrow: response type `code`, response mode `query`, RS256 with at
//! least 2048 bits, PKCE with S256, confidential clients with a shared secret.

mod authorize;
mod client;
mod clients;
mod code;
mod discovery;
mod error;
mod handle;
mod id_token;
mod issuer;
mod keys;
mod params;
mod pkce;
mod plain_url;
mod redirect;
mod scope;
mod token;
mod tokens;
mod userinfo;

pub use authorize::{
    AuthorizeFault, AuthorizeReason, AuthorizeRequest, PageFault, RedirectFault, ValidAuthorize,
};
pub use client::{Client, ClientId, ClientSecret, RegisteredRedirect, UnusableClient};
pub use clients::{Clients, DuplicateClient};
pub use code::Code;
pub use discovery::provider_metadata;
pub use error::OAuthCode;
pub use id_token::{IdToken, RESERVED_CLAIMS, TokenToSign};
pub use issuer::Issuer;
pub use keys::{KeyFault, KeyRing, PublicKey, SigningFailed, SigningKey};
pub use params::{MalformedParams, Params, Repeated};
pub use pkce::Challenge;
pub use plain_url::{UnusableUrl, check as plain_url};
pub use redirect::{Location, State, ValidRedirect};
pub use scope::Scope;
pub use token::{GrantBinding, TokenFault, TokenRequest, claimed_client};
pub use tokens::{AccessToken, TokenResponse};
pub use userinfo::{UserInfo, UserInfoFault, bearer_token};

#[cfg(test)]
mod samples;
