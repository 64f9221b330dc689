//! Fields that some identity providers read beside a message.

use crate::binding::unsigned_parameters::{UnsignedParameterError, is_of_saml};

/// Fields that stand in the form beside a message, which no signature covers [SAML2Bind §3.5.3]: the file's own texts, never
/// what a person or a relying party sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormFields(Vec<(String, FormFieldValue)>);

/// What a field says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormFieldValue {
    /// Always the same.
    Constant(String),
    /// The one of these that a relying party's hint is.
    OfHint {
        /// The values that a hint may be.
        allowed: Vec<String>,
        /// What stands there otherwise; without it the field is left out.
        otherwise: Option<String>,
    },
}

impl FormFields {
    /// Adds one.
    ///
    /// # Errors
    /// [`UnsignedParameterError`].
    pub fn add(&mut self, name: &str, value: FormFieldValue) -> Result<(), UnsignedParameterError> {
        if is_of_saml(name) {
            return Err(UnsignedParameterError::OfSaml);
        }
        // The page's script would find the field in place of what submits the form [HTML §4.10.3].
        if name.eq_ignore_ascii_case("submit") {
            return Err(UnsignedParameterError::OfTheForm);
        }
        let texts: Vec<&String> = match &value {
            FormFieldValue::Constant(text) => vec![text],
            FormFieldValue::OfHint { allowed, otherwise } => {
                allowed.iter().chain(otherwise).collect()
            }
        };
        if name.is_empty() || texts.iter().any(|text| text.is_empty()) {
            return Err(UnsignedParameterError::Empty);
        }
        let length = texts.iter().fold(name.len(), |sum, text| sum.saturating_add(text.len()));
        if length > LIMIT || self.0.len() >= MOST {
            return Err(UnsignedParameterError::TooLong);
        }
        self.0.push((name.to_owned(), value));
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of one request, where its relying party gave this hint.
    #[must_use]
    pub fn of_request(&self, hint: Option<&str>) -> Vec<(String, String)> {
        let value = |value: &FormFieldValue| match value {
            FormFieldValue::Constant(text) => Some(text.clone()),
            FormFieldValue::OfHint { allowed, otherwise } => allowed
                .iter()
                .find(|one| Some(one.as_str()) == hint)
                .or(otherwise.as_ref())
                .cloned(),
        };
        self.0.iter().filter_map(|(name, one)| Some((name.clone(), value(one)?))).collect()
    }
}

/// All countries of Europe in one field, and more.
const LIMIT: usize = 1024;
/// An eIDAS node reads one.
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn of_hint(otherwise: Option<&str>) -> FormFieldValue {
        let allowed = vec!["FI".to_owned(), "SE".to_owned()];
        FormFieldValue::OfHint { allowed, otherwise: otherwise.map(str::to_owned) }
    }

    #[test]
    fn a_field_that_might_be_taken_for_the_message_or_keeps_it_from_going_is_refused() {
        let mut fields = FormFields::default();
        for (name, value, error) in [
            ("SAMLRequest", of_hint(None), UnsignedParameterError::OfSaml),
            ("relaystate", of_hint(None), UnsignedParameterError::OfSaml),
            ("SigAlg", of_hint(None), UnsignedParameterError::OfSaml),
            ("signature", of_hint(None), UnsignedParameterError::OfSaml),
            ("submit", of_hint(None), UnsignedParameterError::OfTheForm),
            ("", of_hint(None), UnsignedParameterError::Empty),
            ("country", of_hint(Some("")), UnsignedParameterError::Empty),
            (
                "country",
                FormFieldValue::Constant("x".repeat(LIMIT)),
                UnsignedParameterError::TooLong,
            ),
        ] {
            assert_eq!(fields.add(name, value), Err(error), "{name}");
        }
        for number in 0..MOST {
            assert_eq!(fields.add(&format!("n{number}"), of_hint(None)), Ok(()));
        }
        assert_eq!(fields.add("one_more", of_hint(None)), Err(UnsignedParameterError::TooLong));
    }

    /// Whatever a hint says, what goes along is a text of the file.
    #[test]
    fn a_hint_chooses_among_the_values_of_the_file_and_adds_none() {
        let sent = |value: FormFieldValue, hint| {
            let mut fields = FormFields::default();
            assert_eq!(fields.add("country", value), Ok(()));
            fields.of_request(hint).pop().map(|(_, value)| value)
        };
        for (hint, alone, otherwise) in [
            (Some("SE"), Some("SE"), Some("SE")),
            (Some("se"), None, Some("XX")),
            (Some("SE\" onclick=x"), None, Some("XX")),
            (Some(""), None, Some("XX")),
            (None, None, Some("XX")),
        ] {
            assert_eq!(sent(of_hint(None), hint).as_deref(), alone, "{hint:?}");
            assert_eq!(sent(of_hint(Some("XX")), hint).as_deref(), otherwise, "{hint:?}");
            let constant = FormFieldValue::Constant("FI".to_owned());
            assert_eq!(sent(constant, hint).as_deref(), Some("FI"));
        }
    }
}
