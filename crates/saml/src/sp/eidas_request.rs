//! What eIDAS nodes read in a request: who asks, and for which attributes [eIDAS SAML Message Format 1.4 §2.3.2, §4.1].

use silta_xml_security::Element;

use crate::metadata::self_description::NAME_FORMAT_URI;

/// The extensions of a request to an eIDAS node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EidasRequest {
    /// Whether a public or a private body asks.
    pub sp_type: SpType,
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
    /// Exactly these two, because nodes refuse a child that they do not know.
    pub(crate) fn to_elements(&self) -> [Element; 2] {
        let sp_type = match self.sp_type {
            SpType::Public => "public",
            SpType::Private => "private",
        };
        let attribute = |name: &str, required| {
            Element::new("eidas:RequestedAttribute")
                .attribute("Name", name)
                .attribute("NameFormat", NAME_FORMAT_URI)
                .attribute("isRequired", required)
        };
        let optional = self.optional.iter().map(|name| attribute(name, "false"));
        let all = self.person.mandatory().iter().map(|name| attribute(name, "true"));
        let eidas = |name| Element::new(name).namespace("eidas", EIDAS);
        [
            eidas("eidas:SPType").text(sp_type),
            eidas("eidas:RequestedAttributes").children(all.chain(optional)),
        ]
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

const EIDAS: &str = "http://eidas.europa.eu/saml-extensions";
