//! A relying party's part in a session.

use serde::{Deserialize, Serialize};

use crate::model::session_id::SessionId;

/// A relying party's part in a session: what it is given is good for as long as the session lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPart {
    /// By the name under which its record is found.
    pub(crate) session: SessionId,
    /// Its own name of it. Two relying parties that share a session have two, because by a common one
    /// they could tell that they know the same person.
    pub(crate) sid: SessionId,
}

impl SessionPart {
    /// The part of the relying party whose login the session began with.
    pub(crate) fn of_first(session: SessionId) -> Self {
        Self { sid: session.clone(), session }
    }

    /// The part of one that joined it later, under a name of its own.
    pub(crate) fn of_joined(session: SessionId, sid: SessionId) -> Self {
        Self { session, sid }
    }

    /// Its own name of the session.
    #[must_use]
    pub fn sid(&self) -> &SessionId {
        &self.sid
    }
}
