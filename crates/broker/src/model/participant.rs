//! Who has a part in a session.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::relying_party::RelyingParty;
use crate::model::session_id::SessionId;

/// A relying party that was told of the person of a session. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Under its name in the configuration.
    pub relying_party: RelyingParty,
    /// Its own name of the session.
    pub sid: SessionId,
    /// Its own name of the person.
    pub sub: String,
}

impl fmt::Debug for Participant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Participant({})", self.relying_party)
    }
}
