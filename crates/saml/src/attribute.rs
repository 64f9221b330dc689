//! Attributes of a subject [SAML2Core §2.7.3.1].

use std::fmt;

use crate::name_id::NameId;

/// One attribute; only its `Name` means anything [saml2int SDP-SP11].
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// `Name`, compared as opaque text.
    pub name: String,
    /// The text of each `AttributeValue`, in their order. A null, which says that there is no value, is
    /// none of them [SAML2Core §2.7.3.1.1].
    pub values: Vec<String>,
    /// The `NameID` that each `AttributeValue` holds, where that is what all of them hold, as in
    /// eduPersonTargetedID: what it means depends on its qualifiers, so it is no text.
    pub name_ids: Vec<NameId>,
}

impl Attribute {
    /// An attribute whose values are text.
    #[must_use]
    pub fn of_texts(name: impl Into<String>, values: Vec<String>) -> Self {
        Self { name: name.into(), values, name_ids: vec![] }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({} values)", self.values.len() + self.name_ids.len())
    }
}
