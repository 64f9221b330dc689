//! What our metadata says of us to people, federations and administrators.

use std::fmt;

use silta_xml_security::Element;

use crate::metadata::contact_extensions::ContactExtensions;
use crate::namespace::{MDATTR, MDUI, NAME_FORMAT_URI, SAML};
use crate::sp::country::Country;
use crate::sp::eidas_request::{EIDAS, SpType};

/// Texts, each in a language by its tag [RFC 5646].
pub type Localized = Vec<(String, String)>;

/// What our metadata says beside addresses and keys. The default says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SelfDescription {
    /// What a page of the identity provider may show of us.
    pub ui: UiInfo,
    /// Who runs us.
    pub organization: Option<Organization>,
    /// Whom to ask.
    pub contacts: Vec<Contact>,
    /// What federations want to know: names, each with its values.
    pub entity_attributes: Vec<(String, Vec<String>)>,
    /// The attributes that we ask for.
    pub attribute_set: Option<AttributeSet>,
    /// Whether a public or a private body asks, where requests do not say it [eIDAS SAML Message Format 1.4 §4.1].
    pub sp_type: Option<SpType>,
    /// The country of our node [eIDAS SAML Message Format 1.4 §4.2].
    pub node_country: Option<Country>,
}

/// `mdui:UIInfo` [SAML2MDUI §2.1].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UiInfo {
    /// Our name.
    pub display_name: Localized,
    /// What we are for.
    pub description: Localized,
    /// A page about us.
    pub information_url: Localized,
    /// How we treat what we learn of people.
    pub privacy_statement_url: Localized,
    /// Our picture.
    pub logo: Option<Logo>,
}

/// `mdui:Logo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Where it is.
    pub url: String,
    /// Pixels.
    pub height: u32,
    /// Pixels.
    pub width: u32,
}

/// `Organization` [SAML2Meta §2.3.2.1]; the schema wants each in one language at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its name as registers have it.
    pub name: Localized,
    /// Its name for people.
    pub display_name: Localized,
    /// Its page.
    pub url: Localized,
}

/// `ContactPerson` [SAML2Meta §2.3.2.2].
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// What to ask them.
    pub kind: ContactKind,
    /// `Company`.
    pub company: Option<String>,
    /// `GivenName`.
    pub given_name: Option<String>,
    /// `SurName`.
    pub surname: Option<String>,
    /// `EmailAddress`, without `mailto:`.
    pub email: Option<String>,
    /// `TelephoneNumber`.
    pub telephone: Option<String>,
    /// What a federation wants to know of them.
    pub extensions: Option<ContactExtensions>,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({:?})", self.kind)
    }
}

/// `contactType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// How it works.
    Technical,
    /// Whose it is.
    Administrative,
    /// What people ask.
    Support,
    /// What it costs.
    Billing,
    /// Anything else.
    Other,
}

/// `AttributeConsumingService` [SAML2Meta §2.4.4.1].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSet {
    /// By which requests name it.
    pub index: u16,
    /// What it is for; the schema wants one language at least.
    pub service_name: Localized,
    /// What is asked for; the schema wants one at least.
    pub attributes: Vec<RequestedAttribute>,
}

/// `RequestedAttribute` [SAML2Meta §2.4.4.2].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedAttribute {
    /// `Name`.
    pub name: String,
    /// `FriendlyName`, for people.
    pub friendly_name: String,
    /// Whether we do not work without it.
    pub is_required: bool,
}

impl SelfDescription {
    /// The `Extensions` of the entity, if there is anything in them.
    pub(super) fn entity_extensions(&self) -> Option<Element> {
        let attributes = self.entity_attributes.iter().map(|(name, values)| {
            let values = values.iter().map(|one| Element::new("saml:AttributeValue").text(one));
            Element::new("saml:Attribute")
                .attribute("Name", name)
                .attribute("NameFormat", NAME_FORMAT_URI)
                .children(values)
        });
        let attributes = Element::new("mdattr:EntityAttributes")
            .namespace("mdattr", MDATTR)
            .namespace("saml", SAML)
            .children(attributes);
        let attributes = (!self.entity_attributes.is_empty()).then_some(attributes);
        let sp_type = self.sp_type.map(SpType::to_element);
        let said = attributes.is_some() || sp_type.is_some();
        said.then(|| Element::new("md:Extensions").children(attributes).children(sp_type))
    }

