//! A key as metadata announces it [SAML2Meta §2.4.1.1].

use silta_xml_security::{Certificate, Element};

/// A `KeyDescriptor` for one use: `signing` or `encryption`.
pub(super) fn key_descriptor(usage: &str, certificate: &Certificate) -> Element {
    let x509 = Element::new("ds:X509Data")
        .child(Element::new("ds:X509Certificate").text(certificate.base64()));
    Element::new("md:KeyDescriptor")
        .attribute("use", usage)
        .child(Element::new("ds:KeyInfo").child(x509))
}
