//! How long the sessions of a relying party last.

use std::time::Duration;

/// How long the sessions that begin with a login of this relying party last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionPolicy {
    /// As long as what the login gives to the relying party is good for, because nothing uses or ends
    /// them later: nothing is kept of the person.
    Brief {
        /// So long.
        length: Duration,
        /// At an upstream that logs out they are kept all the same, and end in any case.
        absolute: Duration,
    },
    /// Until they are ended, and so long at most.
    Kept {
        /// They end when nothing has used them for so long; `None` where nothing can.
        idle: Option<Duration>,
        /// They end in any case.
        absolute: Duration,
    },
    /// The same, and they answer requests of others who have this policy; its own are answered from theirs
    /// (single sign-on). The person's attributes are kept for it.
    Shared {
        /// They end when nothing has used them for so long.
        idle: Duration,
        /// They end in any case.
        absolute: Duration,
    },
}

impl SessionPolicy {
    /// For a relying party whose tokens live for `token_life`, and whose sessions nothing uses later; at an
    /// upstream that logs out they last for `absolute`.
    #[must_use]
    pub const fn brief(token_life: Duration, absolute: Duration) -> Self {
        Self::Brief { length: token_life.saturating_add(BEFORE_A_TOKEN), absolute }
    }

    /// Whether single sign-on answers the requests of this relying party.
    pub(crate) const fn is_shared(self) -> bool {
        match self {
            Self::Brief { .. } | Self::Kept { .. } => false,
            Self::Shared { .. } => true,
        }
    }

    /// How long they last at most.
    pub(crate) const fn absolute(self) -> Duration {
        match self {
            Self::Brief { absolute, .. }
            | Self::Kept { absolute, .. }
            | Self::Shared { absolute, .. } => absolute,
        }
    }

    /// The same at an upstream that can log out: its session outlives every token, and each side must find
    /// the other's when one ends.
    #[must_use]
    pub(crate) fn at_an_upstream_that_logs_out(self) -> Self {
        match self {
            // No token is cut short by a session that is kept for more.
            Self::Brief { length, absolute } => {
                Self::Kept { idle: None, absolute: absolute.max(length) }
            }
            kept @ (Self::Kept { .. } | Self::Shared { .. }) => kept,
        }
    }
}

/// A session lasts so much longer than a token: a code that is redeemed in its last moment still buys tokens
/// that are good to their end.
pub const BEFORE_A_TOKEN: Duration = crate::record::CODE_LIFE.saturating_add(A_TOKEN_REQUEST);
/// Longer than a token request takes: it looks at the code, and issues tokens some seconds later.
const A_TOKEN_REQUEST: Duration = Duration::from_secs(10);
