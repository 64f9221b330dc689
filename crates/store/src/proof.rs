//! The proof that a store serves: every verb, done once on a record of its own.

use std::time::Duration;

use silta_broker::ports::{Key, Sealed, Store, StoreError};
use thiserror::Error;

/// The verb that failed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{} failed: {error}", verb.word())]
pub struct Unproved {
    /// The first verb that failed; those before it in [`Verb::ALL`] work.
    pub verb: Verb,
    /// Why.
    #[source]
    pub error: StoreError,
}

/// A verb of the `Store` port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Writes where nothing is.
    Claim,
    /// Writes.
    Put,
    /// Reads.
    Peek,
    /// Compares and writes.
    Swap,
    /// Reads and removes.
    Take,
}

impl Verb {
    /// All of them, in the order of the proof.
    pub const ALL: [Self; 5] = [Self::Claim, Self::Put, Self::Peek, Self::Swap, Self::Take];

    /// The verb, as metrics and spans have it.
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

    /// What it is in Redis, as an operator knows it.
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

/// Does every verb once, on the record `key`, which must be nobody else's. Nothing is left behind
/// for longer than a minute, whatever fails.
///
/// A read-only, full or half-permitted store answers some verbs and not others, and a login needs
/// them all.
///
/// # Errors
/// [`Unproved`] at the first verb that fails or does not do what it says.
pub async fn prove(store: &dyn Store, key: &Key) -> Result<(), Unproved> {
    let failed = |verb| move |error| Unproved { verb, error };
    let one = || Sealed::from_bytes(b"one".to_vec());
    let two = || Sealed::from_bytes(b"two".to_vec());
    // Whether it finds a record that an earlier proof could not take away does not matter.
    store.claim(key, one(), LIFE).await.map_err(failed(Verb::Claim))?;
    store.put(key, one(), LIFE).await.map_err(failed(Verb::Put))?;
    let seen = store.peek(key).await.map_err(failed(Verb::Peek))?;
    as_it_should(Verb::Peek, seen == Some(one()))?;
    let swapped = store.swap(key, &one(), two(), LIFE).await.map_err(failed(Verb::Swap))?;
    as_it_should(Verb::Swap, swapped)?;
    let taken = store.take(key).await.map_err(failed(Verb::Take))?;
    as_it_should(Verb::Take, taken == Some(two()))
}

/// Something that forgets what it was told at once, or answers for somebody else, is no store.
fn as_it_should(verb: Verb, well: bool) -> Result<(), Unproved> {
    if well { Ok(()) } else { Err(Unproved { verb, error: StoreError::Unexpected }) }
}

// Longer than five verbs can take that wait for their time-outs.
const LIFE: Duration = Duration::from_mins(1);
