//! Time that moves only when a test says so.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use silta_broker::ports::Clock;

/// A clock that stands still until it is set or advanced.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that shows `instant`.
    #[must_use]
    pub fn at(instant: Timestamp) -> Self {
        Self(Mutex::new(instant))
    }

    /// Shows `instant` from now on, be it earlier or later.
    pub fn set(&self, instant: Timestamp) {
        *self.0.lock().unwrap() = instant;
    }

    /// Lets `time` pass.
    pub fn advance(&self, time: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(time).expect("a test's time ends before the year 10000");
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_only_when_told() {
        let clock = FixedClock::at(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now().as_second(), 90);
        clock.set(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    }
}
