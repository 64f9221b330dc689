//! The subject's name [SAML2Core §2.2.3].

use std::fmt;

use roxmltree::Node;

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
        let Some(name_id) = xml::child(parent, SAML, "NameID") else { return Ok(None) };
        let owned = |attribute| xml::attribute(name_id, attribute).map(str::to_owned);
        Ok(Some(Self {
            value: xml::text(name_id)?.to_owned(),
            format: owned("Format"),
            name_qualifier: owned("NameQualifier"),
            sp_name_qualifier: owned("SPNameQualifier"),
        }))
    }
}

impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameId(redacted)")
    }
}