    /// Where our node is, for the `Extensions` of the role.
    pub(super) fn node_country(&self) -> Option<Element> {
        let element = || Element::new("eidas:NodeCountry").namespace("eidas", EIDAS);
        self.node_country.map(|country| element().text(country.to_string()))
    }

    /// What stands behind the role, in the order of the schema.
    pub(super) fn behind_the_role(&self) -> impl Iterator<Item = Element> {
        let organization = self.organization.as_ref().map(Organization::to_element);
        organization.into_iter().chain(self.contacts.iter().map(Contact::to_element))
    }
}

impl UiInfo {
    /// It, if it says anything.
    pub(super) fn to_element(&self) -> Option<Element> {
        if *self == Self::default() {
            return None;
        }
        let logo = self.logo.iter().map(|logo| {
            Element::new("mdui:Logo")
                .attribute("height", &logo.height.to_string())
                .attribute("width", &logo.width.to_string())
                .text(&logo.url)
        });
        let all = Element::new("mdui:UIInfo")
            .namespace("mdui", MDUI)
            .children(localized("mdui:DisplayName", &self.display_name))
            .children(localized("mdui:Description", &self.description))
            .children(logo)
            .children(localized("mdui:InformationURL", &self.information_url))
            .children(localized("mdui:PrivacyStatementURL", &self.privacy_statement_url));
        Some(all)
    }
}

impl Organization {
    fn to_element(&self) -> Element {
        Element::new("md:Organization")
            .children(localized("md:OrganizationName", &self.name))
            .children(localized("md:OrganizationDisplayName", &self.display_name))
            .children(localized("md:OrganizationURL", &self.url))
    }
}

impl Contact {
    fn to_element(&self) -> Element {
        let email = self.email.as_ref().map(|email| format!("mailto:{email}"));
        let parts = [
            ("md:Company", self.company.as_ref()),
            ("md:GivenName", self.given_name.as_ref()),
            ("md:SurName", self.surname.as_ref()),
            ("md:EmailAddress", email.as_ref()),
            ("md:TelephoneNumber", self.telephone.as_ref()),
        ];
        let parts =
            parts.into_iter().filter_map(|(name, text)| Some(Element::new(name).text(text?)));
        Element::new("md:ContactPerson")
            .attribute("contactType", self.kind.word())
            .children(self.extensions.as_ref().map(ContactExtensions::to_element))
            .children(parts)
    }
}

impl ContactKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Technical, Self::Administrative, Self::Support, Self::Billing, Self::Other];

    /// Its word in metadata.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Administrative => "administrative",
            Self::Support => "support",
            Self::Billing => "billing",
            Self::Other => "other",
        }
    }
}

impl AttributeSet {
    pub(super) fn to_element(&self) -> Element {
        let attributes = self.attributes.iter().map(|one| {
            Element::new("md:RequestedAttribute")
                .attribute("Name", &one.name)
                .attribute_if("NameFormat", name_format(&one.name))
                .attribute("FriendlyName", &one.friendly_name)
                .attribute("isRequired", &one.is_required.to_string())
        });
        Element::new("md:AttributeConsumingService")
            .attribute("index", &self.index.to_string())
            .attribute("isDefault", "true")
            .children(localized("md:ServiceName", &self.service_name))
            .children(attributes)
    }
}

/// What is no URI has a format that nobody told us.
fn name_format(name: &str) -> Option<&'static str> {
    name.contains(':').then_some(NAME_FORMAT_URI)
}

fn localized(name: &'static str, texts: &[(String, String)]) -> impl Iterator<Item = Element> {
    texts
        .iter()
        .map(move |(language, text)| Element::new(name).attribute("xml:lang", language).text(text))
}
