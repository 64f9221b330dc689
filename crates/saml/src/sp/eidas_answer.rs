//! What eIDAS says of attributes beside SAML: for whom somebody acts, in which script a value is, and for whom an
//! identifier was made [eIDAS SAML Attribute Profile 1.4].

use roxmltree::Node;

use crate::sp::country::Country;

/// Whether an attribute tells who acts for the person. Whoever takes no representatives refuses such an answer, because
/// the person would seem to act alone [eIDAS SAML Attribute Profile 1.4 §2.8].
pub(crate) fn is_of_a_representative(name: &str) -> bool {
    let person = name.strip_prefix("http://eidas.europa.eu/attributes/");
    let rest = person.and_then(|rest| {
        rest.strip_prefix("naturalperson/").or_else(|| rest.strip_prefix("legalperson/"))
    });
    rest.is_some_and(|rest| rest.starts_with("representative/"))
}

/// Whether a value says that it is not in Latin script; there is one beside it that is. The schema qualifies the
/// attribute, and the examples of the specification do not [eIDAS SAML Attribute Profile 1.4 §2.4].
pub(crate) fn is_native(value: Node<'_, '_>) -> bool {
    value.attributes().any(|one| {
        let is_its =
            one.namespace().is_none_or(|uri| uri.starts_with("http://eidas.europa.eu/attributes/"));
        one.name() == "LatinScript" && is_its && ["false", "0"].contains(&one.value().trim_ascii())
    })
}

/// The name by which values of this attribute in another script than Latin are known.
pub(crate) fn native(name: &str) -> String {
    format!("{name}#native")
}

/// Whether a value of this attribute may stand there, where identifiers are made for this country: `CC/CC/…`, of the
/// country that made it and the one that it is for [eIDAS SAML Attribute Profile 1.4 §2.2.3, §2.5].
pub(crate) fn is_for(country: Country, name: &str, value: &str) -> bool {
    if !IDENTIFIERS.contains(&name) {
        return true;
    }
    let parts = value.split_once('/').and_then(|(made_by, rest)| {
        rest.split_once('/').map(|(made_for, opaque)| (made_by, made_for, opaque))
    });
    parts.is_some_and(|(made_by, made_for, opaque)| {
        Country::parse(made_by).is_some()
            && Country::parse(made_for) == Some(country)
            && !opaque.is_empty()
            && value.len() <= LONGEST_IDENTIFIER
            && !value.contains(char::is_whitespace)
    })
}

const IDENTIFIERS: [&str; 2] = [
    "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
    "http://eidas.europa.eu/attributes/legalperson/LegalPersonIdentifier",
];
const LONGEST_IDENTIFIER: usize = 256;
