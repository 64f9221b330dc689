//! Suomi.fi's extension for the language of its pages.

use silta_xml_security::Element;

/// The language (`fi`, `sv`, `en`) inside `Extensions` of an AuthnRequest or a LogoutRequest.
pub(crate) fn to_element(language: &str) -> Element {
    Element::new("vetuma").namespace("", VETUMA).child(Element::new("LG").text(language))
}

const VETUMA: &str = "urn:vetuma:SAML:2.0:extensions";
