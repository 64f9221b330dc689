//! By what name a service provider knows a person.

use silta_mapping::Claims;
use silta_saml::NameId;

use crate::error::LoginError;
use crate::model::person::Person;

/// The rule by which a service provider's `NameID`s are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameIdRule {
    /// The pairwise `sub`, with the persistent format [SAML2Core §8.3.7].
    Persistent,
    /// Another one at every login [SAML2Core §8.3.8].
    Transient,
    /// What the mapping makes of a person.
    Attribute {
        /// The name of the attribute: it must come with one value.
        name: String,
        /// The format that is said of it.
        format: NameIdFormat,
    },
    /// `sub@domain`, for a service provider that wants an e-mail address of people who have none.
    Email {
        /// What stands behind the `@`.
        domain: String,
    },
}

/// The formats of a NameID that comes from an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameIdFormat {
    /// An e-mail address [SAML2Core §8.3.2].
    EmailAddress,
    /// A name that stays.
    Persistent,
    /// Nothing is said of it [SAML2Core §8.3.1].
    Unspecified,
}

impl NameIdFormat {
    /// Its URI.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Self::EmailAddress => EMAIL,
            Self::Persistent => PERSISTENT,
            Self::Unspecified => UNSPECIFIED,
        }
    }
}

impl NameIdRule {
    /// The URI of the format of these `NameID`s.
    #[must_use]
    pub fn format(&self) -> &'static str {
        match self {
            Self::Persistent => PERSISTENT,
            Self::Transient => TRANSIENT,
            Self::Attribute { format, .. } => format.uri(),
            Self::Email { .. } => EMAIL,
        }
    }

    /// Whether a request that asks for `wished` gets what it asks for [SAML2Core §3.4.1.1].
    pub(crate) fn grants(&self, wished: Option<&str>) -> bool {
        wished.is_none_or(|wished| wished == UNSPECIFIED || wished == self.format())
    }

    /// The NameID of this person. `random` is the name of this login alone.
    pub(crate) fn name_id(&self, person: &Person, random: String) -> Result<NameId, LoginError> {
        let value = match self {
            Self::Persistent => person.sub.clone(),
            Self::Transient => random,
            Self::Attribute { name, .. } => only_value(&person.claims, name)?,
            Self::Email { domain } => format!("{}@{domain}", person.sub),
        };
        if value.is_empty() || value.len() > MAX_OCTETS {
            return Err(LoginError::NoNameId);
        }
        Ok(NameId {
            value,
            format: Some(self.format().to_owned()),
            name_qualifier: None,
            sp_name_qualifier: None,
        })
    }
}

/// Of several values none is the person's name.
fn only_value(claims: &Claims, name: &str) -> Result<String, LoginError> {
    let value = claims.as_map().get(name).and_then(serde_json::Value::as_str);
    value.map(str::to_owned).ok_or(LoginError::NoNameId)
}

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
/// What SAML allows a persistent name, and AWS Client VPN any [SAML2Core §8.3.7].
const MAX_OCTETS: usize = 255;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn named(rule: &NameIdRule, claims: Value) -> Result<(String, String), LoginError> {
        let person = Person {
            sub: "c3ViamVjdA".to_owned(),
            acr: "high".to_owned(),
            auth_time: None,
            claims: serde_json::from_value(claims).unwrap(),
        };
        let name = rule.name_id(&person, "_random".to_owned())?;
        assert_eq!((name.name_qualifier, name.sp_name_qualifier), (None, None));
        Ok((name.value, name.format.unwrap()))
    }

    fn attribute(format: NameIdFormat) -> NameIdRule {
        NameIdRule::Attribute { name: "mail".to_owned(), format }
    }

    #[test]
    fn each_rule_makes_a_name_of_its_format() {
        let email = NameIdRule::Email { domain: "vpn.example.fi".to_owned() };
        let mail = || json!({ "mail": "aino@example.fi", "other": "x" });
        for (rule, value, format) in [
            (NameIdRule::Persistent, "c3ViamVjdA", PERSISTENT),
            (NameIdRule::Transient, "_random", TRANSIENT),
            (email, "c3ViamVjdA@vpn.example.fi", EMAIL),
            (attribute(NameIdFormat::EmailAddress), "aino@example.fi", EMAIL),
            (attribute(NameIdFormat::Persistent), "aino@example.fi", PERSISTENT),
            (attribute(NameIdFormat::Unspecified), "aino@example.fi", UNSPECIFIED),
        ] {
            assert_eq!(named(&rule, mail()), Ok((value.to_owned(), format.to_owned())));
            assert_eq!(rule.format(), format);
        }
    }

    #[test]
    fn an_attribute_that_is_no_single_short_text_names_nobody() {
        let rule = attribute(NameIdFormat::EmailAddress);
        assert!(named(&rule, json!({ "mail": "a".repeat(255) })).is_ok());
        for claims in [
            json!({}),
            json!({ "mail": "" }),
            json!({ "mail": ["a@example.fi", "b@example.fi"] }),
            json!({ "mail": ["a@example.fi"] }),
            json!({ "mail": 7 }),
            json!({ "mail": "a".repeat(256) }),
            json!({ "mail": "ä".repeat(128) }),
        ] {
            assert_eq!(named(&rule, claims.clone()), Err(LoginError::NoNameId), "{claims}");
        }
    }

    #[test]
    fn a_request_gets_the_format_of_the_rule_or_none() {
        let rule = NameIdRule::Persistent;
        for granted in [None, Some(UNSPECIFIED), Some(PERSISTENT)] {
            assert!(rule.grants(granted), "{granted:?}");
        }
        for refused in ["", TRANSIENT, EMAIL, "persistent"] {
            assert!(!rule.grants(Some(refused)), "{refused}");
        }
        assert!(attribute(NameIdFormat::EmailAddress).grants(Some(EMAIL)));
    }
}
