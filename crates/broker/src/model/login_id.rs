//! The reference of a login.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ports::Entropy;

/// The reference that a person can read aloud and an operator can search for: eight characters,
/// without those that look or sound alike. It opens nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginId(String);

impl LoginId {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 8];
        entropy.fill(&mut random);
        let character = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied();
        Self(random.iter().filter_map(character).map(char::from).collect())
    }

    /// The reference.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Crockford's base32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the octets 0, 1, 2, … in every draw.
    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, buf: &mut [u8]) {
            buf.iter_mut().zip(0..).for_each(|(octet, number)| *octet = number);
        }
    }

    #[test]
    fn a_reference_is_eight_characters_that_can_be_read_aloud() {
        assert_eq!(LoginId::new(&Counting).as_str(), "01234567");
        for confusing in b"ILOUilou" {
            assert!(!ALPHABET.contains(confusing));
        }
    }
}
