//! Sources whose answers were refused a moment ago. Among those that wait to start they come last.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use silta_broker::SourceNetwork;

/// Whoever floods the ACS sends answers that are refused, while an honest person sends one that is not.
/// An honest person whose answer was refused, or who shares an address with somebody hostile, waits a
/// little longer, and only while more come than can be served.
#[derive(Default)]
pub(super) struct Suspects(HashMap<SourceNetwork, Instant>);

impl Suspects {
    /// Remembers that an answer from `source` was refused.
    pub(super) fn add(&mut self, source: SourceNetwork) {
        if self.0.len() >= MOST {
            self.0.retain(|_, since| since.elapsed() < REMEMBERED);
        }
        // With more of them at once than that, those that are known already go last.
        if self.0.len() < MOST || self.0.contains_key(&source) {
            self.0.insert(source, Instant::now());
        }
    }

    pub(super) fn contains(&self, source: SourceNetwork) -> bool {
        self.0.get(&source).is_some_and(|since| since.elapsed() < REMEMBERED)
    }
}

/// Longer than a flood pauses, shorter than a person needs for the next login.
const REMEMBERED: Duration = Duration::from_secs(10);
/// 64 KiB for each core.
const MOST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: u16) -> SourceNetwork {
        let [high, low] = number.to_be_bytes();
        SourceNetwork::of(std::net::Ipv4Addr::new(198, 18, high, low).into())
    }

    #[test]
    fn no_more_suspects_are_remembered_than_there_is_room_for() {
        let mut suspects = Suspects::default();
        for number in 0..5_000 {
            suspects.add(source(number));
        }
        assert_eq!(suspects.0.len(), MOST);
        assert!(suspects.contains(source(0)));
        assert!(!suspects.contains(source(4_999)));
    }
}
