//! Attributes of a subject [SAML2Core §2.7.3.1].

use std::fmt;

/// One attribute; only its `Name` means anything [saml2int SDP-SP11].
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// `Name`, compared as opaque text.
    pub name: String,
    /// The text of each `AttributeValue`.
    pub values: Vec<String>,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({} values)", self.values.len())
    }
}
