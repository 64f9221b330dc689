//! Instants in the claims of a JWT.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The instant of a `NumericDate`: seconds, perhaps with a fraction [RFC 7519 §2]. `None` for anything else,
/// and for an instant that no calendar has.
pub(crate) fn instant(value: &Value) -> Option<Timestamp> {
    let since_epoch = value.as_i64().map(SignedDuration::from_secs).or_else(|| {
        value.as_f64().and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok())
    });
    since_epoch.and_then(|since| Timestamp::from_duration(since).ok())
}

/// The instant that lies `by` later, or the end of all time.
pub(crate) fn later(instant: Timestamp, by: Duration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(Timestamp::MAX)
}
