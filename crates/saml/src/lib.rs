//! SAML 2.0 for a service provider that trusts nothing it has not verified, and for the identity
//! provider it also is.
//!
//! Everything here is a pure function of its arguments: no I/O, no clock, no randomness. Time comes
//! in as [`jiff::Timestamp`], random bytes as arrays.
//!
//! The way through, for a response that came back from an identity provider:
//!
//! 1. [`Unverified::<Response>::from_post`](Unverified::from_post) bounds and decodes the message.
//!    It has no getters.
//! 2. [`Unverified::verify`] consumes it: limits, outer signature, decryption, inner signature,
//!    addressing, time. The only way out is a [`VerifiedAssertion`] or a [`ResponseError`].
//!
//! Identity is read from the very node whose canonical form a signature covered, in one DOM made by
//! one parser.

mod assertion;
mod authn_request;
mod encryption;
mod idp;
mod instant;
mod metadata;
pub mod namespace;
mod peer;
mod redirect;
mod response;
mod response_error;
mod signing;
mod status;
mod xml;

pub use silta_xml_security::{
    Certificate, DecryptionError, DecryptionKey, Element, EncryptionError, EncryptionParameters,
    KeyError, SignError, SignatureError, SigningCredential, SigningKey, ToBeSigned,
    VerificationKey, XmlError, algorithm,
};

pub use assertion::{Attribute, NameId, VerifiedAssertion};
pub use authn_request::{AuthnRequest, Comparison, RequestId, RequestedAuthnContext};
pub use encryption::encrypt_assertion;
pub use idp::{AssertionContent, ReceivedAuthnRequest, ResponseHeader, SealError};
pub use metadata::ServiceProviderMetadata;
pub use peer::{
    AssuranceLevels, EncryptionRule, IdentityProvider, NoAssuranceLevelsError,
    NoVerificationKeyError, PeerProfile, ServiceProvider, SignedParts,
};
pub use redirect::{DeflateError, MESSAGE_LIMIT, RedirectMessage, post_value, redirect_url};
pub use response::{Expectation, Response, Unverified};
pub use response_error::{Part, ResponseError, Verdict};
pub use signing::{enveloped_signature, sign_enveloped};
pub use status::StatusError;
