//! The Authentication Context Class Reference.

/// The level that an authentication reached, in the provider's words [OIDC Core §2]: 1 to 255
/// characters without white space, because `acr_values` separates levels by spaces.
///
/// Whether it is one of the levels that the configuration knows is for the caller to say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Acr(String);

impl Acr {
    /// Takes a value from the configuration or from a token; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let one_word = !text.contains(|c: char| c.is_whitespace() || c.is_control());
        ((1..=255).contains(&text.len()) && one_word).then(|| Self(text.to_owned()))
    }

    /// The level.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Acr {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_word_of_bounded_length() {
        for bad in ["", "a b", "a\n", &"a".repeat(256)] {
            assert_eq!(Acr::parse(bad), None, "{bad}");
        }
        let level = "http://ftn.ficora.fi/2017/loa2";
        assert_eq!(Acr::parse(level).as_ref().map(Acr::as_str), Some(level));
    }
}
