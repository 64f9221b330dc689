//! What is kept of a person's session at an OpenID Provider.

use std::fmt;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use silta_oidc::rp::VerifiedIdToken;

use crate::model::upstream_session::UpstreamSessionName;
use crate::versioned::{self, Tagged, Versioned};

/// What a logout at the provider needs, and what its logout token names the session by. `Debug` does not
/// show the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OidcSession {
    /// The provider's `sub`.
    pub(crate) subject: String,
    /// The provider's `sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<String>,
    /// The ID token, for `id_token_hint`, if it is short enough for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_token: Option<String>,
}

impl OidcSession {
    pub(super) fn of(id_token: &VerifiedIdToken) -> Self {
        let compact =
            Some(id_token.compact().expose_secret()).filter(|text| text.len() <= MAX_HINT_OCTETS);
        Self {
            subject: id_token.subject().as_str().to_owned(),
            sid: id_token.session_id().map(str::to_owned),
            id_token: compact.map(str::to_owned),
        }
    }

    /// By what a logout token names it: by the person, or by the `sid` alone [OIDC Back-Channel Logout
    /// §2.4].
    pub(super) fn names(&self) -> Vec<UpstreamSessionName> {
        let of_person = UpstreamSessionName {
            principal: format!("sub:{}", self.subject),
            index: self.sid.clone(),
        };
        let of_session = self
            .sid
            .as_ref()
            .map(|sid| UpstreamSessionName { principal: format!("sid:{sid}"), index: None });
        std::iter::once(of_person).chain(of_session).collect()
    }
}

impl fmt::Debug for OidcSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OidcSession(redacted)")
    }
}

impl Versioned for OidcSession {
    const TAGS: &'static [&'static str] = &["oidc_session.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("oidc_session.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "oidc_session.1" => tagged.body(),
            _ => None,
        }
    }
}

/// A hint travels in a query, of which servers take 8 KiB; a longer one is left out, and the provider
/// asks the person.
const MAX_HINT_OCTETS: usize = 4096;
