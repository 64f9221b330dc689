//! Suomi.fi's extension for the language of its pages.

use silta_xml_security::Element;

/// `Extensions` with the language (`fi`, `sv`, `en`), which an AuthnRequest and a LogoutRequest may carry.
pub(crate) fn extensions(language: &str) -> Element {
    let vetuma =
        Element::new("vetuma").namespace("", VETUMA).child(Element::new("LG").text(language));
    Element::new("samlp:Extensions").child(vetuma)
}

const VETUMA: &str = "urn:vetuma:SAML:2.0:extensions";
