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

pub mod algorithm;
mod assertion;
mod authn_request;
mod c14n;
mod decrypt;
mod element;
mod encoding;
mod encrypt;
mod idp;
mod instant;
mod key_hint;
mod keys;
mod metadata;
pub mod namespace;
mod peer;
mod redirect;
mod response;
mod response_error;
mod scan;
mod sign;
mod signature;
mod signature_error;
mod signing_key;
mod start_tag;
mod status;
mod xml;
mod xml_error;

pub use assertion::{Attribute, NameId, VerifiedAssertion};
pub use authn_request::{AuthnRequest, Comparison, RequestId, RequestedAuthnContext};
pub use element::Element;
pub use encoding::MESSAGE_LIMIT;
pub use encrypt::{EncryptionParameters, encrypt_assertion};
pub use idp::{AssertionContent, ReceivedAuthnRequest, ResponseHeader};
pub use keys::{Certificate, DecryptionKey, KeyError, VerificationKey};
pub use metadata::ServiceProviderMetadata;
pub use peer::{
    AssuranceLevels, EncryptionRule, IdentityProvider, NoAssuranceLevelsError,
    NoVerificationKeyError, PeerProfile, ServiceProvider, SignedParts,
};
pub use redirect::{RedirectMessage, post_value, redirect_url};
pub use response::{Expectation, Response, Unverified};
pub use response_error::{Part, ResponseError, Verdict};
pub use sign::{SignError, ToBeSigned, enveloped_signature, sign_enveloped};
pub use signature_error::SignatureError;
pub use signing_key::{SigningCredential, SigningKey};
pub use status::StatusError;
pub use xml_error::XmlError;
