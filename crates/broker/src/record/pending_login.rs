//! Logins that wait for their callback.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::login_id::LoginId;
use crate::model::login_request::LoginRequest;
use crate::model::pending::Pending;
use crate::model::protocol::Protocol;
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;
use crate::octets::Octets;
use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// A login that waits for its callback from the upstream. `Debug` does not show whom it expects.
#[derive(Serialize, Deserialize)]
pub(crate) struct PendingLogin {
    pub(crate) login: LoginId,
    #[serde(rename = "party")]
    pub(crate) relying_party: RelyingParty,
    /// The protocol of the relying party's request, and of our answer.
    pub(crate) protocol: Protocol,
    /// What the downstream needs for its answer.
    pub(crate) request: Pending,
    pub(crate) upstream: UpstreamName,
    /// What the upstream needs for the callback.
    pub(crate) sent: Pending,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub(crate) since: Timestamp,
    /// The `sub` of the only person who will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected_sub: Option<String>,
    /// The request, where the upstream is asked once more if the authentication is too old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) again: Option<LoginRequest>,
    /// Half of the hash of the configuration that it began with; the fourth version knew none.
    #[serde(default, rename = "config", skip_serializing_if = "Option::is_none")]
    pub(crate) configuration: Option<Octets<16>>,
}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingLogin")
            .field("login", &self.login)
            .field("relying_party", &self.relying_party)
            .field("upstream", &self.upstream)
            .finish_non_exhaustive()
    }
}

impl Record for PendingLogin {
    const KIND: &'static str = "login";
}

impl Versioned for PendingLogin {
    const TAGS: &'static [&'static str] = &["awaiting_idp.5"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("awaiting_idp.5", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            // The one before named no configuration, and the one before that had no hint.
            "awaiting_idp.5" | "awaiting_idp.4" | "awaiting_idp.3" => tagged.body(),
            "awaiting_idp.2" => Self::of_previous(tagged),
            _ => None,
        }
    }
}

/// What the middle reads of a login of the second version, which knew OIDC clients and SAML upstreams
/// only. The adapters read the rest, below tags of theirs.
#[derive(Deserialize)]
struct PreviousPendingLogin {
    login: LoginId,
    upstream: UpstreamName,
    since: Timestamp,
    binding: PreviousBinding,
}

#[derive(Deserialize)]
struct PreviousBinding {
    client_id: RelyingParty,
}

impl PendingLogin {
    fn of_previous(tagged: &Tagged<'_>) -> Option<Self> {
        let PreviousPendingLogin { login, upstream, since, binding } = tagged.body()?;
        Some(Self {
            login,
            relying_party: binding.client_id,
            protocol: Protocol::Oidc,
            request: Pending::of_previous(tagged, "authz.0")?,
            upstream,
            sent: Pending::of_previous(tagged, "authn.0")?,
            since,
            expected_sub: None,
            again: None,
            configuration: None,
        })
    }
}

/// How long a person may take at the identity provider. Cognito gives up after 5 minutes and the
/// ALB after 15; a person who reads letters from their bank takes longer, and then deserves a page
/// that says what to do.
pub const LOGIN_LIFE: Duration = Duration::from_mins(30);
