//! Who was authenticated, as one relying party may know them.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use silta_mapping::Claims;

/// Who was authenticated, as one relying party may know them. `Debug` does not show the person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    /// The person's pairwise identifier.
    pub sub: String,
    /// The assurance level that was reached.
    pub acr: String,
    /// When the person authenticated, if the upstream said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// The claims that the mapping made.
    pub claims: Claims,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("acr", &self.acr).finish_non_exhaustive()
    }
}
