//! Who may use a relying party.

use silta_mapping::{AttributeError, Attributes, in_one_spelling};

/// Who may use a relying party, of all the people whom its upstream authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessRule {
    /// Everybody.
    Everyone,
    /// Whoever has an attribute with one of these values, octet for octet; identity codes in either
    /// spelling.
    AnyOf {
        /// The attribute of the dictionary.
        attribute: String,
        /// The values of which one is enough.
        values: Vec<String>,
    },
}

impl AccessRule {
    /// The attribute that decides, if one does.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match self {
            Self::Everyone => None,
            Self::AnyOf { attribute, .. } => Some(attribute),
        }
    }

    /// Whether a person with these attributes may use the relying party.
    ///
    /// # Errors
    /// [`AttributeError`] where a value of the attribute that decides is no text.
    pub(crate) fn allows(&self, attributes: &Attributes) -> Result<bool, AttributeError> {
        let Self::AnyOf { attribute, values } = self else { return Ok(true) };
        let has = attributes.readable(attribute)?;
        Ok(values.iter().any(|value| has.contains(&in_one_spelling(attribute, value))))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use silta_mapping::suomifi;

    use super::*;

    fn allowed(values: &[&str], has: &[&str]) -> bool {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        let rule = AccessRule::AnyOf { attribute: "KotikuntaKuntanumero".to_owned(), values };
        let name = "urn:oid:1.2.246.517.2002.2.18";
        let delivered = [(name, has.iter().copied())].into_iter().filter(|_| !has.is_empty());
        let attributes = suomifi().recognise(delivered);
        assert_eq!(AccessRule::Everyone.allows(&attributes), Ok(true));
        rule.allows(&attributes).unwrap()
    }

    #[test]
    fn an_identity_code_may_be_written_in_small_letters() {
        let rule = AccessRule::AnyOf {
            attribute: "nationalIdentificationNumber".to_owned(),
            values: vec!["010170-912x".to_owned()],
        };
        for (has, allowed) in [("010170-912X", true), ("010170-912x", true), ("010170-913X", false)]
        {
            let attributes = suomifi().recognise([("urn:oid:1.2.246.21", [has])]);
            assert_eq!(rule.allows(&attributes), Ok(allowed), "{has}");
        }
    }

    #[test]
    fn one_value_is_enough_and_it_must_be_the_same_octet_for_octet() {
        assert!(allowed(&["853"], &["853"]));
        assert!(allowed(&["049", "853"], &["853"]));
        assert!(allowed(&["853"], &["091", "853"]));
        for has in [&[][..], &[""], &["53"], &["8530"], &["85"]] {
            assert!(!allowed(&["049", "853"], has), "{has:?}");
        }
    }
}
