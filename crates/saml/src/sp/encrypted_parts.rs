//! Names and attributes that are encrypted by themselves inside a verified assertion [SAML2Core §2.2.4,
//! §2.7.3.2]: opened where they are used, one private operation a step, and left out where they are not, or
//! where an attribute is for others.

use std::collections::VecDeque;

use roxmltree::Node;
use silta_xml_security::{Decryption, DecryptionRules, DecryptionStep, Plaintext, SignedElement};

use crate::message;
use crate::message_error::{MessageError, Part};
use crate::name_id::NameId;
use crate::namespace::{DS, SAML, XENC};
use crate::sp::attributes::{EncryptedAttribute, ReadAttributes};
use crate::sp::expectation::UsedContent;
use crate::sp::response_error::ResponseError;
use crate::xml::{self, Input};

/// What of an assertion was encrypted by itself, and what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EncryptedParts {
    /// What was opened.
    pub opened: PartCount,
    /// What is not used, and so was not decrypted.
    pub unused: PartCount,
    /// What says that it is for others alone, and so was left out. A name is never left out so.
    pub for_others: PartCount,
}

/// How many names and attributes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartCount {
    /// Whether the name of the subject is one.
    pub name_id: bool,
    /// The attributes.
    pub attributes: usize,
}

impl PartCount {
    /// Whether there is none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Whom an assertion is about, while a part of that is still encrypted.
pub(crate) struct PartlyReadPerson<'k> {
    name_id: Option<NameId>,
    attributes: ReadAttributes,
    parts: EncryptedParts,
    left: VecDeque<(Place, Decryption<'k>)>,
}

/// Whom an assertion is about.
pub(crate) type ReadPerson = (Option<NameId>, Vec<crate::attribute::Attribute>, EncryptedParts);

/// What a ciphertext stands in the place of.
#[derive(Clone, Copy)]
enum Place {
    NameId,
    Attribute(usize),
}

impl<'k> PartlyReadPerson<'k> {
    /// What is in the open, and what of the rest is to be opened. Nothing is decrypted yet.
    ///
    /// `signed` is the assertion, whose signature covers every ciphertext in it; nothing outside it is
    /// ever looked at.
    pub(crate) fn of<'a, 'i>(
        signed: SignedElement<'a, 'i>,
        open: (Option<NameId>, ReadAttributes),
        (encrypted_id, encrypted): (Option<Node<'a, 'i>>, Vec<EncryptedAttribute<'a, 'i>>),
        (uses, rules): (UsedContent, &DecryptionRules<'k>),
    ) -> Result<Self, ResponseError> {
        let (wanted, passed_over) =
            if uses.attributes { (encrypted, vec![]) } else { (vec![], encrypted) };
        // An attribute that somebody else alone may read tells us nothing. Without a name that is used, nobody
        // is there, so that one refuses the login like any that does not open.
        let is_for_others = |(_, node): &EncryptedAttribute<'_, '_>| {
            Decryption::is_for_others(*node, rules.recipient)
        };
        let (for_others, ours): (Vec<_>, Vec<_>) = wanted.into_iter().partition(is_for_others);
        let counted = |name_id: bool, attributes: &[EncryptedAttribute<'_, '_>]| PartCount {
            name_id: name_id && encrypted_id.is_some(),
            attributes: attributes.len(),
        };
        let parts = EncryptedParts {
            opened: counted(uses.name_id, &ours),
            unused: counted(!uses.name_id, &passed_over),
            for_others: counted(false, &for_others),
        };
        if parts.opened.attributes + usize::from(parts.opened.name_id) > LIMIT {
            return Err(ResponseError::TooManyEncrypted { limit: LIMIT });
        }
        let name_id = encrypted_id.filter(|_| uses.name_id).map(|node| (Place::NameId, node));
        let attributes = ours.into_iter().map(|(place, node)| (Place::Attribute(place), node));
        let left = name_id.into_iter().chain(attributes).map(|(place, node)| {
            let decryption = Decryption::of(node, signed.descendant(node), rules)?;
            Ok((place, decryption))
        });
        let left = left.collect::<Result<_, ResponseError>>()?;
        let (name_id, attributes) = open;
        Ok(Self { name_id, attributes, parts, left })
    }

    /// The person, if nothing is left to open.
    pub(crate) fn finish(self) -> Result<ReadPerson, Box<Self>> {
        if !self.left.is_empty() {
            return Err(Box::new(self));
        }
        Ok((self.name_id, self.attributes.finish(), self.parts))
    }

    /// Tries one more pair of keys: at most one private operation.
    pub(crate) fn step(mut self) -> Result<Self, ResponseError> {
        let Some((place, decryption)) = self.left.pop_front() else { return Ok(self) };
        match decryption.step()? {
            DecryptionStep::Opened(plaintext) => self.put(place, &plaintext)?,
            DecryptionStep::Further(rest) => self.left.push_front((place, rest)),
        }
        Ok(self)
    }

    /// What was opened stands where its ciphertext stood. The signature covers the ciphertext, and so
    /// vouches for every octet of this.
    fn put(&mut self, place: Place, plaintext: &Plaintext) -> Result<(), ResponseError> {
        let (part, name) = match place {
            Place::NameId => (Part::NameId, "NameID"),
            Place::Attribute(_) => (Part::Attribute, "Attribute"),
        };
        let input = Input::of(plaintext.text().ok_or(MessageError::NotUtf8)?);
        let document = message::parse(&input, part)?;
        let root = document.root_element();
        if !xml::is(root, SAML, name) {
            return Err(MessageError::WrongRoot { part }.into());
        }
        check_opened(root)?;
        match place {
            Place::NameId => self.name_id = Some(NameId::of(root)?),
            Place::Attribute(place) => self.attributes.add_opened(place, root)?,
        }
        Ok(())
    }
}

/// Nothing in it is looked for elsewhere, and nothing is encrypted once more.
fn check_opened(root: Node<'_, '_>) -> Result<(), ResponseError> {
    let is_one = |node: &Node<'_, '_>, names: &[(&'static str, &'static str)]| {
        names.iter().any(|(namespace, name)| xml::is(*node, namespace, name))
    };
    for node in root.descendants().skip(1).filter(Node::is_element) {
        if is_one(&node, &[(DS, "Signature")]) {
            return Err(ResponseError::StraySignature);
        }
        if is_one(&node, &[(SAML, "Assertion"), (SAML, "EncryptedAssertion")]) {
            return Err(ResponseError::AssertionCount);
        }
        if is_one(&node, &ENCRYPTED) {
            return Err(ResponseError::EncryptedContent);
        }
    }
    Ok(())
}

const ENCRYPTED: [(&str, &str); 3] =
    [(XENC, "EncryptedData"), (SAML, "EncryptedID"), (SAML, "EncryptedAttribute")];

/// Each costs a private operation, which only an identity provider can ask for whose signature held. Those
/// that encrypt attributes one by one release a handful to a service provider.
const LIMIT: usize = 8;
