//! The attributes of a signed assertion [SAML2Core §2.7.3].

use std::collections::HashSet;

use roxmltree::Node;

use crate::attribute::Attribute;
use crate::message_error::MessageError;
use crate::name_id::NameId;
use crate::namespace::{SAML, XSI};
use crate::sp::country::Country;
use crate::sp::eidas_answer;
use crate::sp::esaml_answer;
use crate::sp::peer_profile::PeerProfile;
use crate::sp::response_error::ResponseError;
use crate::xml::{self, Occurs};

/// The attributes of an assertion, of which some may still be encrypted.
///
/// Values are text, or a `NameID` each; `xsi:type` and `FriendlyName` decide nothing. An attribute with
/// another value, or with both kinds, is left out whole, under its name wherever it stands, also where it
/// was encrypted: nobody may have asked for it, and a part of it would say something else. A value in another
/// script than Latin is one of an attribute of its own, and so is a part of one that a German eID-Server sends.
/// Where such a server's attribute has a type, its values are XML, and text is none.
#[derive(Default)]
pub(crate) struct ReadAttributes {
    /// Each with its place among all attributes of the assertion.
    read: Vec<(usize, Attribute)>,
    texts: HashSet<String>,
    names: HashSet<String>,
    structured: HashSet<String>,
    identifiers_for: Option<Country>,
    /// The country that a German eID-Server asked. None of other peers.
    esaml: Option<Country>,
}

/// An `EncryptedAttribute`, with its place among all attributes of the assertion.
pub(crate) type EncryptedAttribute<'a, 'i> = (usize, Node<'a, 'i>);

/// Reads the attributes that are in the open, and gives back those that are not.
pub(crate) fn read<'a, 'i>(
    assertion: Node<'a, 'i>,
    profile: &PeerProfile,
) -> Result<(ReadAttributes, Vec<EncryptedAttribute<'a, 'i>>), ResponseError> {
    let esaml = profile.esaml.map(|expect| esaml_answer::check(assertion, expect)).transpose()?;
    profile.sign_message.as_ref().map_or(Ok(()), |proof| proof.check(assertion))?;
    let identifiers_for = profile.identifiers_for;
    let mut attributes = ReadAttributes { identifiers_for, esaml, ..ReadAttributes::default() };
    let mut encrypted = vec![];
    let mut place = 0;
    for statement in xml::children(assertion, SAML, "AttributeStatement") {
        xml::sequence_then(statement, &[], &[(SAML, "Attribute"), (SAML, "EncryptedAttribute")])?;
        // A statement about nothing is none [SAML2Core §2.7.3].
        if xml::child(statement, SAML, "EncryptedAttribute").is_none() {
            xml::required(statement, SAML, "Attribute")?;
        }
        for element in statement.children().filter(Node::is_element) {
            if xml::is(element, SAML, "Attribute") {
                attributes.add(place, element)?;
            } else {
                encrypted.push((place, element));
            }
            place += 1;
        }
    }
    Ok((attributes, encrypted))
}

impl ReadAttributes {
    /// Adds one that was encrypted by itself, at its place.
    pub(crate) fn add_opened(
        &mut self,
        place: usize,
        element: Node<'_, '_>,
    ) -> Result<(), ResponseError> {
        if let (Some(_), Some(name)) = (self.esaml, xml::attribute(element, "Name")) {
            esaml_answer::check_opened(name)?;
        }
        self.add(place, element)
    }

