//! The attributes of a signed assertion [SAML2Core §2.7.3].

use std::collections::HashSet;

use roxmltree::Node;

use crate::attribute::Attribute;
use crate::message_error::MessageError;
use crate::name_id::NameId;
use crate::namespace::{SAML, XSI};
use crate::sp::response_error::ResponseError;
use crate::xml::{self, Occurs};

/// Values are text, or a `NameID` each; `xsi:type` and `FriendlyName` decide nothing. An attribute with
/// another value, or with both kinds, is left out whole, under its name wherever it stands: nobody may
/// have asked for it, and a part of it would say something else. So is one that is encrypted.
pub(crate) fn read(assertion: Node<'_, '_>) -> Result<Vec<Attribute>, ResponseError> {
    let mut attributes = vec![];
    let (mut texts, mut names, mut structured) = (HashSet::new(), HashSet::new(), HashSet::new());
    for statement in xml::children(assertion, SAML, "AttributeStatement") {
        xml::sequence_then(statement, &[], &[(SAML, "Attribute"), (SAML, "EncryptedAttribute")])?;
        // A statement about nothing is none [SAML2Core §2.7.3].
        if xml::child(statement, SAML, "EncryptedAttribute").is_none() {
            xml::required(statement, SAML, "Attribute")?;
        }
        for attribute in xml::children(statement, SAML, "Attribute") {
            xml::sequence(attribute, &[(SAML, "AttributeValue", Occurs::Many)])?;
            let name = xml::attribute(attribute, "Name").ok_or(ResponseError::Message(
                MessageError::MissingAttribute { attribute: "Name" },
            ))?;
            let mut read = Attribute::of_texts(name, vec![]);
            for value in xml::children(attribute, SAML, "AttributeValue").map(Value::read) {
                match value {
                    Value::Text(text) => {
                        texts.insert(name);
                        read.values.push(text.to_owned());
                    }
                    Value::Name(name_id) => {
                        names.insert(name);
                        read.name_ids.push(name_id);
                    }
                    Value::Null => {}
                    Value::Other => _ = structured.insert(name),
                }
            }
            attributes.push(read);
        }
    }
    structured.extend(texts.intersection(&names));
    attributes.retain(|attribute| !structured.contains(attribute.name.as_str()));
    Ok(attributes)
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
