//! Octets in records, which are written as such, and not as a list of numbers.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// So many octets. `Debug` does not show them: most are secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Octets<const N: usize>(pub(crate) [u8; N]);

impl Octets<16> {
    /// The first half of a hash that nobody can compute for a value of their choice: 128 bits tell all such
    /// values apart.
    pub(crate) fn first_of(hash: &[u8; 32]) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(hash.split_at(16).0);
        Self(half)
    }
}

impl<const N: usize> fmt::Debug for Octets<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Octets({N})")
    }
}

impl<const N: usize> Serialize for Octets<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Octets<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfLength<const N: usize>;
        impl<const N: usize> Visitor<'_> for OfLength<N> {
            type Value = Octets<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{N} octets")
            }

            fn visit_bytes<E: Error>(self, octets: &[u8]) -> Result<Octets<N>, E> {
                let wrong = |_| E::invalid_length(octets.len(), &self);
                octets.try_into().map(Octets).map_err(wrong)
            }
        }
        deserializer.deserialize_bytes(OfLength)
    }
}

/// Octets of any number, for `serde(with)`.
pub(crate) mod any {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(octets: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(octets)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct OfAnyLength;
        impl Visitor<'_> for OfAnyLength {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("octets")
            }

            fn visit_bytes<E: Error>(self, octets: &[u8]) -> Result<Vec<u8>, E> {
                Ok(octets.to_vec())
            }
        }
        from.deserialize_bytes(OfAnyLength)
    }
}
