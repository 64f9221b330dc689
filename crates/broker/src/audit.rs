//! What is worth writing down: a closed set of events, none of which can carry personal data.

use std::time::Duration;

use silta_oidc::ClientId;

use crate::fault::LoginFault;
use crate::login::LoginId;
use crate::redeem::RedeemFault;
use crate::upstream::UpstreamName;
use crate::userinfo::UserInfoRefusal;

/// One event. It borrows only names from our configuration, references and closed sets.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A person left towards an identity provider.
    LoginStarted {
        /// The login.
        login: &'a LoginId,
        /// Who asked.
        client: &'a ClientId,
        /// Where the person went.
        upstream: &'a UpstreamName,
    },
    /// An assertion was accepted and a code given out.
    LoginFinished {
        /// The login.
        login: &'a LoginId,
        /// Who gets the code.
        client: &'a ClientId,
        /// Who authenticated the person.
        upstream: &'a UpstreamName,
        /// At what assurance: a rung of the upstream's configured ladder.
        acr: &'a str,
        /// How long it took, the person's own time included.
        took: Duration,
    },
    /// A login ended without a code.
    LoginRefused {
        /// The reference that the person was shown.
        login: &'a LoginId,
        /// Who asked, as far as that is known.
        client: Option<&'a ClientId>,
        /// Who answered, as far as that is known.
        upstream: Option<&'a UpstreamName>,
        /// Why.
        fault: &'a LoginFault,
    },
    /// The life of a login ended, and nobody had come back with an answer.
    LoginAbandoned {
        /// The login.
        login: &'a LoginId,
        /// Who asked.
        client: &'a ClientId,
        /// Where the person went.
        upstream: &'a UpstreamName,
    },
    /// A code was redeemed.
    TokensIssued {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who redeemed it.
        client: &'a ClientId,
    },
    /// A code was presented again; what it had bought was revoked.
    CodeReused {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who presented it.
        client: &'a ClientId,
    },
    /// A token request was refused.
    TokensRefused {
        /// Who asked; before that was proved, the client that the request names, if it is one of
        /// ours.
        client: Option<&'a ClientId>,
        /// The login that the code came from, once the code was found.
        login: Option<&'a LoginId>,
        /// Why.
        fault: &'a RedeemFault,
    },
    /// A userinfo request was refused.
    UserInfoRefused {
        /// Why.
        fault: &'a UserInfoRefusal,
    },
}
