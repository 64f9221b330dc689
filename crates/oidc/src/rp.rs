//! The relying party that Silta is at an upstream OpenID Provider.
//!
//! A login calls it five times. [`ProviderMetadata`] and [`JwkSet`](crate::JwkSet) say where the
//! provider is and what it signs with. [`AuthorizationRequest`] is the URL that the browser is sent
//! to. [`Unverified<Callback>`] becomes an [`AuthorizationResponse`] only when it answers the login of
//! this browser, from the provider that was asked. [`TokenRequest`] redeems the code, and
//! [`TokenResponse`] brings an [`Unverified<IdToken>`], which becomes a [`VerifiedIdToken`] or an
//! [`IdTokenError`]. [`verified_userinfo`] reads the claims of the same person.
//!
//! When the person logs out, [`ProviderLogoutRequest`] asks the provider to end its session, and an
//! [`Unverified<LogoutToken>`] says that it has ended one.
//!
//! Everything is pure: time, random octets, signatures and what the provider answered come in as
//! arguments. Only the code flow exists, always with PKCE, `state` and `nonce`.

mod access_token;
mod acr;
mod authorization;
mod callback;
mod claims;
mod client_assertion;
mod discovery;
mod endpoint;
mod id_token;
mod id_token_to_try;
mod issuer;
mod login_values;
mod logout_request;
mod logout_token;
mod response;
mod token_request;
mod token_response;
mod unverified;
mod userinfo;

pub use access_token::ProviderAccessToken;
pub use acr::Acr;
pub use authorization::{AuthorizationRequest, AuthorizationUrl, Prompt};
pub use callback::{
    AuthorizationErrorCode, AuthorizationResponse, Callback, CallbackError, CallbackExpectation,
    ReceivedCode,
};
pub use claims::{Claims, ClaimsError};
pub use client_assertion::{ClientAssertion, UnsignedClientAssertion};
pub use discovery::{
    ClientAuthenticationMethod, DiscoveryError, ProviderExpectation, ProviderMetadata,
};
pub use endpoint::{Endpoint, EndpointError, Origin, OriginError};
pub use id_token::{Expectation, IdToken, IdTokenError, ProviderSubject, VerifiedIdToken};
pub use id_token_to_try::{IdTokenToTry, IdTokenToTryError};
pub use issuer::ProviderIssuer;
pub use login_values::{CodeVerifier, Nonce, State};
pub use logout_request::ProviderLogoutRequest;
pub use logout_token::{
    LoggedOut, LogoutToken, LogoutTokenError, LogoutTokenExpectation, VerifiedLogoutToken,
};
pub use response::ProviderResponse;
pub use token_request::{AuthenticatedTokenRequest, ClientAuthentication, TokenRequest};
pub use token_response::{TokenErrorCode, TokenResponse, TokenResponseError};
pub use unverified::Unverified;
pub use userinfo::{UserInfoError, verified_userinfo};

#[cfg(test)]
mod samples;
