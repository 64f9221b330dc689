//! A configuration that waits until it can be tried.

use tokio::time::Instant;

use crate::config_source::ConfigSource;

/// A configuration that was read and could not be tried, as what it needs did not answer.
pub(crate) struct PendingReload {
    /// What was read: it is tried as it was then.
    pub(crate) source: ConfigSource,
    /// When it is tried again.
    pub(crate) at: Instant,
    /// When the log had it last.
    pub(crate) logged: Instant,
}
