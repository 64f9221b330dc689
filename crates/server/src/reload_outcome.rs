//! How reading a configuration anew can end.

/// What became of a configuration that was read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReloadOutcome {
    /// It is used.
    Changed,
    /// It means what is used already, and so does every file that it refers to.
    Unchanged,
    /// It cannot be used.
    Refused,
}

impl ReloadOutcome {
    /// A short stable word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}
