//! What an adapter remembers between two messages.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::versioned::{self, RecordError, Versioned};

/// What an adapter remembers of a login between two messages: opaque to everybody else, and versioned
/// by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Pending(Vec<u8>);

impl Pending {
    /// Keeps `value`.
    ///
    /// # Errors
    /// [`RecordError::Unreadable`] when it cannot be written, which no value of ours is.
    pub fn keep<T: Versioned>(value: &T) -> Result<Self, RecordError> {
        value.to_octets().map(Self).ok_or(RecordError::Unreadable)
    }

    /// Reads what the same adapter kept, here or in the previous release.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn read<T: Versioned>(&self) -> Result<T, RecordError> {
        versioned::from_octets(&self.0)
    }

    /// How many octets it has.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pending({} octets)", self.0.len())
    }
}

impl Serialize for Pending {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Pending {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Octets;
        impl Visitor<'_> for Octets {
            type Value = Pending;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("octets")
            }

            fn visit_bytes<E: Error>(self, octets: &[u8]) -> Result<Pending, E> {
                Ok(Pending(octets.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Octets)
    }
}
