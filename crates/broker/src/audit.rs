//! Audit events: a closed set, none of which can carry personal data.
//!
//! An event is described here and nowhere else: its line in the log, its words on the span of its
//! request, what counts it, and the time that it measures. Whoever receives events writes descriptions.

mod counters;
mod description;
mod refused;

use std::fmt;
use std::time::Duration;

pub use counters::{
    COUNTERS, LOGINS_ABANDONED, LOGINS_ENDED, LOGINS_REFUSED, LOGINS_STARTED, TIMERS,
};
pub use description::{Count, Counter, Description, Facts, LoginAge, Severity, Time, Timer};

use crate::audit::counters::{
    CLIENT_LOGOUTS, CLIENTS_TOLD, CODES_REUSED, LOGIN_DURATION, LOGINS_FROM_SESSION, LOGOUTS,
    REFRESH_TOKENS_REUSED, REVOCATIONS, TOKEN_REQUESTS,
};
use crate::audit::refused::severity_of;
use crate::downstream::oidc::client_keys_error::ClientKeysError;
use crate::downstream::oidc::push_error::PushError;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::downstream::oidc::userinfo_error::UserInfoError;
use crate::error::LoginError;
use crate::logout::error::LogoutError;
use crate::logout::finished_logout::LogoutEnd;
use crate::logout::not_told_error::{NotToldError, OutboxError};
use crate::logout::party::LogoutParty;
use crate::logout::upstream_logout::LogoutOutcome;
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
    RefusalNotTold {
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
    ClientTold {
        /// The login that the session began with.
        login: &'a LoginId,
        /// The relying party.
        client: &'a RelyingParty,
    },
    /// A relying party could not be told that a session is over.
    ClientNotTold {
        /// The login that the session began with.
        login: &'a LoginId,
        /// The relying party.
        client: &'a RelyingParty,
        /// Why.
        error: &'a NotToldError,
        /// Whether it is tried again.
        again: bool,
    },
    /// Relying parties that have to be told could not be written down: each is tried once.
    LogoutNotKept {
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
}

/// What a client had revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedTokens {
    /// One access token.
    Access,
    /// All tokens that came of one code.
    Refresh,
}

impl<'a> Event<'a> {
    /// What is written of it, shown of it, counted of it and measured.
    #[must_use]
    pub fn describe(&self) -> Description<'a> {
        match *self {
            Self::LoginStarted { login, client, upstream } => {
                let who = Facts::of(login, client).at(upstream);
                let counts = vec![LOGINS_STARTED.with(&[client.as_str(), upstream.as_str()])];
                let age = Some(LoginAge::Begins { client, upstream });
                Description { counts, age, ..Description::of("login started", who) }
            }
            // It is one login, which was counted when it started.
            Self::LoginAskedAgain { login, client, upstream } => {
                let who = Facts::of(login, client).at(upstream);
                Description { is_proved: true, ..Description::of("login asked again", who) }
            }
            Self::LoginFinished { login, client, upstream, acr, took } => {
                let who = Facts::of(login, client).at(upstream);
                let (client, upstream) = (client.as_str(), upstream.as_str());
                Description {
                    line: Facts { acr: Some(acr), took: Some(took), ..who },
                    is_proved: true,
                    counts: vec![LOGINS_ENDED.with(&[client, upstream, "finished", ""])],
                    times: vec![LOGIN_DURATION.took(took, &[client, upstream])],
                    ..Description::of("login finished", who)
                }
            }
            Self::LoginFromSession { login, first, client, upstream, acr } => {
                let who = Facts::of(login, client).at(upstream);
                let counts = vec![LOGINS_FROM_SESSION.with(&[client.as_str(), upstream.as_str()])];
                Description {
                    line: Facts { first: Some(first.as_str()), acr: Some(acr), ..who },
                    is_proved: true,
                    counts,
                    ..Description::of("login answered from session", who)
                }
            }
            Self::LoginRefused { login, client, upstream, error } => {
                refused::login(login, (client, upstream), error)
            }
            Self::RefusalNotTold { login, client, error } => {
                refused::not_told(login, client, error)
            }
            Self::LoginAbandoned { login, client, upstream } => {
                let who = Facts::of(login, client).at(upstream);
                let counts = vec![LOGINS_ABANDONED.with(&[client.as_str(), upstream.as_str()])];
                let age = Some(LoginAge::Over);
                Description { counts, age, ..Description::of("login abandoned", who) }
            }
            Self::HintIgnored { client } => {
                let (client, reason) = (Some(client.as_str()), Some("hint_of_unpublished_key"));
                Description {
                    line: Facts { client, reason, ..Facts::default() },
                    ..Description::of("id_token_hint ignored", Facts::default())
                }
            }
            Self::TokensIssued { login, client } => {
                tokens("tokens issued", (login, client), TOKEN_REQUESTS, "issued")
            }
            Self::TokensRefreshed { login, client } => {
                tokens("tokens refreshed", (login, client), TOKEN_REQUESTS, "refreshed")
            }
            Self::RefreshTokenReused { login, client } => {
                let message = "refresh token used again, its tokens are revoked";
                reused(message, (login, client), REFRESH_TOKENS_REUSED)
            }
            Self::CodeReused { login, client } => {
                reused("code used again, its tokens are revoked", (login, client), CODES_REUSED)
            }
            Self::TokensRevoked { login, client, what } => {
                let (message, outcome) = match what {
                    RevokedTokens::Access => ("access token revoked", "access_token"),
                    RevokedTokens::Refresh => ("refresh tokens revoked", "refresh_tokens"),
                };
                tokens(message, (login, client), REVOCATIONS, outcome)
            }
            Self::RevocationRefused { client, error } => refused::revocation(client, error),
            Self::IntrospectionRefused { client, error } => refused::introspection(client, error),
            Self::TokensRefused { client, login, error } => refused::tokens(login, client, error),
            Self::PushRefused { client, error } => refused::push(client, error),
            Self::ClientKeysNotFetched { client, error } => refused::client_keys(client, error),
            Self::SessionEnded { login, why } => session_ended(login, why),
            Self::UpstreamLogoutReceived { upstream, outcome, failure } => {
                logout_received(upstream, outcome, failure)
            }
            Self::UpstreamLogoutAsked { login, upstream } => logout_asked(login, upstream),
            Self::UpstreamLogoutAnswered { login, upstream, outcome } => {
                logout_answered(login, upstream, outcome)
            }
            Self::LogoutRefused { reference, party, error } => {
                refused::logout(reference, party, error)
            }
            Self::ClientLogout { login, client, end } => logged_out(login, client, end),
            Self::ClientTold { login, client } => told(login, client),
            Self::ClientNotTold { login, client, error, again } => {
                refused::not_told_of_logout(login, client, (error, again))
            }
            Self::LogoutNotKept { error } => refused::not_kept(error),
            Self::UpstreamLogoutNotAsked { login, upstream, error } => {
                refused::not_asked(login, upstream, error)
            }
            Self::UserInfoRefused { error } => refused::userinfo(error),
        }
    }
}

