//! The outcomes of the checks of the store, and how long each is forgiven.

use jiff::{SignedDuration, Timestamp};
use silta_broker::ports::StoreError;

use crate::finding::Finding;

/// The outcomes of the store checks. Each thread that calls the store has a connection of its own,
/// and checks that one.
pub(crate) struct StoreChecks {
    /// The host and port, where it is a Redis.
    pub(crate) address: Option<String>,
    threads: Vec<ThreadCheck>,
    /// Whether all threads were served once.
    ready: bool,
    /// The causes that were logged since all threads were served: each once, and there are few.
    logged: Vec<StoreError>,
}

/// The outcome of the checks of one thread.
#[derive(Debug, Clone, Copy, Default)]
struct ThreadCheck {
    /// Whether a thread checks.
    taken: bool,
    /// The time of the last check that succeeded.
    served: Option<Timestamp>,
    /// The error of the last check, if it failed.
    error: Option<StoreError>,
}

/// A change that is logged, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreChange {
    /// The store serves for the first time.
    Ready,
    /// It does not serve any more, or for another reason than before.
    Broken(StoreError),
    /// It serves again.
    Recovered,
}

impl StoreChecks {
    /// Of so many threads, none of which has checked.
    pub(crate) fn of(threads: usize) -> Self {
        let threads = vec![ThreadCheck::default(); threads];
        Self { address: None, threads, ready: false, logged: vec![] }
    }

    /// A place for the checks of one thread; `None` while other threads have all of them.
    pub(crate) fn take_place(&mut self) -> Option<usize> {
        let index = self.threads.iter().position(|thread| !thread.taken)?;
        self.threads.get_mut(index)?.taken = true;
        Some(index)
    }

    /// Leaves a place to another thread.
    pub(crate) fn leave(&mut self, index: usize) {
        if let Some(thread) = self.threads.get_mut(index) {
            thread.taken = false;
        }
    }

    /// Records the outcome of one check at this place, and returns what is to be logged of it.
    pub(crate) fn record(
        &mut self,
        index: usize,
        outcome: Result<(), StoreError>,
        now: Timestamp,
    ) -> Option<StoreChange> {
        let thread = self.threads.get_mut(index)?;
        thread.error = outcome.err();
        if outcome.is_ok() {
            thread.served = Some(now);
        }
        match outcome {
            Ok(()) if !self.errors().is_empty() => None,
            Ok(()) if self.ready => {
                let recovered = !self.logged.is_empty();
                self.logged.clear();
                recovered.then_some(StoreChange::Recovered)
            }
            Ok(()) => {
                self.ready = self.threads.iter().all(|thread| thread.served.is_some());
                if self.ready {
                    self.logged.clear();
                }
                self.ready.then_some(StoreChange::Ready)
            }
            Err(error) if self.logged.contains(&error) => None,
            Err(error) => {
                self.logged.push(error);
                Some(StoreChange::Broken(error))
            }
        }
    }

    /// What is wrong with each thread.
    pub(crate) fn problems(&self, now: Timestamp) -> impl Iterator<Item = Problem> {
        let address = self.address.as_deref();
        self.threads.iter().filter_map(move |thread| thread.problem(now, address))
    }

    /// The errors of the last checks, each once: none while every thread is served.
    pub(crate) fn errors(&self) -> Vec<StoreError> {
        let mut errors = vec![];
        for error in self.threads.iter().filter_map(|thread| thread.error) {
            push_once(&mut errors, error);
        }
        errors
    }
}

impl ThreadCheck {
    fn problem(&self, now: Timestamp, address: Option<&str>) -> Option<Problem> {
        let finding = |error| Finding::store_unavailable(error, address);
        let silent = self.served.map(|last| now.duration_since(last));
        match (silent, self.error) {
            (None, None) => Some(Problem::NotAsked),
            (None, Some(error)) => Some(Problem::Reason(finding(error))),
            // Of a store in this process there is one replica: nobody else could do better, and
            // the logins that are open there can end nowhere else.
            (Some(_), Some(error @ StoreError::Full)) => Some(Problem::Warning(finding(error))),
            (Some(silent), error) if silent > PATIENCE => {
                Some(Problem::Reason(finding(error.unwrap_or(StoreError::NoAnswer))))
            }
            (Some(_), Some(error)) => Some(Problem::Warning(finding(error))),
            (Some(_), None) => None,
        }
    }
}

/// The problem of one thread.
pub(crate) enum Problem {
    /// It has not asked the store yet.
    NotAsked,
    /// It makes the process not ready.
    Reason(Finding),
    /// It does not yet.
    Warning(Finding),
}

pub(crate) fn push_once<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        list.push(one);
    }
}

/// A failover of ElastiCache takes seconds; taking every replica out for it would make an outage of
/// a blip.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);
