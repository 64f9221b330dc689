//! Audit events: a closed set, none of which can carry personal data.

use std::time::Duration;

use crate::downstream::oidc::redeem_error::RedeemError;
use crate::downstream::oidc::userinfo_error::UserInfoError;
use crate::error::LoginError;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;

/// One event. It borrows only names from our configuration, references and closed sets.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A login started: the browser went to the upstream.
    LoginStarted {
        /// The login.
        login: &'a LoginId,
        /// The client or service provider that asked.
        client: &'a RelyingParty,
        /// The upstream that was asked.
        upstream: &'a UpstreamName,
    },
    /// The upstream was asked once more, because the person had authenticated too long ago.
    LoginAskedAgain {
        /// The login.
        login: &'a LoginId,
        /// The client or service provider that asked.
        client: &'a RelyingParty,
        /// The upstream that was asked.
        upstream: &'a UpstreamName,
    },
    /// A login finished: its relying party is answered with a person.
    LoginFinished {
        /// The login.
        login: &'a LoginId,
        /// The client or service provider that is answered.
        client: &'a RelyingParty,
        /// The upstream that authenticated the person.
        upstream: &'a UpstreamName,
        /// The assurance level: one of the upstream's configured levels.
        acr: &'a str,
        /// How long it took, the person's own time included.
        took: Duration,
    },
    /// A login was refused: it ended without a person.
    LoginRefused {
        /// The reference that the person was shown.
        login: &'a LoginId,
        /// Who asked, as far as that is known.
        client: Option<&'a RelyingParty>,
        /// Who answered, as far as that is known.
        upstream: Option<&'a UpstreamName>,
        /// Why.
        error: &'a LoginError,
    },
    /// A login was abandoned: its life ended without a response.
    LoginAbandoned {
        /// The login.
        login: &'a LoginId,
        /// The client or service provider that asked.
        client: &'a RelyingParty,
        /// The upstream that was asked.
        upstream: &'a UpstreamName,
    },
    /// A code was redeemed.
    TokensIssued {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who redeemed it.
        client: &'a RelyingParty,
    },
    /// A code came again; its access token was revoked.
    CodeReused {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who presented it.
        client: &'a RelyingParty,
    },
    /// A token request was refused.
    TokensRefused {
        /// Who asked; before that was proved, the client that the request names, if it is one of
        /// ours.
        client: Option<&'a RelyingParty>,
        /// The login that the code came from, once the code was found.
        login: Option<&'a LoginId>,
        /// Why.
        error: &'a RedeemError,
    },
    /// A userinfo request was refused.
    UserInfoRefused {
        /// Why.
        error: &'a UserInfoError,
    },
}
