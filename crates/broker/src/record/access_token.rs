//! Access tokens.

use serde::{Deserialize, Serialize};

use crate::model::login_id::LoginId;
use crate::model::person::Person;
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// The record behind an access token. It lives as long as its client's tokens do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessTokenRecord {
    pub(crate) login: LoginId,
    pub(crate) person: Person,
}

impl Record for AccessTokenRecord {
    const KIND: &'static str = "access";
}

impl Versioned for AccessTokenRecord {
    const TAGS: &'static [&'static str] = &["access.2"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("access.2", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            // The first version always had an auth_time.
            "access.2" | "access.1" => tagged.body(),
            _ => None,
        }
    }
}
