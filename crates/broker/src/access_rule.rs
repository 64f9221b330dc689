//! Who may use a relying party.

use silta_mapping::{AttributeError, Attributes, in_one_spelling};

/// Who may use a relying party, of all the people whom its upstream authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessRule {
    /// Everybody.
    Everyone,
    /// Whoever has an attribute with these values, octet for octet; identity codes in either spelling.
    Has {
        /// The attribute of the dictionary.
        attribute: String,
        /// The values that let somebody in.
        values: Vec<String>,
        /// How many of the values that a person has must be among them.
        matching: Matching,
    },
}

/// How many of several values must be the right ones. Nobody is let in who has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// One of them.
    Any,
    /// Each of them.
    All,
}

impl AccessRule {
    /// The attribute that decides, if one does.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match self {
            Self::Everyone => None,
            Self::Has { attribute, .. } => Some(attribute),
        }
    }

    /// Whether a person with these attributes may use the relying party.
    ///
    /// # Errors
    /// [`AttributeError`] where a value of the attribute that decides is no text.
    pub(crate) fn allows(&self, attributes: &Attributes) -> Result<bool, AttributeError> {
        let Self::Has { attribute, values, matching } = self else { return Ok(true) };
        let listed =
            |has: &String| values.iter().any(|value| *has == in_one_spelling(attribute, value));
        let has = attributes.readable(attribute)?;
        Ok(match matching {
            Matching::Any => has.iter().any(listed),
            Matching::All => !has.is_empty() && has.iter().all(listed),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use silta_testkit::dictionary::suomifi;

    use super::*;

    /// Whether a person is let in who has these values, each in an element of its own.
    fn allowed(matching: Matching, values: &[&str], has: &[&str]) -> bool {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        let attribute = "KotikuntaKuntanumero".to_owned();
        let rule = AccessRule::Has { attribute, values, matching };
        let name = "urn:oid:1.2.246.517.2002.2.18";
        let attributes = suomifi().recognise(has.iter().map(|value| (name, [*value])));
        assert_eq!(AccessRule::Everyone.allows(&attributes), Ok(true));
        rule.allows(&attributes).unwrap()
    }

    #[test]
    fn an_identity_code_may_be_written_in_small_letters() {
        let rule = AccessRule::Has {
            attribute: "nationalIdentificationNumber".to_owned(),
            values: vec!["010170-912x".to_owned()],
            matching: Matching::Any,
        };
        for (has, allowed) in [("010170-912X", true), ("010170-912x", true), ("010170-913X", false)]
        {
            let attributes = suomifi().recognise([("urn:oid:1.2.246.21", [has])]);
            assert_eq!(rule.allows(&attributes), Ok(allowed), "{has}");
        }
    }

    #[test]
    fn one_value_is_enough_and_it_must_be_the_same_octet_for_octet() {
        assert!(allowed(Matching::Any, &["853"], &["853"]));
        assert!(allowed(Matching::Any, &["049", "853"], &["853"]));
        assert!(allowed(Matching::Any, &["853"], &["091", "853"]));
        for has in [&[][..], &[""], &["53"], &["8530"], &["85"]] {
            assert!(!allowed(Matching::Any, &["049", "853"], has), "{has:?}");
        }
    }

    #[test]
    fn where_all_values_must_be_listed_one_other_keeps_out_and_none_lets_nobody_in() {
        for has in [&["853"][..], &["049", "853"], &["853", "853"]] {
            assert!(allowed(Matching::All, &["049", "853"], has), "{has:?}");
        }
        for has in [&[][..], &[""], &["853", ""], &["853", "091"], &["091"]] {
            assert!(!allowed(Matching::All, &["049", "853"], has), "{has:?}");
        }
    }

    #[test]
    fn a_value_that_is_no_text_decides_nothing() {
        let has = [("urn:oid:1.2.246.517.2002.2.18", ["853", "8\u{0}5"])];
        let attributes = suomifi().recognise(has);
        for matching in [Matching::Any, Matching::All] {
            let attribute = "KotikuntaKuntanumero".to_owned();
            let why = AttributeError::ForbiddenCharacter { attribute: attribute.clone() };
            let rule = AccessRule::Has { attribute, values: vec!["853".to_owned()], matching };
            assert_eq!(rule.allows(&attributes), Err(why));
        }
    }
}
