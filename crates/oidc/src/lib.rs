//! OpenID Provider rules: authorize requests, client authentication, tokens and userinfo.
//!
//! A login calls it four times. [`AuthorizeRequest::validate`] turns a query into a
//! [`ValidAuthorizeRequest`], or an error that says where it may be sent. [`ValidRedirect::success`]
//! carries the [`AuthorizationCode`] to the client. [`TokenRequest`] and [`GrantBinding`] check whether
//! the client may redeem the code for an [`IdToken`] and a [`TokenResponse`]. [`bearer_token`] reads
//! the access token of a userinfo request.
//!
//! Everything is pure: time, random octets and the configured clients come in as arguments.
//!
//! The provider is deliberately narrow: response type `code`, response mode `query`, RS256 with at
//! least 2048 bits, PKCE with S256, confidential clients with a shared secret.

mod authorization_code;
mod authorize;
mod client;
mod client_registry;
mod discovery;
mod id_token;
mod issuer;
mod keys;
mod oauth_error;
mod opaque_token;
mod params;
mod pkce;
mod redirect;
mod scope;
mod token_request;
mod token_response;
mod url;
mod userinfo;

pub use authorization_code::AuthorizationCode;
pub use authorize::{
    AuthorizeError, AuthorizePageError, AuthorizeRedirectError, AuthorizeRequest,
    AuthorizeRuleError, ValidAuthorizeRequest,
};
pub use client::{Client, ClientConfigError, ClientId, ClientSecret, RegisteredRedirect};
pub use client_registry::{ClientRegistry, DuplicateClientError};
pub use discovery::provider_metadata;
pub use id_token::{IdToken, RESERVED_CLAIMS, UnsignedIdToken};
pub use issuer::Issuer;
pub use keys::{KeyRing, PublicKey, SigningError, SigningKey, SigningKeyError};
pub use oauth_error::OAuthErrorCode;
pub use params::{Params, ParamsError, RepeatedParamError};
pub use pkce::CodeChallenge;
pub use redirect::{Location, State, ValidRedirect};
pub use scope::Scope;
pub use token_request::{GrantBinding, TokenRequest, TokenRequestError, claimed_client};
pub use token_response::{AccessToken, TokenResponse};
pub use url::{UrlError, check_url};
pub use userinfo::{UserInfoRequestError, UserInfoResponse, bearer_token};

#[cfg(test)]
mod samples;
