//! Parameters that some identity providers read beside a message.

use thiserror::Error;

use crate::binding::url_text::percent;

/// Parameters that stand after the signature of a redirect, which does not cover them
/// [SAML2Bind §3.4.4.1]: constants, never what a person or a relying party sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnsignedParameters(String);

/// Why a parameter cannot be added to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnsignedParameterError {
    /// Whoever reads it might take it for what is signed.
    #[error("SAML itself has a parameter of this name")]
    OfSaml,
    /// It would be found in place of what submits the form.
    #[error("a form with a field of this name does not submit itself")]
    OfTheForm,
    /// It has no name, or no value.
    #[error("a parameter needs a name and a value")]
    Empty,
    /// More than any identity provider is known to read.
    #[error("the parameters have more than {LIMIT} octets")]
    TooLong,
}

impl UnsignedParameters {
    /// Adds one, percent-encoded.
    ///
    /// # Errors
    /// [`UnsignedParameterError`].
    pub fn add(&mut self, name: &str, value: &str) -> Result<(), UnsignedParameterError> {
        if name.is_empty() || value.is_empty() {
            return Err(UnsignedParameterError::Empty);
        }
        if is_of_saml(name) {
            return Err(UnsignedParameterError::OfSaml);
        }
        let more = format!("&{}={}", percent(name), percent(value));
        if self.0.len().saturating_add(more.len()) > LIMIT {
            return Err(UnsignedParameterError::TooLong);
        }
        self.0.push_str(&more);
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they stand behind other parameters.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a name is SAML's own. There are readers that do not tell upper case from lower.
pub(super) fn is_of_saml(name: &str) -> bool {
    OF_SAML.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// [SAML2Bind §3.4.3, §3.4.4.1, §3.5.3, §3.6.3].
const OF_SAML: [&str; 7] =
    ["SAMLRequest", "SAMLResponse", "SAMLart", "SAMLEncoding", "RelayState", "SigAlg", "Signature"];
/// A request has some 2,000 octets, and some software takes no longer URLs than 4,096.
const LIMIT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_might_be_taken_for_a_part_of_the_message_is_refused() {
        for name in OF_SAML.into_iter().chain(["samlrequest", "SIGALG", "relaystate"]) {
            let mut parameters = UnsignedParameters::default();
            assert_eq!(parameters.add(name, "x"), Err(UnsignedParameterError::OfSaml), "{name}");
            assert_eq!(parameters, UnsignedParameters::default());
        }
    }

    #[test]
    fn names_and_values_are_encoded_and_bounded() {
        let mut parameters = UnsignedParameters::default();
        assert_eq!(parameters.add("whr", "a&SAMLRequest=b #c"), Ok(()));
        assert_eq!(parameters.add("Signature=", "ä"), Ok(()));
        let written = "&whr=a%26SAMLRequest%3Db%20%23c&Signature%3D=%C3%A4";
        assert_eq!(parameters.as_str(), written);
        for (name, value) in [("", "x"), ("x", "")] {
            assert_eq!(parameters.add(name, value), Err(UnsignedParameterError::Empty));
        }
        let room = LIMIT - written.len() - "&x=".len();
        let too_long = parameters.add("x", &"y".repeat(room + 1));
        assert_eq!(too_long, Err(UnsignedParameterError::TooLong));
        assert_eq!(parameters.add("x", &"y".repeat(room)), Ok(()));
    }
}
