//! The configuration that runs, as readiness tells of it.

use jiff::Timestamp;
use serde::Serialize;

use crate::finding::Finding;
use crate::reload_outcome::ReloadOutcome;

/// The configuration that runs, as the admin listener shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RunningConfiguration {
    /// Its hash.
    pub(crate) hash: String,
    /// When it was last read anew, and what became of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_read: Option<LastRead>,
    /// Whether replicas have run different ones for a minute.
    pub(crate) replicas_differ: bool,
}

/// What became of a configuration that was read anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LastRead {
    pub(crate) at: Timestamp,
    pub(crate) outcome: ReloadOutcome,
}

impl RunningConfiguration {
    /// What is wrong with it. It is only a warning: the last good one runs.
    pub(crate) fn findings(&self) -> impl Iterator<Item = Finding> {
        let of_outcome = match self.last_read.as_ref().map(|read| read.outcome) {
            Some(ReloadOutcome::Refused) => Some(Finding::CONFIGURATION_REFUSED),
            Some(ReloadOutcome::Pending) => Some(Finding::CONFIGURATION_PENDING),
            Some(ReloadOutcome::Changed | ReloadOutcome::Unchanged) | None => None,
        };
        let differ = self.replicas_differ.then_some(Finding::CONFIGURATIONS_DIFFER);
        of_outcome.into_iter().chain(differ)
    }
}
