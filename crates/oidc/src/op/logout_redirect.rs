//! Where a person goes after a logout.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    op::{client::Client, redirect::State},
    wire::query::with_query,
};

/// The address that a person goes to after a logout: one that the client registered, with its `state` and
/// nothing else [OIDC RP-Initiated Logout §3]. Only `LogoutRedirect::matching` makes one.
///
/// ```compile_fail
/// let open = silta_oidc::LogoutRedirect("https://evil.example/".to_owned());
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogoutRedirect(String);

impl LogoutRedirect {
    /// The address, if `client` registered exactly these bytes for logouts: no normalisation, no
    /// prefixes, no wildcards. A URI for logins is none for logouts.
    pub(crate) fn matching(given: &str, client: &Client, state: Option<&State>) -> Option<Self> {
        let mut registered = client.post_logout_redirect_uris().iter();
        let uri = registered.find(|uri| uri.as_str() == given)?;
        let state = state.map(|state| ("state", state.as_str()));
        Some(Self(with_query(uri.as_str(), state)))
    }

    /// The URL to send the browser to: printable ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The state is the client's.
impl fmt::Debug for LogoutRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogoutRedirect(redacted)")
    }
}
