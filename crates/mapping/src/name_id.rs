//! The names under which a provider's own name of a person is known here.

/// The attribute that holds the text of the NameID of a SAML assertion. It has no source, so that no attribute
/// of a message can pass for it.
pub const NAME_ID: &str = "nameid";

/// What a person is known by where that is their NameID: its text with its format and qualifiers. The blank
/// keeps every entry of a dictionary apart from it, so no claim is made of it.
pub const QUALIFIED_NAME_ID: &str = "nameid qualified";

/// The attribute that holds an OpenID Provider's own identifier of a person, which may mean nothing elsewhere.
pub const PROVIDER_SUBJECT: &str = "providerSubject";

/// What a person is known by where that is an attribute whose values are NameIDs, by the same rule.
#[must_use]
pub fn qualified(attribute: &str) -> String {
    format!("{attribute}{QUALIFIED}")
}

/// The attribute of which this is the qualified name, if it is one.
#[must_use]
pub fn unqualified(name: &str) -> Option<&str> {
    name.strip_suffix(QUALIFIED)
}

const QUALIFIED: &str = " qualified";
