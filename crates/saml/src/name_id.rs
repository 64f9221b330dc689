//! The subject's name [SAML2Core §2.2.3].

use std::fmt;

use roxmltree::Node;
use silta_xml_security::Element;

use crate::message_error::MessageError;
use crate::namespace::SAML;
use crate::xml;

/// `NameID` with what is needed to send it back unchanged [SAML2Core §2.2.3].
#[derive(Clone, PartialEq, Eq)]
pub struct NameId {
    /// Its text.
    pub value: String,
    /// `Format`.
    pub format: Option<String>,
    /// `NameQualifier`.
    pub name_qualifier: Option<String>,
    /// `SPNameQualifier`.
    pub sp_name_qualifier: Option<String>,
}

impl NameId {
    /// The one inside `parent`, if there is one.
    ///
    /// # Errors
    /// [`MessageError`] when it holds more than text.
    pub(crate) fn read(parent: Node<'_, '_>) -> Result<Option<Self>, MessageError> {
        xml::child(parent, SAML, "NameID").map(Self::of).transpose()
    }

    /// The one that this element is, whose name is the caller's to check.
    ///
    /// # Errors
    /// [`MessageError`] when it holds more than text.
    pub(crate) fn of(name_id: Node<'_, '_>) -> Result<Self, MessageError> {
        let owned = |attribute| xml::attribute(name_id, attribute).map(str::to_owned);
        Ok(Self {
            value: xml::text(name_id)?.to_owned(),
            format: owned("Format"),
            name_qualifier: owned("NameQualifier"),
            sp_name_qualifier: owned("SPNameQualifier"),
        })
    }

    /// The element, with everything that it came with: an identity provider finds a session by all of
    /// it [SAML2Core §3.7.1].
    pub(crate) fn to_element(&self) -> Element {
        Element::new("saml:NameID")
            .attribute_if("NameQualifier", self.name_qualifier.as_deref())
            .attribute_if("SPNameQualifier", self.sp_name_qualifier.as_deref())
            .attribute_if("Format", self.format.as_deref())
            .text(&self.value)
    }
}

impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameId(redacted)")
    }
}

/// The format of the name of an entity [SAML2Core §8.3.6].
pub(crate) const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
/// The format of a name that is another one at each login [SAML2Core §8.3.8].
pub(crate) const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
