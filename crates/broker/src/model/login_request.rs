//! What a relying party asks for.

use std::time::Duration;

use crate::model::relying_party::RelyingParty;

/// A request for a login, in words that do not depend on the protocol. Only a
/// [`Downstream`](crate::ports::Downstream) makes one, of a request that it has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRequest {
    /// Who asks.
    pub relying_party: RelyingParty,
    /// How recently the person must have authenticated.
    pub freshness: Freshness,
    /// Whether no page may be shown on the way (`prompt=none`, `IsPassive`).
    pub passive: bool,
    /// The assurance levels that it wishes, best first; unknown ones are ignored.
    pub acr_values: Vec<String>,
    /// The languages that it wishes, best first.
    pub ui_locales: Vec<String>,
}

/// How recently the person must have authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// At any time: a session of the upstream will do.
    Any,
    /// At most so long ago, when the answer arrives [OIDC Core §3.1.2.1].
    MaxAge(Duration),
    /// After the request was made (`prompt=login`, `ForceAuthn`).
    Now,
}

impl Freshness {
    /// Whether the upstream is asked to authenticate the person anew, session or not.
    #[must_use]
    pub fn wants_new_authentication(self) -> bool {
        match self {
            Self::Any => false,
            Self::MaxAge(_) | Self::Now => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_bounds_the_age_of_an_authentication_asks_for_a_new_one() {
        let month = Duration::from_hours(30 * 24);
        for (freshness, anew) in [
            (Freshness::Any, false),
            (Freshness::MaxAge(Duration::from_secs(1)), true),
            (Freshness::MaxAge(month), true),
            (Freshness::Now, true),
        ] {
            assert_eq!(freshness.wants_new_authentication(), anew, "{freshness:?}");
        }
    }
}
