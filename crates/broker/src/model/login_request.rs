//! What a relying party asks for.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::login_hint::LoginHint;
use crate::model::relying_party::RelyingParty;

/// A request for a login, in words that do not depend on the protocol. Only a
/// [`Downstream`](crate::ports::Downstream) makes one, of a request that it has checked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRequest {
    /// Who asks.
    pub relying_party: RelyingParty,
    /// The name of the upstream that it wishes; of those that it may not use it gets its default.
    pub upstream_hint: Option<String>,
    /// How recently the person must have authenticated.
    pub freshness: Freshness,
    /// Whether no page may be shown on the way (`prompt=none`, `IsPassive`).
    pub passive: bool,
    /// The assurance levels that it wishes, best first; unknown ones are ignored.
    pub acr_values: Vec<String>,
    /// Whether none but these levels will do: if the upstream has none of them, nobody is logged in.
    pub acr_essential: bool,
    /// The languages that it wishes, best first.
    pub ui_locales: Vec<String>,
    /// The `sub` of the only person who will do, as this relying party knows them.
    pub expected_sub: Option<String>,
    /// Who it takes to be about to log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<LoginHint>,
}

impl LoginRequest {
    /// About how many octets a record has that keeps it.
    pub(crate) fn octets(&self) -> usize {
        let lists = self.acr_values.iter().chain(&self.ui_locales);
        let one = self.upstream_hint.iter().chain(&self.expected_sub);
        let hint = self.login_hint.as_ref().map_or(0, |hint| hint.as_str().len());
        hint.saturating_add(lists.chain(one).map(String::len).sum())
    }
}

impl fmt::Debug for LoginRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRequest")
            .field("relying_party", &self.relying_party)
            .field("freshness", &self.freshness)
            .field("passive", &self.passive)
            .finish_non_exhaustive()
    }
}

/// How recently the person must have authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freshness {
    /// At any time: a session of the upstream will do.
    Any,
    /// At most so long ago, when the answer arrives [OIDC Core §3.1.2.1].
    MaxAge(Duration),
    /// After the request was made (`prompt=login`, `ForceAuthn`).
    Now,
}

impl Freshness {
    /// Whether an upstream that cannot be told an age is asked to authenticate the person anew, session
    /// or not. A session that is young enough will do, unless nearly none could be.
    #[must_use]
    pub fn wants_new_authentication(self) -> bool {
        match self {
            Self::Any => false,
            Self::MaxAge(age) => age <= A_MOMENT,
            Self::Now => true,
        }
    }
}

/// A person needs about as long to authenticate.
const A_MOMENT: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_age_that_nearly_no_session_has_asks_for_a_new_authentication() {
        for (freshness, anew) in [
            (Freshness::Any, false),
            (Freshness::MaxAge(Duration::from_secs(1)), true),
            (Freshness::MaxAge(Duration::from_secs(61)), false),
            (Freshness::Now, true),
        ] {
            assert_eq!(freshness.wants_new_authentication(), anew, "{freshness:?}");
        }
    }
}
