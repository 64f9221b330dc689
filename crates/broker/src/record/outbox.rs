//! Relying parties that have yet to be told of a logout.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::login_id::LoginId;
use crate::model::participant::Participant;
use crate::octets::Octets;
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// What one part of the outbox holds, the oldest first: at most `MAX_ENTRIES`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Outbox(pub(crate) Vec<OutboxEntry>);

/// A relying party that has yet to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutboxEntry {
    /// Its name, of random octets.
    pub(crate) id: Octets<16>,
    /// The login that the session began with.
    pub(crate) login: LoginId,
    /// Who, of whose session.
    pub(crate) participant: Participant,
    pub(crate) tries: Tries,
    /// No replica tries before: one does right now, or did so a moment ago.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) not_before: Timestamp,
}

/// What was tried so far. It is one number in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub(crate) enum Tries {
    /// So many, with the one that is under way.
    Made(u8),
    /// Nobody tries it any more. It stays as one that has not confirmed, until nobody asks for it.
    GivenUp,
}

impl Tries {
    /// One more is under way.
    pub(crate) fn once_more(self) -> Self {
        match self {
            Self::Made(tries) => tries.saturating_add(1).into(),
            Self::GivenUp => Self::GivenUp,
        }
    }
}

impl From<u8> for Tries {
    fn from(number: u8) -> Self {
        if number == GIVEN_UP { Self::GivenUp } else { Self::Made(number) }
    }
}

impl From<Tries> for u8 {
    fn from(tries: Tries) -> Self {
        match tries {
            Tries::Made(tries) => tries,
            Tries::GivenUp => GIVEN_UP,
        }
    }
}

impl Record for Outbox {
    const KIND: &'static str = "outbox";
}

impl Versioned for Outbox {
    const TAGS: &'static [&'static str] = &["outbox.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("outbox.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "outbox.1" => tagged.body(),
            _ => None,
        }
    }
}

/// The number in the record of one that is given up: more tries than anybody makes.
const GIVEN_UP: u8 = u8::MAX;
/// The parts. Two logouts at one moment change different ones seven times out of eight; a replica looks at
/// each of them every few seconds.
pub(crate) const OUTBOX_PARTS: u8 = 8;
/// Longer than the last try of any entry is put off.
pub(crate) const OUTBOX_LIFE: Duration = Duration::from_mins(30);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Replicas of the release before read it.
    #[test]
    fn what_was_tried_is_one_number_and_the_greatest_of_those_that_nobody_tries_any_more() {
        for (tries, number) in [(Tries::Made(1), 1), (Tries::Made(6), 6), (Tries::GivenUp, 255)] {
            assert_eq!(serde_json::to_value(tries).unwrap(), number);
            assert_eq!(serde_json::from_value::<Tries>(number.into()).unwrap(), tries);
        }
        assert_eq!(Tries::Made(1).once_more(), Tries::Made(2));
        assert_eq!(Tries::GivenUp.once_more(), Tries::GivenUp);
    }
}
