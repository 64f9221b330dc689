//! What an adapter remembers between two messages.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::octets;
use crate::versioned::{self, RecordError, Tagged, Versioned};

/// What an adapter remembers of a login between two messages: opaque to everybody else, and versioned
/// by itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pending(#[serde(with = "octets::any")] Vec<u8>);

impl Pending {
    /// Keeps `value`.
    ///
    /// # Errors
    /// [`RecordError::Unreadable`] when it cannot be written, which no value of ours is.
    pub fn keep<T: Versioned>(value: &T) -> Result<Self, RecordError> {
        value.to_octets().map(Self).ok_or(RecordError::Unreadable)
    }

    /// What an adapter reads of a login that the previous release kept whole: all of it, below a tag
    /// that the adapter knows.
    pub(crate) fn of_previous(login: &Tagged<'_>, tag: &str) -> Option<Self> {
        login.below(tag).map(Self)
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    struct Secret(String);

    impl Versioned for Secret {
        const TAGS: &'static [&'static str] = &["secret.1"];

        fn to_octets(&self) -> Option<Vec<u8>> {
            versioned::write("secret.1", &self.0)
        }

        fn read(tagged: &Tagged<'_>) -> Option<Self> {
            (tagged.tag() == "secret.1").then(|| tagged.body().map(Self))?
        }
    }

    #[test]
    fn what_an_adapter_keeps_comes_back_and_is_not_printed() {
        let pending = Pending::keep(&Secret("210281-9988".to_owned())).unwrap();
        assert_eq!(pending.read::<Secret>().unwrap().0, "210281-9988");
        let stored = minicbor_serde::to_vec(&pending).unwrap();
        assert_eq!(minicbor_serde::from_slice::<Pending>(&stored).unwrap(), pending);
        assert_eq!(format!("{pending:?}"), format!("Pending({} octets)", pending.octets()));
    }
}
