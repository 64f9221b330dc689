//! Room for callbacks that wait for an upstream.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::source_network::SourceNetwork;

/// How many requests of each source wait for one upstream, of all that a replica works on.
#[derive(Default)]
pub(crate) struct Waiting(Arc<Mutex<BySource>>);

type BySource = HashMap<SourceNetwork, usize>;

impl Waiting {
    /// Room for one more of `source`, if fewer than `most` wait. Once half of it is taken, no source gets
    /// more than a quarter.
    pub(crate) fn enter(&self, source: SourceNetwork, most: usize) -> Option<CallbackRoom> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = waiting.values().sum();
        let own = waiting.get(&source).copied().unwrap_or_default();
        if all >= most || (all >= most / 2 && own >= most / 4) {
            return None;
        }
        waiting.insert(source, own + 1);
        Some(CallbackRoom(Some((self.0.clone(), source))))
    }
}

/// Room for one request that waits for its upstream. Dropping it leaves it to another one.
#[must_use]
#[derive(Default)]
pub struct CallbackRoom(Option<(Arc<Mutex<BySource>>, SourceNetwork)>);

impl CallbackRoom {
    /// Room at an upstream that nobody waits for.
    pub fn unbounded() -> Self {
        Self::default()
    }
}

impl Drop for CallbackRoom {
    fn drop(&mut self) {
        let Some((waiting, source)) = &self.0 else { return };
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = waiting.get_mut(source) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                waiting.remove(source);
            }
        }
    }
}

impl fmt::Debug for CallbackRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackRoom")
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn source(last: u8) -> SourceNetwork {
        SourceNetwork::of(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn as_many_enter_as_there_is_room_for_and_others_once_one_has_left() {
        let waiting = Waiting::default();
        let mut rooms: Vec<_> = (1..=8).map(|last| waiting.enter(source(last), 8)).collect();
        assert!(rooms.iter().all(Option::is_some));
        assert!(waiting.enter(source(9), 8).is_none());
        rooms.pop();
        let again = waiting.enter(source(9), 8);
        assert!(again.is_some() && waiting.enter(source(10), 8).is_none());
    }

    #[test]
    fn one_source_takes_half_of_the_room_and_leaves_the_rest_to_others() {
        let waiting = Waiting::default();
        let flood: Vec<_> = (0..8).map_while(|_| waiting.enter(source(1), 8)).collect();
        assert_eq!(flood.len(), 4);
        let others = [waiting.enter(source(2), 8), waiting.enter(source(2), 8)];
        assert!(others.iter().all(Option::is_some), "a quarter, though half is taken");
        assert!(waiting.enter(source(2), 8).is_none());
        drop(flood);
        assert!(waiting.enter(source(2), 8).is_some(), "without a rush it may have more");
    }
}
