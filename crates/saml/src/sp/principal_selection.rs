//! What is known beforehand of who is about to log in, as Sweden Connect says it.

use std::fmt;

use silta_xml_security::Element;

/// `PrincipalSelection` of each request: attributes by which an identity provider may find the person [Principal Selection in
/// SAML Authentication Requests §2.1]. It is signed and not encrypted. `Debug` does not show values.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PrincipalSelection {
    /// Attributes that are the same for everybody: the name and the value of each.
    pub values: Vec<(String, String)>,
    /// The attribute of which a relying party's hint is a value, if hints go along.
    pub of_hint: Option<String>,
}

impl PrincipalSelection {
    /// The extension, if anything is known.
    pub(crate) fn to_element(&self, hint: Option<&str>) -> Option<Element> {
        let value = |name: &str, value: &str| {
            Element::new("psc:MatchValue").attribute("Name", name).text(value)
        };
        let values = self.values.iter().map(|(name, known)| value(name, known));
        let hinted = self.of_hint.as_ref().zip(hint).map(|(name, hint)| value(name, hint));
        let values: Vec<_> = values.chain(hinted).collect();
        (!values.is_empty())
            .then(|| Element::new("psc:PrincipalSelection").namespace("psc", PSC).children(values))
    }
}

impl fmt::Debug for PrincipalSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrincipalSelection({} values)", self.values.len())
    }
}

const PSC: &str = "http://id.swedenconnect.se/authn/1.0/principal-selection/ns";
