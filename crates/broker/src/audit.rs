//! Audit events: a closed set, none of which can carry personal data.
//!
//! An event is described here and nowhere else: its line in the log, its words on the span of its
//! request, what counts it, and the time that it measures. Whoever receives events writes descriptions.

mod control;
mod counters;
mod describe;
mod description;
mod logouts;
mod refused;

use std::time::Duration;

use silta_mapping::MappingError;

pub use control::{ControlCommand, ControlRefusal};
pub use counters::{
    COUNTERS, LOGINS_ABANDONED, LOGINS_ENDED, LOGINS_REFUSED, LOGINS_STARTED, TIMERS,
};
pub use description::{Count, Counter, Description, Facts, LoginAge, Severity, Time, Timer};

use crate::downstream::oidc::client_keys_error::ClientKeysError;
use crate::downstream::oidc::push_error::PushError;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::downstream::oidc::userinfo_error::UserInfoError;
use crate::error::LoginError;
use crate::logout::error::LogoutError;
use crate::logout::finished_logout::LogoutEnd;
use crate::logout::notification_error::NotificationError;
use crate::logout::outbox_error::OutboxError;
use crate::logout::party::LogoutParty;
use crate::logout::upstream_logout::LogoutOutcome;
use crate::model::arrived_names::ArrivedNames;
use crate::model::kept_attributes::TooLongToKeep;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::session_end::SessionEnd;
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
    /// A claim that is not required was left out, because it cannot be made of what was delivered.
    ClaimLeftOut {
        /// The login.
        login: &'a LoginId,
        /// The client or service provider that is not told.
        client: &'a RelyingParty,
        /// The upstream that delivered it.
        upstream: &'a UpstreamName,
        /// Why.
        error: &'a MappingError,
    },
    /// An attribute that had to arrive did not, and these did. That the login was refused follows.
    AttributesArrived {
        /// The login.
        login: &'a LoginId,
        /// The client or service provider that needs it.
        client: &'a RelyingParty,
        /// The upstream that delivered these.
        upstream: &'a UpstreamName,
        /// Their names.
        names: &'a ArrivedNames,
    },
    /// The session that a login begins answers no other client, because too much is said of the person.
    AttributesNotKept {
        /// The login.
        login: &'a LoginId,
        /// The client or service provider that is answered.
        client: &'a RelyingParty,
        /// The upstream that says so much.
        upstream: &'a UpstreamName,
        /// How much.
        error: &'a TooLongToKeep,
    },
    /// A request was answered from a session that the browser holds; no upstream was asked.
    LoginFromSession {
        /// The login.
        login: &'a LoginId,
        /// The login that the session began with.
        first: &'a LoginId,
        /// The client or service provider that is answered.
        client: &'a RelyingParty,
        /// The upstream that authenticated the person then.
        upstream: &'a UpstreamName,
        /// The assurance level: one of the upstream's levels.
        acr: &'a str,
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
    /// The relying party of a refused login could not be told, so the person saw a page.
    RefusalNotSent {
        /// The login.
        login: &'a LoginId,
        /// Who should have been told.
        client: &'a RelyingParty,
        /// Why there is no answer.
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
    /// The `id_token_hint` of a request counted as none: the key that it names is not published any more.
    HintIgnored {
        /// The client that sent it.
        client: &'a RelyingParty,
    },
    /// A code was redeemed.
    TokensIssued {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who redeemed it.
        client: &'a RelyingParty,
    },
    /// A refresh token was exchanged for new tokens.
    TokensRefreshed {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who exchanged it.
        client: &'a RelyingParty,
    },
    /// A refresh token came again; all tokens of its family were revoked.
    RefreshTokenReused {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who presented it.
        client: &'a RelyingParty,
    },
    /// A code came again; the tokens that it bought were revoked.
    CodeReused {
        /// The login that it came from.
        login: &'a LoginId,
        /// Who presented it.
        client: &'a RelyingParty,
    },
    /// A client had tokens of its own revoked.
    TokensRevoked {
        /// The login that they came from.
        login: &'a LoginId,
        /// The client.
        client: &'a RelyingParty,
        /// Which.
        what: RevokedTokens,
    },
    /// A revocation request was refused.
    RevocationRefused {
        /// The client that the request names, if it is one of ours.
        client: Option<&'a RelyingParty>,
        /// Why.
        error: &'a RedeemError,
    },
    /// An introspection request was refused.
    IntrospectionRefused {
        /// The client that the request names, if it is one of ours.
        client: Option<&'a RelyingParty>,
        /// Why.
        error: &'a RedeemError,
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
    /// A pushed authorization request was refused.
    PushRefused {
        /// Who pushed it; before that was proved, the client that the request names, if it is one of ours.
        client: Option<&'a RelyingParty>,
        /// Why.
        error: &'a PushError,
    },
    /// The keys that a client publishes could not be fetched.
    ClientKeysNotFetched {
        /// The client.
        client: &'a RelyingParty,
        /// Why.
        error: &'a ClientKeysError,
    },
    /// A session was ended before its time.
    SessionEnded {
        /// The login that it began with.
        login: &'a LoginId,
        /// Why.
        why: SessionEnd,
    },
    /// An upstream asked for the end of sessions, and is to be answered.
    UpstreamLogoutReceived {
        /// The upstream.
        upstream: &'a UpstreamName,
        /// What it is to be told.
        outcome: LogoutOutcome,
        /// Why the sessions could not be ended.
        failure: Option<&'a LoginError>,
    },
    /// An upstream is asked to end a session that is over here.
    UpstreamLogoutAsked {
        /// The login that the session began with.
        login: &'a LoginId,
        /// The upstream.
        upstream: &'a UpstreamName,
    },
    /// An upstream answered what it was asked.
    UpstreamLogoutAnswered {
        /// The login that the session began with.
        login: &'a LoginId,
        /// The upstream.
        upstream: &'a UpstreamName,
        /// What it said.
        outcome: LogoutOutcome,
    },
    /// A message or a request that came to a logout address was refused.
    LogoutRefused {
        /// The reference that the person was shown.
        reference: &'a LoginId,
        /// Who sent it.
        party: LogoutParty<'a>,
        /// Why.
        error: &'a LogoutError,
    },
    /// A relying party asked for a logout, and nobody is logged in here any more.
    ClientLogout {
        /// The login that the session began with, if there was one.
        login: Option<&'a LoginId>,
        /// The relying party, as far as that is known.
        client: Option<&'a RelyingParty>,
        /// What became of it here.
        end: LogoutEnd,
    },
    /// A relying party was told that a session is over, and confirmed.
    ClientNotified {
        /// The login that the session began with.
        login: &'a LoginId,
        /// The relying party.
        client: &'a RelyingParty,
    },
    /// A relying party could not be told that a session is over.
    ClientNotNotified {
        /// The login that the session began with.
        login: &'a LoginId,
        /// The relying party.
        client: &'a RelyingParty,
        /// Why.
        error: &'a NotificationError,
        /// Whether it is tried again.
        again: bool,
    },
    /// Relying parties that have to be told could not be written down: each is tried once.
    LogoutNotKept {
        /// Why.
        error: &'a OutboxError,
    },
    /// Nobody can read of whom a part of the outbox knows that they have yet to be told.
    OutboxNotRead {
        /// Why.
        error: &'a OutboxError,
    },
    /// An upstream could not be asked to end a session that is over here.
    UpstreamLogoutNotAsked {
        /// The login that the session began with.
        login: &'a LoginId,
        /// The upstream.
        upstream: &'a UpstreamName,
        /// Why.
        error: &'a LogoutError,
    },
    /// A userinfo request was refused.
    UserInfoRefused {
        /// Why.
        error: &'a UserInfoError,
    },
    /// An operator was told something over the control socket.
    ControlAnswered {
        /// What.
        command: ControlCommand,
    },
    /// Somebody who spoke to the control socket was told nothing.
    ControlRefused {
        /// Why.
        reason: ControlRefusal,
    },
}

/// What a client had revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedTokens {
    /// One access token.
    Access,
    /// All tokens that came of one code.
    Refresh,
}

#[cfg(test)]
mod tests;
