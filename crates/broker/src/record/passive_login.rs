//! Logins that may show no page.

use serde::{Deserialize, Serialize};

use crate::model::pending::Pending;
use crate::octets::Octets;
use crate::record::{Answered, PendingLogin, Record, RecordKey};
use crate::versioned::{self, RecordError, Tagged, Versioned};

/// A login that may show no page, as it waits for its callback. The handle of the login finds it, and
/// only with the cookie, too, it ends with a person.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PassiveLogin {
    /// The login, below a version of its own.
    pub(crate) login: Pending,
    /// The digest of the key of its [`Answered`], which both halves make.
    pub(crate) answered: Octets<32>,
}

impl PassiveLogin {
    pub(crate) fn of(
        login: &PendingLogin,
        answered: &RecordKey<Answered>,
    ) -> Result<Self, RecordError> {
        Ok(Self { login: Pending::keep(login)?, answered: Octets(*answered.digest()) })
    }

    pub(crate) fn login(&self) -> Result<PendingLogin, RecordError> {
        self.login.read()
    }

    /// The key of the mark that the login was answered.
    pub(crate) fn answered(&self) -> RecordKey<Answered> {
        RecordKey::of(&self.answered.0)
    }
}

impl Record for PassiveLogin {
    const KIND: &'static str = "passive";
}

impl Versioned for PassiveLogin {
    const TAGS: &'static [&'static str] = &["passive.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("passive.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "passive.1" => tagged.body(),
            _ => None,
        }
    }
}
