//! The subject's name [SAML2Core §2.2.3].

use std::fmt;

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

impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameId(redacted)")
    }
}
