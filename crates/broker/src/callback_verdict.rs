//! What a refused answer of an upstream means for the login.

/// What a refused answer means for the login, whatever the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackVerdict {
    /// It belongs to no login of this browser.
    NotOurs,
    /// It belongs to no login of anybody, and its sender sends such answers.
    NotBegunHere,
    /// The person gave up, or could not be authenticated.
    Declined,
    /// The person would have had to be shown a page, and none was allowed.
    NoSession,
    /// The person authenticated at too low a level.
    TooWeak,
    /// The person authenticated too long ago.
    NotFresh,
    /// It cannot be accepted.
    NotAccepted,
    /// Our own records or keys, or the upstream itself, cannot be used now.
    Unavailable,
}
