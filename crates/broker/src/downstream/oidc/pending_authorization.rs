//! What is remembered of an authorization request.

use std::fmt;

use serde::{Deserialize, Serialize};
use silta_oidc::{GrantBinding, ResponseMode, Scope, State};

use crate::versioned::{self, Tagged, Versioned};

/// What is remembered of an authorization request until it is answered: nothing that has done its work
/// by then, such as the wished levels and languages. `Debug` does not show what the client sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingAuthorization {
    pub(crate) binding: GrantBinding,
    /// How the answer travels. The first version knew `query` alone.
    #[serde(default, rename = "mode", skip_serializing_if = "is_query")]
    pub(crate) response_mode: ResponseMode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) scopes: Vec<Scope>,
    /// The only assurance levels that will do; the second version knew none.
    #[serde(default, rename = "acr", skip_serializing_if = "Vec::is_empty")]
    pub(crate) essential_acr: Vec<String>,
    /// The claims asked for by name, of those that come by scope alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) claims: Vec<String>,
    /// Whether the request allows no page.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) passive: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(truth: &bool) -> bool {
    !truth
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_query(mode: &ResponseMode) -> bool {
    *mode == ResponseMode::Query
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingAuthorization({})", self.binding.client_id())
    }
}

impl Versioned for PendingAuthorization {
    const TAGS: &'static [&'static str] = &["authz.3"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("authz.3", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            // A login that the previous release kept whole: these fields are among its others.
            "authz.3" | "authz.2" | "authz.1" | "authz.0" => tagged.body(),
            _ => None,
        }
    }
}
