//! How a connection ends.

use actix_http::error::DispatchError;

/// Why a connection ended: a closed set of words, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Either side closed it when nothing was left to say.
    Closed,
    /// The network or the peer broke it.
    Broken,
    /// No request came for a long time.
    Idle,
    /// A request's head began and did not end.
    SlowHead,
    /// Its peer did not take an answer.
    SlowReader,
    /// A body was refused, or was too slow, and its rest did not come either.
    UnreadBody,
    /// What came is not HTTP, or more of it than a head may have.
    Malformed,
    /// There were too many connections, and no request had come whole on it.
    Displaced,
}

impl Ended {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Broken => "broken",
            Self::Idle => "idle",
            Self::SlowHead => "slow_head",
            Self::SlowReader => "slow_reader",
            Self::UnreadBody => "unread_body",
            Self::Malformed => "malformed",
            Self::Displaced => "displaced",
        }
    }

    pub(super) fn of(result: &Result<(), DispatchError>) -> Self {
        match result {
            Ok(()) => Self::Closed,
            Err(DispatchError::Parse(_)) => Self::Malformed,
            Err(DispatchError::SlowRequestTimeout) => Self::SlowHead,
            Err(_) => Self::Broken,
        }
    }
}
