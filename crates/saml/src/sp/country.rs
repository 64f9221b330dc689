//! Countries, as eIDAS has them in messages.

use std::fmt::{self, Write as _};

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
        self.0.into_iter().try_for_each(|letter| f.write_char(letter.into()))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}
