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
//!    addressing, time. The only way out is a [`VerifiedAssertion`] or a [`Rejected`].
//!
//! Identity is read from the very node whose canonical form a signature covered, in one DOM made by
//! one parser.

pub mod algorithm;
mod assertion;
mod authn_request;
mod build;
mod c14n;
mod decrypt;
mod encoding;
mod encrypt;
mod idp;
mod instant;
mod key_hint;
mod keys;
mod malformed;
mod metadata;
pub mod namespace;
mod peer;
mod redirect;
mod rejected;
mod response;
mod scan;
mod sign;
mod signature;
mod signature_fault;
mod signing_key;
mod start_tag;
mod status;
mod xml;

pub use assertion::{Attribute, NameId, VerifiedAssertion};
pub use authn_request::{AuthnRequest, Comparison, RequestId, RequestedAuthnContext};
pub use build::Element;
pub use encoding::MESSAGE_LIMIT;
pub use encrypt::{EncryptionChoice, encrypt_assertion};
pub use idp::{Answer, ReceivedAuthnRequest, Statement};
pub use keys::{Certificate, DecryptionKey, KeyFault, VerificationKey};
pub use malformed::Malformed;
pub use metadata::ServiceProviderMetadata;
pub use peer::{
    AuthnContextLadder, EmptyLadder, EncryptionRule, IdentityProvider, Narrowing, NoKey,
    ServiceProvider, SignedParts,
};
pub use redirect::{RedirectMessage, post_value, redirect_url};
pub use rejected::{Part, Rejected, Verdict};
pub use response::{Expectation, Response, Unverified};
pub use sign::{SignFault, ToSign, enveloped, sign_enveloped};
pub use signature_fault::SignatureFault;
pub use signing_key::{Signatory, SigningKey};
pub use status::StatusFailure;
