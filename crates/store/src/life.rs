//! The life of a record in whole milliseconds, which both stores count in.

use std::time::Duration;

/// `life` in whole milliseconds, at least one: Redis refuses `PX 0`, and a record that nobody can
/// ever see must still end a claim's race the same way in both stores.
pub(crate) fn in_millis(life: Duration) -> i64 {
    i64::try_from(life.as_millis()).unwrap_or(MAX_MILLIS).clamp(1, MAX_MILLIS)
}

// A hundred years: no record is meant to live as long, and the sum with the present cannot overflow
// what Redis keeps (a signed 64-bit count of milliseconds).
const MAX_MILLIS: i64 = 100 * 366 * 24 * 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_of_nothing_is_one_millisecond() {
        assert_eq!(in_millis(Duration::ZERO), 1);
        assert_eq!(in_millis(Duration::from_nanos(1)), 1);
    }

    #[test]
    fn a_life_without_end_ends() {
        assert_eq!(in_millis(Duration::MAX), MAX_MILLIS);
    }

    #[test]
    fn an_ordinary_life_is_kept_to_the_millisecond() {
        assert_eq!(in_millis(Duration::from_mins(1)), 60_000);
    }
}
