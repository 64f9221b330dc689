//! The check of a store: every verb once, on a record of its own.

use std::time::Duration;

use silta_broker::ports::{Key, Sealed, Store, StoreError};
use thiserror::Error;

/// The verb that failed, and the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{} failed: {error}", verb.word())]
pub struct StoreCheckError {
    /// The first verb that failed; those before it in [`Verb::ALL`] work.
    pub verb: Verb,
    /// The cause.
    #[source]
    pub error: StoreError,
}

/// A verb of the `Store` port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Writes a record where none is.
    Claim,
    /// Writes a record.
    Put,
    /// Reads a record.
    Peek,
    /// Compares a record and replaces it.
    Swap,
    /// Reads and removes a record.
    Take,
}

impl Verb {
    /// All of them, in the order of the check.
    pub const ALL: [Self; 5] = [Self::Claim, Self::Put, Self::Peek, Self::Swap, Self::Take];

    /// The verb as metrics and spans write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Put => "put",
            Self::Peek => "peek",
            Self::Swap => "swap",
            Self::Take => "take",
        }
    }

    /// Its Redis command.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Self::Claim => "SET NX",
            Self::Put => "SET",
            Self::Peek => "GET",
            Self::Swap => "EVAL",
            Self::Take => "GETDEL",
        }
    }
}

/// Calls every verb once, on the record `key`, which no login may use. Whatever fails, the record
/// lives for a minute at most.
///
/// A login needs all verbs, and a store that is read-only, full or lacks a permission answers only
/// some of them.
///
/// # Errors
/// [`StoreCheckError`] at the first verb that fails or does not do what it says.
pub async fn check_verbs(store: &dyn Store, key: &Key) -> Result<(), StoreCheckError> {
    let failed = |verb| move |error| StoreCheckError { verb, error };
    let one = || Sealed::from_bytes(b"one".to_vec());
    let two = || Sealed::from_bytes(b"two".to_vec());
    // An earlier check may have left its record, so `claim` may find one.
    store.claim(key, one(), LIFE).await.map_err(failed(Verb::Claim))?;
    store.put(key, one(), LIFE).await.map_err(failed(Verb::Put))?;
    let seen = store.peek(key).await.map_err(failed(Verb::Peek))?;
    ensure(Verb::Peek, seen == Some(one()))?;
    let swapped = store.swap(key, &one(), two(), LIFE).await.map_err(failed(Verb::Swap))?;
    ensure(Verb::Swap, swapped)?;
    let taken = store.take(key).await.map_err(failed(Verb::Take))?;
    ensure(Verb::Take, taken == Some(two()))
}

/// A peer that forgets a record at once, or answers with another one, is no store.
fn ensure(verb: Verb, as_expected: bool) -> Result<(), StoreCheckError> {
    if as_expected { Ok(()) } else { Err(StoreCheckError { verb, error: StoreError::Unexpected }) }
}

// Five verbs that all wait for their time-outs take less.
const LIFE: Duration = Duration::from_mins(1);
