//! Why sessions end.

/// Why a session ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Another person logged in with the same browser.
    AnotherPerson,
    /// The person logged out.
    LoggedOut,
    /// The upstream ended it.
    Upstream,
    /// The same person began more sessions at the upstream, or in the browser, than are kept.
    TooMany,
}

impl SessionEnd {
    /// A short stable word for the log.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::AnotherPerson => "another_person",
            Self::LoggedOut => "logged_out",
            Self::Upstream => "upstream_logout",
            Self::TooMany => "too_many_sessions",
        }
    }
}
