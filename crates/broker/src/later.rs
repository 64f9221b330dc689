//! Instants that lie ahead.

use std::time::Duration;

use jiff::Timestamp;

/// The instant that lies `by` later, or the end of all time.
pub(crate) fn later(instant: Timestamp, by: Duration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(Timestamp::MAX)
}
