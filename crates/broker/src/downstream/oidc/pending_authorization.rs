//! What is remembered of an authorization request.

use std::fmt;

use serde::{Deserialize, Serialize};
use silta_oidc::{GrantBinding, Scope, State};

use crate::versioned::{self, Tagged, Versioned};

/// What is remembered of an authorization request until it is answered: nothing that has done its work
/// by then, such as the wished levels and languages. `Debug` does not show what the client sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingAuthorization {
    pub(crate) binding: GrantBinding,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) scopes: Vec<Scope>,
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingAuthorization({})", self.binding.client_id())
    }
}

impl Versioned for PendingAuthorization {
    const TAGS: &'static [&'static str] = &["authz.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("authz.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            // A login that the previous release kept whole: these fields are among its others.
            "authz.1" | "authz.0" => tagged.body(),
            _ => None,
        }
    }
}
