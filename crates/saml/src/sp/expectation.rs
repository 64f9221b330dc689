//! What a response must be.

use jiff::Timestamp;
use roxmltree::Node;

use crate::message;
use crate::message_error::Part;
use crate::sp::authn_request::RequestId;
use crate::sp::identity_provider::IdentityProvider;
use crate::sp::mismatch::Mismatch;
use crate::sp::response_error::ResponseError;
use crate::sp::service_provider::ServiceProvider;

/// What a response must be, to be the answer to one request of ours.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// Us.
    pub provider: &'a ServiceProvider,
    /// The identity provider that was asked: taken from our record, never from the message.
    pub idp: &'a IdentityProvider,
    /// The request that is answered.
    pub request: &'a RequestId,
    /// The earliest `AuthnInstant` that will do, if freshness was asked for.
    pub authenticated_since: Option<Timestamp>,
    /// The least of the peer's assurance levels that will do.
    pub least_level: usize,
    /// What of the assertion is used, and so opened where it is encrypted by itself.
    pub uses: UsedContent,
}

/// What of an assertion is used. The rest is left out where it is encrypted by itself, as if it were absent:
/// no private key is asked for what nobody needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedContent {
    /// The name of the subject.
    pub name_id: bool,
    /// The attributes. Which one an `EncryptedAttribute` is shows only when it is open.
    pub attributes: bool,
}

impl UsedContent {
    /// All of it.
    pub const ALL: Self = Self { name_id: true, attributes: true };
    /// None of it.
    pub const NONE: Self = Self { name_id: false, attributes: false };
}

/// The issuer is the identity provider that was asked, in Response and Assertion alike: this is what
/// stops one provider from answering for another. Another issuer is shown where it is signed.
pub(crate) fn check_issuer(
    element: Node<'_, '_>,
    (part, is_signed): (Part, bool),
    idp: &IdentityProvider,
) -> Result<(), ResponseError> {
    let (issuer, expected) = (message::issuer(element, part)?.trim_ascii(), idp.entity_id());
    if issuer == expected {
        return Ok(());
    }
    let mismatch = if is_signed {
        Mismatch::signed([expected.to_owned()], [issuer])
    } else {
        Mismatch::unproven(expected)
    };
    Err(ResponseError::WrongIssuer { part, mismatch })
}
