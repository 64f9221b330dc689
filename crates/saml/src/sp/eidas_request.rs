//! What eIDAS nodes read in a request: who asks, and for which attributes [eIDAS SAML Message Format 1.4 §2.3.2, §4.1].

use silta_xml_security::Element;

use crate::namespace::NAME_FORMAT_URI;

/// The extensions of a request to an eIDAS node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EidasRequest {
    /// Whether a public or a private body asks; none where our metadata says it, because it is to stand in one of the two.
    pub sp_type: Option<SpType>,
    /// Whose attributes it asks for. What a node calls mandatory is asked for whole and as required, because it
    /// refuses any other set.
    pub person: EidasPerson,
    /// The names of the optional attributes that it asks for besides, each once and of the same kind of person.
    pub optional: Vec<String>,
}

/// Whose attributes a node is asked for: never both [eIDAS SAML Message Format 1.4 §2.3.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EidasPerson {
    /// Somebody who lives.
    Natural,
    /// A company, say.
    Legal,
}

/// `SPType`: who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpType {
    /// A public body.
    Public,
    /// Anybody else.
    Private,
}

impl EidasRequest {
    /// Exactly these, because nodes refuse a child that they do not know.
    pub(crate) fn to_elements(&self) -> impl Iterator<Item = Element> {
        let attribute = |name: &str, required| {
            Element::new("eidas:RequestedAttribute")
                .attribute("Name", name)
                .attribute("NameFormat", NAME_FORMAT_URI)
                .attribute("isRequired", required)
        };
        let optional = self.optional.iter().map(|name| attribute(name, "false"));
        let all = self.person.mandatory().iter().map(|name| attribute(name, "true"));
        let attributes = Element::new("eidas:RequestedAttributes").namespace("eidas", EIDAS);
        let attributes = attributes.children(all.chain(optional));
        self.sp_type.map(SpType::to_element).into_iter().chain([attributes])
    }
}

impl SpType {
    /// As requests and metadata have it [eIDAS SAML Message Format 1.4 §5.1].
    pub(crate) fn to_element(self) -> Element {
        Element::new("eidas:SPType").namespace("eidas", EIDAS).text(match self {
            Self::Public => "public",
            Self::Private => "private",
        })
    }
}

impl EidasPerson {
    /// The names of the least set of such a person [eIDAS SAML Attribute Profile 1.4 §2.2, §2.3].
    #[must_use]
    pub fn mandatory(self) -> &'static [&'static str] {
        match self {
            Self::Natural => &[
                "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
                "http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName",
                "http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName",
                "http://eidas.europa.eu/attributes/naturalperson/DateOfBirth",
            ],
            Self::Legal => &[
                "http://eidas.europa.eu/attributes/legalperson/LegalPersonIdentifier",
                "http://eidas.europa.eu/attributes/legalperson/LegalName",
            ],
        }
    }

    /// Whether a node may be asked for this attribute of such a person, as one that may be missing. Those of
    /// representatives are never asked for [eIDAS SAML Attribute Profile 1.4 §2.8].
    #[must_use]
    pub fn has_optional(self, name: &str) -> bool {
        let local = name.strip_prefix(match self {
            Self::Natural => "http://eidas.europa.eu/attributes/naturalperson/",
            Self::Legal => "http://eidas.europa.eu/attributes/legalperson/",
        });
        let is_local = local.is_some_and(|local| !local.is_empty() && !local.contains('/'));
        is_local && !self.mandatory().contains(&name)
    }
}

pub(crate) const EIDAS: &str = "http://eidas.europa.eu/saml-extensions";
