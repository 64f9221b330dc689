//! How a logout ends.

use silta_oidc::LogoutRedirect;

use crate::logout::notified_party::NotifiedParty;
use crate::logout::upstream_logout::LogoutOutcome;
use crate::model::login_id::LoginId;

/// A logout that is over.
#[derive(Debug)]
pub struct FinishedLogout {
    /// The login that the session began with, where there was one.
    pub reference: Option<LoginId>,
    /// What is over.
    pub end: LogoutEnd,
    /// Where the person wanted to go.
    pub next: Option<LogoutRedirect>,
    /// Who was told of it.
    pub notified: Vec<NotifiedParty>,
}

/// What a logout came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutEnd {
    /// Nobody is logged in here with this browser; and nothing proves who asked.
    NobodyHere,
    /// The session that the relying party named had ended before.
    OverBefore,
    /// The session here is over, and the upstream cannot be asked: its own may live on.
    Here,
    /// The session here is over, and so said the upstream of its own.
    AtUpstream(LogoutOutcome),
}

impl FinishedLogout {
    /// Where the person goes without a page: there is nothing that a person should know before.
    #[must_use]
    pub fn goes_on_to(&self) -> Option<&LogoutRedirect> {
        if !self.notified.iter().all(|one| one.confirmed) {
            return None;
        }
        match self.end {
            LogoutEnd::OverBefore
            | LogoutEnd::Here
            | LogoutEnd::AtUpstream(LogoutOutcome::Done) => self.next.as_ref(),
            LogoutEnd::NobodyHere
            | LogoutEnd::AtUpstream(
                LogoutOutcome::Partly | LogoutOutcome::UnknownSession | LogoutOutcome::Failed,
            ) => None,
        }
    }
}

impl LogoutEnd {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NobodyHere => "nobody_here",
            Self::OverBefore => "over_before",
            Self::Here => "here",
            Self::AtUpstream(outcome) => outcome.word(),
        }
    }
}
