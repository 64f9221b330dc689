//! What an assertion says that nobody judges, to try rules on.

use std::fmt;

use roxmltree::Node;

use crate::attribute::Attribute;
use crate::message;
use crate::message_error::{MessageError, Part};
use crate::name_id::NameId;
use crate::namespace::{SAML, SAMLP};
use crate::sp::attributes;
use crate::sp::authn_statement;
use crate::sp::identity_provider::IdentityProvider;
use crate::sp::response_error::ResponseError;
use crate::xml::{self, Input};

/// What an assertion in the clear says of a person. Nobody signed it, as far as is known, and it lets nobody in: no
/// login takes one. `Debug` shows no value.
pub struct AssertionToTry {
    /// The level: one of the peer's.
    pub authn_context: String,
    /// The NameID.
    pub name_id: Option<NameId>,
    /// The attributes.
    pub attributes: Vec<Attribute>,
}

impl AssertionToTry {
    /// Reads an `Assertion`, or that of a `Response`, as one of this peer. Signatures, times and conditions are not
    /// looked at.
    ///
    /// # Errors
    /// [`ResponseError`]: it is no assertion, a part of it is encrypted, or it has no level of the peer.
    pub fn read(text: &str, idp: &IdentityProvider) -> Result<Self, ResponseError> {
        let input = Input::of(text);
        let document = message::parse(&input, Part::Assertion)?;
        let assertion = assertion_of(document.root_element())?;
        let subject = xml::required(assertion, SAML, "Subject")?;
        let statement = xml::required(assertion, SAML, "AuthnStatement")?;
        let (authn_context, _) = authn_statement::level_of((assertion, statement), idp)?;
        in_the_clear(subject, "EncryptedID")?;
        let name_id = NameId::read(subject)?;
        let (attributes, encrypted) = attributes::read(assertion, &idp.profile)?;
        if !encrypted.is_empty() {
            return Err(is_encrypted("EncryptedAttribute", "AttributeStatement"));
        }
        Ok(Self { authn_context, name_id, attributes: attributes.finish() })
    }
}

impl fmt::Debug for AssertionToTry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AssertionToTry({})", self.attributes.len())
    }
}

fn assertion_of<'a, 'i>(root: Node<'a, 'i>) -> Result<Node<'a, 'i>, ResponseError> {
    if xml::is(root, SAML, "Assertion") {
        return Ok(root);
    }
    if !xml::is(root, SAMLP, "Response") {
        return Err(MessageError::WrongRoot { part: Part::Assertion }.into());
    }
    if xml::child(root, SAML, "EncryptedAssertion").is_some() {
        return Err(is_encrypted("EncryptedAssertion", "Response"));
    }
    if xml::children(root, SAML, "Assertion").count() > 1 {
        return Err(MessageError::Repeated { element: "Assertion" }.into());
    }
    Ok(xml::required(root, SAML, "Assertion")?)
}

fn in_the_clear(subject: Node<'_, '_>, element: &'static str) -> Result<(), ResponseError> {
    let there = xml::child(subject, SAML, element);
    there.map_or(Ok(()), |_| Err(is_encrypted(element, "Subject")))
}

fn is_encrypted(element: &'static str, inside: &'static str) -> ResponseError {
    MessageError::UnexpectedElement { element, inside }.into()
}
