//! What eIDAS says of attributes beside SAML: for whom somebody acts, in which script a value is, and for whom an
//! identifier was made [eIDAS SAML Attribute Profile 1.4].

use std::fmt;

use roxmltree::Node;

/// A country as eIDAS writes it: two capital letters, `EL` for Greece and `EU` for institutions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads two capital letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.as_bytes().try_into().ok().map(Self)?;
        letters.0.iter().all(u8::is_ascii_uppercase).then_some(letters)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

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
        one.name() == "LatinScript" && is_its && ["false", "0"].contains(&one.value().trim())
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
    let mut parts = value.splitn(3, '/');
    let mut next = || parts.next().unwrap_or_default();
    let (made_by, made_for, opaque) = (next(), next(), next());
    Country::parse(made_by).is_some()
        && Country::parse(made_for) == Some(country)
        && !opaque.is_empty()
        && value.len() <= LONGEST_IDENTIFIER
        && !value.contains(char::is_whitespace)
}

const IDENTIFIERS: [&str; 2] = [
    "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
    "http://eidas.europa.eu/attributes/legalperson/LegalPersonIdentifier",
];
const LONGEST_IDENTIFIER: usize = 256;