/// A client has done with its tokens what it may.
fn tokens<'a>(
    message: &'static str,
    (login, client): (&'a LoginId, &'a RelyingParty),
    counter: Counter,
    outcome: &str,
) -> Description<'a> {
    let counts = vec![counter.with(&[client.as_str(), outcome])];
    Description { is_proved: true, counts, ..Description::of(message, Facts::of(login, client)) }
}

/// What may be presented once came twice. The refusal that follows names login and client.
fn reused<'a>(
    message: &'static str,
    (login, client): (&'a LoginId, &'a RelyingParty),
    counter: Counter,
) -> Description<'a> {
    Description {
        severity: Severity::Warning,
        span: Facts::default(),
        is_proved: true,
        counts: vec![counter.with(&[])],
        ..Description::of(message, Facts::of(login, client))
    }
}

/// What shows of the request is another login.
fn session_ended(login: &LoginId, why: SessionEnd) -> Description<'_> {
    let (login, reason) = (Some(login.as_str()), Some(why.reason()));
    let who = Facts { login, reason, ..Facts::default() };
    Description { span: Facts::default(), is_proved: true, ..Description::of("session ended", who) }
}

fn logout_asked<'a>(login: &'a LoginId, upstream: &'a UpstreamName) -> Description<'a> {
    let who = Facts { login: Some(login.as_str()), ..Facts::default() }.at(upstream);
    let counts = vec![LOGOUTS.with(&[upstream.as_str(), "asked", ""])];
    Description { is_proved: true, counts, ..Description::of("logout asked", who) }
}

fn logout_answered<'a>(
    login: &'a LoginId,
    upstream: &'a UpstreamName,
    outcome: LogoutOutcome,
) -> Description<'a> {
    let (login, reason) = (Some(login.as_str()), Some(outcome.word()));
    let who = Facts { login, reason, ..Facts::default() }.at(upstream);
    let counts = vec![LOGOUTS.with(&[upstream.as_str(), "answered", outcome.word()])];
    Description { is_proved: true, counts, ..Description::of("logout answered", who) }
}

/// The line of each session that was ended names its login.
fn logout_received<'a>(
    upstream: &'a UpstreamName,
    outcome: LogoutOutcome,
    failure: Option<&'a LoginError>,
) -> Description<'a> {
    let facts = Facts { reason: Some(outcome.word()), ..Facts::default() }.at(upstream);
    let facts = Facts { cause: failure.and_then(LoginError::cause), ..facts };
    let detail = failure.map(|error| error as &dyn fmt::Display);
    Description {
        severity: failure.map_or(Severity::Info, |error| severity_of(error.class())),
        line: Facts { detail, ..facts },
        is_failure: failure.is_some(),
        is_proved: true,
        counts: vec![LOGOUTS.with(&[upstream.as_str(), "received", outcome.word()])],
        ..Description::of("logout received", facts)
    }
}

fn logged_out<'a>(
    login: Option<&'a LoginId>,
    client: Option<&'a RelyingParty>,
    end: LogoutEnd,
) -> Description<'a> {
    let client = client.map_or("", RelyingParty::as_str);
    let who = Facts {
        login: login.map(LoginId::as_str),
        client: Some(client),
        reason: Some(end.word()),
        ..Facts::default()
    };
    let counts = vec![CLIENT_LOGOUTS.with(&[client, end.word()])];
    // Who had a session here proved to be its holder.
    let is_proved = login.is_some();
    Description { is_proved, counts, ..Description::of("logged out", who) }
}

/// What shows of the request is another login, or none.
fn told<'a>(login: &'a LoginId, client: &'a RelyingParty) -> Description<'a> {
    let counts = vec![CLIENTS_TOLD.with(&[client.as_str(), "confirmed", ""])];
    let (span, is_proved) = (Facts::default(), true);
    let described = Description::of("client told of logout", Facts::of(login, client));
    Description { span, is_proved, counts, ..described }
}

#[cfg(test)]
mod tests;
