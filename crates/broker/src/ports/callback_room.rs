//! Room for callbacks that wait for an upstream.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many requests wait for one upstream, of all that a replica works on.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// Room for one more, if fewer than `most` wait.
    pub(crate) fn enter(&self, most: usize) -> Option<CallbackRoom> {
        let one_more = |waiting: usize| (waiting < most).then_some(waiting + 1);
        let entered = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        entered.is_ok().then(|| CallbackRoom(Some(self.0.clone())))
    }
}

/// Room for one request that waits for its upstream. Dropping it leaves it to another one.
#[must_use]
#[derive(Default)]
pub struct CallbackRoom(Option<Arc<AtomicUsize>>);

impl CallbackRoom {
    /// Room at an upstream that nobody waits for.
    pub fn unbounded() -> Self {
        Self::default()
    }
}

impl Drop for CallbackRoom {
    fn drop(&mut self) {
        if let Some(waiting) = &self.0 {
            waiting.fetch_sub(1, Ordering::Relaxed);
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
    use super::*;

    #[test]
    fn as_many_enter_as_there_is_room_for_and_others_once_one_has_left() {
        let waiting = Waiting::default();
        let first = waiting.enter(2);
        let second = waiting.enter(2);
        assert!(first.is_some() && second.is_some());
        assert!(waiting.enter(2).is_none() && waiting.enter(2).is_none());
        drop(first);
        let third = waiting.enter(2);
        assert!(third.is_some() && waiting.enter(2).is_none());
    }
}
