//! Logins that wait for their callback.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use silta_oidc::{GrantBinding, Scope, State};

use crate::downstream::oidc::pending_authorization::PendingAuthorization;
use crate::model::login_id::LoginId;
use crate::model::login_request::LoginRequest;
use crate::model::pending::Pending;
use crate::model::protocol::Protocol;
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;
use crate::record::Record;
use crate::upstream::saml::pending_authn_request::PendingAuthnRequest;
use crate::versioned::{self, Tagged, Versioned};

/// A login that waits for its callback from the upstream.
#[derive(Debug, Serialize, Deserialize)]
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
}

impl Record for PendingLogin {
    const KIND: &'static str = "login";
}

impl Versioned for PendingLogin {
    const TAGS: &'static [&'static str] = &["awaiting_idp.3"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("awaiting_idp.3", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "awaiting_idp.3" => tagged.body(),
            "awaiting_idp.2" => Self::of_previous(tagged.body()?),
            _ => None,
        }
    }
}

/// The previous release knew OIDC clients and SAML upstreams only.
#[derive(Deserialize)]
struct PreviousPendingLogin {
    login: LoginId,
    upstream: UpstreamName,
    since: Timestamp,
    binding: GrantBinding,
    state: Option<State>,
    nonce: Option<String>,
    scopes: Vec<Scope>,
    begun: PreviousAuthnRequest,
}

/// It kept the ID of the request as text.
#[derive(Deserialize)]
struct PreviousAuthnRequest {
    request_id: String,
    authenticated_since: Option<Timestamp>,
    max_age: Option<Duration>,
    weakest: String,
}

impl PendingLogin {
    fn of_previous(previous: PreviousPendingLogin) -> Option<Self> {
        let PreviousPendingLogin { login, upstream, since, binding, state, nonce, scopes, begun } =
            previous;
        let relying_party = RelyingParty::from(binding.client_id());
        let PreviousAuthnRequest { request_id, authenticated_since, max_age, weakest } = begun;
        let random = PendingAuthnRequest::random_of(&request_id)?;
        let sent = PendingAuthnRequest { random, authenticated_since, max_age, weakest };
        let request = PendingAuthorization { binding, state, nonce, scopes };
        Some(Self {
            login,
            relying_party,
            protocol: Protocol::Oidc,
            request: Pending::keep(&request).ok()?,
            upstream,
            sent: Pending::keep(&sent).ok()?,
            since,
            expected_sub: None,
            again: None,
        })
    }
}

/// How long a person may take at the identity provider. Cognito gives up after 5 minutes and the
/// ALB after 15; a person who reads letters from their bank takes longer, and then deserves a page
/// that says what to do.
pub const LOGIN_LIFE: Duration = Duration::from_mins(30);
