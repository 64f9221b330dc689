//! What a German eID-Server is asked for by eSAML: attributes of a person who has an eID of another
//! country [BSI TR-03130-1 §4.4.4, §4.4.5, §5.3.1].

use silta_xml_security::{Element, EncryptionError};

use crate::namespace::{SAML, XSI};
use crate::sp::country::Country;
use crate::sp::request_encryption::RequestRecipient;

/// What every request to an eID-Server asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EsamlRequest {
    /// Who is to log in.
    pub flavour: IdentityFlavour,
    /// The country whose eID the person has, by its two letters; none where the server asks the person.
    pub sending_member_state: Option<Country>,
    /// What is asked for, each attribute once.
    pub attributes: Vec<EsamlAttribute>,
}

/// An attribute that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EsamlAttribute {
    /// Its name, which is a plain word.
    pub name: String,
    /// Whether there is no login without it.
    pub required: bool,
}

/// Who logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityFlavour {
    /// A natural person.
    NaturalPerson,
    /// A legal person.
    LegalPerson,
    /// A natural person who stands for a legal one.
    LegalPersonRepresentative,
}

impl IdentityFlavour {
    /// As messages have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NaturalPerson => "NaturalPerson",
            Self::LegalPerson => "LegalPerson",
            Self::LegalPersonRepresentative => "LegalPersonRepresentative",
        }
    }
}

impl EsamlRequest {
    /// Asks for at least this level, a URI of eIDAS, in an element that this recipient alone can read [§4.5.2, §4.9.1].
    pub(crate) fn encrypted(
        &self,
        level: &str,
        recipient: &RequestRecipient,
        random: [u8; 48],
    ) -> Result<Element, EncryptionError> {
        let data = recipient.encrypt(&self.extension(level), random)?;
        Ok(Element::new("eid:EncryptedAuthnRequestExtension").namespace("eid", EID).child(data))
    }

    fn extension(&self, level: &str) -> Element {
        let state = self.sending_member_state;
        let state =
            state.map(|state| Element::new("eid:SendingMemberState").text(state.to_string()));
        let eidas = typed("eid:EidasExtensionType")
            .child(Element::new("eid:LevelOfAssurance").text(level))
            .children(state);
        let said = [
            ("UseEidas", typed("xs:boolean").text("true")),
            ("EidasExtension", eidas),
            ("IdentityFlavour", typed("eid:IdentityFlavourType").text(self.flavour.name())),
        ];
        let said = said.map(|(name, value)| attribute(name).child(value));
        let asked = self.attributes.iter().map(|one| {
            let required = if one.required { "true" } else { "false" };
            attribute(&one.name).attribute("eid:RequiredAttribute", required)
        });
        Element::new("eid:AuthnRequestExtension")
            .namespace("eid", EID)
            .namespace("saml", SAML)
            .namespace("xs", XS)
            .namespace("xsi", XSI)
            .attribute("Version", "2")
            .child(Element::new("eid:RequestedAttributes").children(said).children(asked))
    }
}

fn attribute(name: &str) -> Element {
    Element::new("saml:Attribute").attribute("Name", name)
}

fn typed(kind: &str) -> Element {
    Element::new("saml:AttributeValue").attribute("xsi:type", kind)
}

pub(crate) const EID: &str = "http://bsi.bund.de/eID/";
const XS: &str = "http://www.w3.org/2001/XMLSchema";
