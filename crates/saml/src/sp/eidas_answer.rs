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

/// Whether a value of this attribute may stand there, where identifiers are made for this country.
pub(crate) fn is_for(country: Country, name: &str, value: &str) -> bool {
    !IDENTIFIERS.contains(&name)
        || countries(value).is_some_and(|(_, made_for)| made_for == country)
}

/// The country that made an identifier and the one that it is for, which are what it begins with: `CC/CC/…`
/// [eIDAS SAML Attribute Profile 1.4 §2.2.3, §2.5].
pub(crate) fn countries(identifier: &str) -> Option<(Country, Country)> {
    let (made_by, rest) = identifier.split_once('/')?;
    let (made_for, opaque) = rest.split_once('/')?;
    let countries = (Country::parse(made_by)?, Country::parse(made_for)?);
    let is_one = !opaque.is_empty()
        && identifier.len() <= LONGEST_IDENTIFIER
        && !identifier.contains(char::is_whitespace);
    is_one.then_some(countries)
}

const IDENTIFIERS: [&str; 2] = [
    "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
    "http://eidas.europa.eu/attributes/legalperson/LegalPersonIdentifier",
];
const LONGEST_IDENTIFIER: usize = 256;
