//! The OpenID Provider that our clients log in at.

pub(crate) mod authorization_code;
pub(crate) mod authorize;
pub(crate) mod claims_request;
pub(crate) mod client;
pub(crate) mod client_authentication;
pub(crate) mod client_keys;
pub(crate) mod client_registry;
pub(crate) mod client_secret;
pub(crate) mod discovery;
pub(crate) mod id_token;
pub(crate) mod id_token_hint;
pub(crate) mod introspection;
pub(crate) mod issuer;
pub(crate) mod logout_redirect;
pub(crate) mod logout_request;
pub(crate) mod logout_token;
pub(crate) mod preset;
pub(crate) mod pushed_request;
pub(crate) mod redirect;
pub(crate) mod refresh_token;
pub(crate) mod request_object;
pub(crate) mod response;
pub(crate) mod token_request;
pub(crate) mod token_response;
pub(crate) mod token_status_request;
pub(crate) mod userinfo;
