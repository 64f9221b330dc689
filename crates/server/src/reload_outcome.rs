//! How reading a configuration anew can end.

use serde::{Serialize, Serializer};

/// What became of a configuration that was read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReloadOutcome {
    /// It is used.
    Changed,
    /// It means what is used already, and so does every file that it refers to.
    Unchanged,
    /// It cannot be used.
    Refused,
    /// AWS or Redis did not answer: it is tried again.
    Pending,
}

impl ReloadOutcome {
    /// Each there is.
    pub(crate) const ALL: [Self; 4] =
        [Self::Changed, Self::Unchanged, Self::Refused, Self::Pending];

    /// A short stable word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Pending => "pending",
        }
    }
}

impl Serialize for ReloadOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
