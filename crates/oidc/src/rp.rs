//! The relying party that Silta is at an upstream OpenID Provider.
//!
//! [`ProviderMetadata`] says where the provider is. [`AuthorizationRequest`] is the URL that the browser
//! is sent to. [`Unverified<Callback>`] becomes an [`AuthorizationResponse`] only when it answers the
//! login of this browser, from the provider that was asked. [`TokenRequest`] redeems the code.
//!
//! Everything is pure: time, random octets, signatures and what the provider answered come in as
//! arguments. Only the code flow exists, always with PKCE, `state` and `nonce`.

mod acr;
mod authorization;
mod callback;
mod client_assertion;
mod discovery;
mod endpoint;
mod issuer;
mod login_values;
mod response;
mod token_request;
mod unverified;

pub use acr::Acr;
pub use authorization::{AuthorizationRequest, AuthorizationUrl, Prompt};
pub use callback::{
    AuthorizationErrorCode, AuthorizationResponse, Callback, CallbackError, CallbackExpectation,
    ReceivedCode,
};
pub use client_assertion::{ClientAssertion, UnsignedClientAssertion};
pub use discovery::{
    ClientAuthenticationMethod, DiscoveryError, ProviderExpectation, ProviderMetadata,
};
pub use endpoint::{Endpoint, EndpointError, Origin, OriginError};
pub use issuer::ProviderIssuer;
pub use login_values::{CodeVerifier, Nonce, State};
pub use response::ProviderResponse;
pub use token_request::{AuthenticatedTokenRequest, ClientAuthentication, TokenRequest};
pub use unverified::Unverified;

#[cfg(test)]
mod samples;
