//! Who is about to log in, as a relying party has it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a relying party knows beforehand of who is about to log in [OIDC Core §3.1.2.1, `login_hint`]: nobody has proved it,
/// and it may name a person, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoginHint(String);

impl LoginHint {
    /// Takes 1 to 256 octets of characters that XML can carry and that are no control characters. Any other hint is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_text = |one: char| !one.is_control() && !matches!(one, '\u{fffe}' | '\u{ffff}');
        let is_good = (1..=LONGEST).contains(&text.len()) && text.chars().all(is_text);
        is_good.then(|| Self(text.to_owned()))
    }

    /// The hint.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LoginHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginHint(redacted)")
    }
}

/// As long as an identifier of eIDAS may be.
const LONGEST: usize = 256;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_hint_is_text_of_one_line_that_xml_can_carry() {
        for hint in ["anna@kunta.example", "  ", "Ñandú <b>&amp;", &"x".repeat(256)] {
            assert_eq!(LoginHint::parse(hint).unwrap().as_str(), hint);
        }
        let too_long = "ä".repeat(129);
        for hint in
            ["", "a\nb", "a\r", "\t", "a\u{0}", "\u{1b}[2J", "\u{85}", "a\u{ffff}", &too_long]
        {
            assert_eq!(LoginHint::parse(hint), None, "{hint:?}");
        }
    }

    #[test]
    fn a_hint_is_not_printed() {
        let hint = LoginHint::parse("anna@kunta.example").unwrap();
        assert_eq!(format!("{hint:?}"), "LoginHint(redacted)");
    }
}
