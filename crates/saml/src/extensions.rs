//! `Extensions` of a request of ours.

use silta_xml_security::Element;

/// `Extensions` around these, or nothing where there are none: an empty one is not allowed [SAML2Core §3.2.1].
pub(crate) fn extensions(all: Vec<Element>) -> Option<Element> {
    (!all.is_empty()).then(|| Element::new("samlp:Extensions").children(all))
}
