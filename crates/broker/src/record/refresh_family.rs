//! Refresh tokens.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use silta_oidc::Scope;

use crate::model::login_id::LoginId;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_part::SessionPart;
use crate::octets::Octets;
use crate::record::{Record, RecordKey};
use crate::versioned::{self, Tagged, Versioned};

/// The refresh tokens that come of one code, each in exchange for the one before it. None of them is
/// kept: they are made of the secret. It lives until the session would end if nothing else used it; where others
/// can use it too, as long as the session can last.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RefreshFamily {
    pub(crate) login: LoginId,
    /// Whom they are issued to.
    pub(crate) client: RelyingParty,
    /// Without it they buy nothing.
    pub(crate) session: SessionPart,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) person: Person,
    /// What proves each of them.
    pub(crate) secret: Octets<32>,
    /// The number of the newest.
    pub(crate) number: u32,
    /// When the newest was issued first.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) rotated_at: Timestamp,
}

/// What a token of this number is in its family now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenStanding {
    /// It was not exchanged yet.
    Newest,
    /// It was exchanged a moment ago: the answer was lost, or another node of the client asks too.
    JustExchanged,
    /// It was exchanged before.
    Reused,
}

impl RefreshFamily {
    /// What the token of `number` is `now`. One that is newer than the newest known is so too: a store that
    /// failed over has lost the last exchange, and nobody else can make it.
    pub(crate) fn standing(&self, number: u32, now: Timestamp) -> TokenStanding {
        if number >= self.number {
            return TokenStanding::Newest;
        }
        // A replica whose clock is behind sees no time pass.
        let since = Duration::try_from(now.duration_since(self.rotated_at)).unwrap_or_default();
        if number.checked_add(1) == Some(self.number) && since < LENIENCY {
            TokenStanding::JustExchanged
        } else {
            TokenStanding::Reused
        }
    }
}

/// The key of the family of this digest.
pub(crate) fn family_key(digest: &[u8; 32]) -> RecordKey<RefreshFamily> {
    RecordKey::of(digest)
}

impl Record for RefreshFamily {
    const KIND: &'static str = "refresh";
}

impl Versioned for RefreshFamily {
    const TAGS: &'static [&'static str] = &["refresh_family.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("refresh_family.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "refresh_family.1" => tagged.body(),
            _ => None,
        }
    }
}

/// The number of the first token of a family: the counter of [SP 800-56C §4.1] begins there.
pub(crate) const FIRST_NUMBER: u32 = 1;
/// A client that lost the answer asks again within seconds; the nodes of an ALB share a cookie, and the
/// last of them that refreshes may serve a request that began a minute ago.
const LENIENCY: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::samples::refresh_family;

    #[test]
    fn a_token_counts_until_it_is_exchanged_and_a_minute_longer() {
        let family = refresh_family();
        let after = |seconds| family.rotated_at + jiff::SignedDuration::from_secs(seconds);
        let newest = family.number;
        for (number, seconds, standing) in [
            (newest, 0, TokenStanding::Newest),
            (newest, 10_000, TokenStanding::Newest),
            (newest + 1, 0, TokenStanding::Newest),
            (newest - 1, 0, TokenStanding::JustExchanged),
            (newest - 1, 59, TokenStanding::JustExchanged),
            (newest - 1, -30, TokenStanding::JustExchanged),
            (newest - 1, 60, TokenStanding::Reused),
            (newest - 2, 0, TokenStanding::Reused),
            (0, 0, TokenStanding::Reused),
        ] {
            assert_eq!(family.standing(number, after(seconds)), standing, "{number} {seconds}");
        }
    }
}