    /// Adds the one that this element is, at its place.
    fn add(&mut self, place: usize, element: Node<'_, '_>) -> Result<(), ResponseError> {
        xml::sequence(element, &[(SAML, "AttributeValue", Occurs::Many)])?;
        let name = xml::attribute(element, "Name")
            .ok_or(MessageError::MissingAttribute { attribute: "Name" })?;
        if eidas_answer::is_of_a_representative(name) {
            return Err(ResponseError::Representative);
        }
        let mut attribute = Attribute::of_texts(name, vec![]);
        let mut native = Attribute::of_texts(eidas_answer::native(name), vec![]);
        let mut parts: Vec<Attribute> = vec![];
        let mut structured = false;
        let is_absent = self.esaml.is_some() && esaml_answer::is_not_on_chip(element);
        let is_typed = self.esaml.is_some() && esaml_answer::has_type(name);
        let values = xml::children(element, SAML, "AttributeValue").filter(|_| !is_absent);
        for value in values {
            match Value::read(value) {
                Value::Null => {}
                // Neither text nor a name is a value there.
                _ if is_typed => match esaml_answer::texts(name, value) {
                    Some(texts) => {
                        for (part, text) in texts {
                            if part.is_empty() {
                                self.check_identifier(name, &text)?;
                                attribute.values.push(text);
                            } else {
                                let name = format!("{name}{part}");
                                parts.push(Attribute::of_texts(name, vec![text]));
                            }
                        }
                    }
                    None => structured = true,
                },
                Value::Text(text) if eidas_answer::is_native(value) => {
                    native.values.push(text.to_owned());
                }
                Value::Text(text) => {
                    self.check_identifier(name, text.trim_ascii())?;
                    attribute.values.push(text.to_owned());
                }
                Value::Name(name_id) => attribute.name_ids.push(name_id),
                Value::Other => structured = true,
            }
        }
        if !attribute.values.is_empty() {
            self.texts.insert(name.to_owned());
        }
        if !attribute.name_ids.is_empty() {
            self.names.insert(name.to_owned());
        }
        if structured {
            self.structured.extend([name.to_owned(), eidas_answer::native(name)]);
            self.structured.extend(esaml_answer::PARTS.map(|part| format!("{name}{part}")));
        }
        self.read.push((place, attribute));
        if !native.values.is_empty() {
            self.read.push((place, native));
        }
        self.read.extend(parts.into_iter().map(|part| (place, part)));
        Ok(())
    }

    /// Refuses an identifier of eIDAS that another country made, or made for another one.
    fn check_identifier(&self, name: &str, value: &str) -> Result<(), ResponseError> {
        let country = self.identifiers_for;
        if country.is_some_and(|one| !eidas_answer::is_for(one, name, value)) {
            return Err(ResponseError::EidasIdentifier);
        }
        self.esaml.map_or(Ok(()), |state| esaml_answer::check_identifier(state, name, value))
    }

    /// Those that are read whole, in the order of their places.
    pub(crate) fn finish(mut self) -> Vec<Attribute> {
        self.structured.extend(self.texts.intersection(&self.names).cloned());
        self.read.retain(|(_, attribute)| !self.structured.contains(&attribute.name));
        self.read.sort_by_key(|(place, _)| *place);
        self.read.into_iter().map(|(_, attribute)| attribute).collect()
    }
}

/// What an `AttributeValue` holds.
enum Value<'a> {
    /// Text, perhaps of no character: an empty value is an empty element [SAML2Core §2.7.3.1.1].
    Text(&'a str),
    /// Nothing at all, and it says so [SAML2Core §2.7.3.1.1].
    Null,
    /// A name.
    Name(NameId),
    /// Anything else, or a null that holds something.
    Other,
}

impl<'a> Value<'a> {
    fn read(value: Node<'a, '_>) -> Self {
        let mut attributes = value.attributes();
        let nil = attributes.find(|one| one.namespace() == Some(XSI) && one.name() == "nil");
        // An xs:boolean [XMLSchema2 §3.2.2].
        match nil.map(|nil| nil.value().trim_ascii()) {
            Some("true" | "1") if !value.has_children() => return Self::Null,
            None | Some("false" | "0") => {}
            Some(_) => return Self::Other,
        }
        if let Ok(text) = xml::text(value) {
            return Self::Text(text);
        }
        let alone = xml::sequence(value, &[(SAML, "NameID", Occurs::Once)]);
        match alone.and_then(|()| NameId::read(value)) {
            Ok(Some(name_id)) => Self::Name(name_id),
            Ok(None) | Err(_) => Self::Other,
        }
    }
}
