//! OpenID Connect rules, for both sides: the provider that our clients log in at, and the relying party
//! that Silta is at an upstream provider ([`rp`]).
//!
//! A login at the provider calls it four times. [`AuthorizeRequest::validate`] turns a query into a
//! [`ValidAuthorizeRequest`], or an error that says where it may be sent. [`ValidRedirect::success`]
//! carries the [`AuthorizationCode`] to the client. [`TokenRequest`] and [`GrantBinding`] check whether
//! the client may redeem the code for an [`IdToken`] and a [`TokenResponse`], or a [`RefreshToken`] for
//! new ones. [`bearer_token`] reads the access token of a userinfo request.
//!
//! Everything is pure: time, random octets and the configured clients come in as arguments.
//!
//! The provider is deliberately narrow: response type `code`, response modes `query` and `form_post`,
//! RS256 with at least 2048 bits, PKCE with S256, clients with a shared secret, with
//! keys of their own, or with PKCE alone.

mod jose;
mod op;
pub mod rp;
mod wire;

pub use jose::algorithm::SignatureAlgorithm;
pub use jose::jwk_set::{JwkSet, JwkSetError, KeySelectionError};
pub use jose::jws::JwsError;
pub use jose::key_ring::KeyRing;
pub use jose::keys::{PublicKey, SigningError, SigningKey, SigningKeyError};
pub use jose::verification_key::UnusableKeyError;
pub use op::authorization_code::AuthorizationCode;
pub use op::authorize::{
    AuthorizeError, AuthorizePageError, AuthorizeRedirectError, AuthorizeRequest,
    AuthorizeRuleError, ValidAuthorizeRequest,
};
pub use op::client::Client;
pub use op::client_authentication::{
    Authentication, ClientAssertion, ClientAssertionError, ClientAuthenticationError,
    ClientCredentials, VerifiedClientAssertion, claimed_client,
};
pub use op::client_keys::ClientKeys;
pub use op::client_registry::{ClientRegistry, DuplicateClientError};
pub use op::client_secret::{ClientConfigError, ClientSecret, ClientSecrets};
pub use op::discovery::{Offer, provider_metadata};
pub use op::id_token::{IdToken, RESERVED_CLAIMS, UnsignedIdToken};
pub use op::id_token_hint::{Hint, HintedPerson, OwnIdToken};
pub use op::introspection::{ActiveToken, Introspection};
pub use op::issuer::Issuer;
pub use op::logout_redirect::LogoutRedirect;
pub use op::logout_request::{LogoutRequest, LogoutRequestError};
pub use op::logout_token::{LogoutToken, UnsignedLogoutToken};
pub use op::preset::{COGNITO_VALUE, Preset, PresetError};
pub use op::pushed_request::{PushedRequest, PushedRequestError, PushedResponse, RequestUri};
pub use op::redirect::{State, ValidRedirect};
pub use op::refresh_token::RefreshToken;
pub use op::registered_authentication::ClientAuthentication;
pub use op::registered_redirect::RegisteredRedirect;
pub use op::response::{AuthorizeResponse, Location, ResponseForm, ResponseMode};
pub use op::token_request::{
    CodeRequest, GrantBinding, GrantRequest, RefreshRequest, TokenRequest, TokenRequestError,
};
pub use op::token_response::{AccessToken, TokenResponse};
pub use op::token_status_request::{PresentedToken, TokenStatusRequest};
pub use op::userinfo::{UserInfoRequestError, UserInfoResponse, bearer_token};
pub use wire::client_id::{ClientId, ClientIdError};
pub use wire::json::JsonError;
pub use wire::oauth_error::OAuthErrorCode;
pub use wire::outbound_url::{OutboundUrl, OutboundUrlError};
pub use wire::params::{Params, ParamsError, RepeatedParamError};
pub use wire::pkce::CodeChallenge;
pub use wire::scope::Scope;
pub use wire::url::{UrlError, check_url};

#[cfg(test)]
mod samples;
