//! Countries, as eIDAS has them in messages.

use std::fmt::{self, Write as _};

/// A country as eIDAS writes it: two capital letters, `EU` for institutions. Greece is `GR` in ISO 3166, which the attribute
/// profile refers to [eIDAS SAML Attribute Profile 1.4 §2.2.3], and `EL` to the Union's own authors: both are the same country,
/// and each is written as it was read.
#[derive(Clone, Copy)]
pub struct Country([u8; 2]);

impl PartialEq for Country {
    fn eq(&self, other: &Self) -> bool {
        self.letters_of_the_union() == other.letters_of_the_union()
    }
}

impl Eq for Country {}

impl Country {
    /// Reads two capital letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.as_bytes().try_into().ok().map(Self)?;
        letters.0.iter().all(u8::is_ascii_uppercase).then_some(letters)
    }

    fn letters_of_the_union(self) -> [u8; 2] {
        if self.0 == *b"GR" { *b"EL" } else { self.0 }
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
