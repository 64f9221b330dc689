//! Who learns what happened.

use crate::audit::Event;

/// The receiver of audit events.
pub trait Audit: Send + Sync {
    /// Records one event. A failure to record it does not reach the caller.
    fn record(&self, event: Event<'_>);
}
