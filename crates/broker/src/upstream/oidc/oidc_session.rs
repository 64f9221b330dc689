//! What is kept of a person's session at an OpenID Provider.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use silta_oidc::rp::VerifiedIdToken;

use crate::model::upstream_session::UpstreamSessionName;
use crate::versioned::{self, Tagged, Versioned};

/// What a provider needs to know which session it is asked to end. `Debug` does not show the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OidcSession {
    /// The ID token that the session began with, which is its `id_token_hint`; `None` where it is longer than
    /// a session may keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_token: Option<String>,
}

impl OidcSession {
    /// The session of this ID token.
    pub(super) fn of(id_token: &VerifiedIdToken) -> Self {
        let compact = id_token.compact().expose_secret();
        Self { id_token: (compact.len() <= MAX_OCTETS).then(|| compact.to_owned()) }
    }

    /// The ID token.
    pub(super) fn id_token(&self) -> Option<SecretString> {
        self.id_token.clone().map(SecretString::from)
    }
}

/// By what a logout token may name the session of this ID token: the person, with the session where the
/// provider names one, or that session alone [OIDC Back-Channel Logout §2.4].
pub(super) fn names(id_token: &VerifiedIdToken) -> Vec<UpstreamSessionName> {
    let session = id_token.session_id();
    let of_person = UpstreamSessionName {
        principal: person(id_token.subject().as_str()),
        index: session.map(str::to_owned),
    };
    let alone = session.map(|sid| UpstreamSessionName { principal: alone(sid), index: None });
    std::iter::once(of_person).chain(alone).collect()
}

/// The principal that a `sub` is.
pub(super) fn person(sub: &str) -> String {
    format!("sub:{sub}")
}

/// The principal that a `sid` without its person is.
pub(super) fn alone(sid: &str) -> String {
    format!("sid:{sid}")
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

/// ID tokens are some 2 KiB. Without a longer one the provider is asked all the same, and may ask the person.
const MAX_OCTETS: usize = 4 * 1024;
