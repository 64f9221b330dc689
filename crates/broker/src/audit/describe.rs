//! How each event is described.

use std::time::Duration;

use crate::audit::counters::{
    CODES_REUSED, LOGIN_DURATION, LOGINS_ABANDONED, LOGINS_ENDED, LOGINS_FROM_SESSION,
    LOGINS_STARTED, REFRESH_TOKENS_REUSED, REVOCATIONS, TOKEN_REQUESTS,
};
use crate::audit::description::{Counter, Description, Facts, LoginAge, Severity};
use crate::audit::{Event, RevokedTokens, control, logouts, refused};
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;

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
                login_finished(who, [client.as_str(), upstream.as_str()], (acr, took))
            }
            Self::ClaimLeftOut { login, client, upstream, error } => {
                refused::left_out(Facts::of(login, client).at(upstream), error)
            }
            Self::AttributesArrived { login, client, upstream, names } => {
                refused::arrived(Facts::of(login, client).at(upstream), names)
            }
            Self::AttributesNotKept { login, client, upstream, error } => {
                refused::not_kept(Facts::of(login, client).at(upstream), error)
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
            Self::RefusalNotSent { login, client, error } => {
                refused::not_sent(login, client, error)
            }
            Self::LoginAbandoned { login, client, upstream } => {
                let who = Facts::of(login, client).at(upstream);
                let counts = vec![LOGINS_ABANDONED.with(&[client.as_str(), upstream.as_str()])];
                let age = Some(LoginAge::Over);
                Description { counts, age, ..Description::of("login abandoned", who) }
            }
            Self::HintIgnored { client } => hint_ignored(client),
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
            Self::SessionEnded { login, why } => logouts::session_ended(login, why),
            Self::UpstreamLogoutReceived { upstream, outcome, failure } => {
                logouts::logout_received(upstream, outcome, failure)
            }
            Self::UpstreamLogoutAsked { login, upstream } => logouts::logout_asked(login, upstream),
            Self::UpstreamLogoutAnswered { login, upstream, outcome } => {
                logouts::logout_answered(login, upstream, outcome)
            }
            Self::LogoutRefused { reference, party, error } => {
                refused::logout(reference, party, error)
            }
            Self::ClientLogout { login, client, end } => logouts::logged_out(login, client, end),
            Self::ClientNotified { login, client } => logouts::notified(login, client),
            Self::ClientNotNotified { login, client, error, again } => {
                refused::not_notified(login, client, (error, again))
            }
            Self::LogoutNotKept { error } => refused::outbox("logout not kept for clients", error),
            Self::OutboxNotRead { error } => refused::outbox("outbox not read", error),
            Self::UpstreamLogoutNotAsked { login, upstream, error } => {
                refused::not_asked(login, upstream, error)
            }
            Self::UserInfoRefused { error } => refused::userinfo(error),
            Self::ControlAnswered { command } => control::answered(command),
            Self::ControlRefused { reason } => control::refused(reason),
        }
    }
}

fn login_finished<'a>(
    who: Facts<'a>,
    names: [&'a str; 2],
    (acr, took): (&'a str, Duration),
) -> Description<'a> {
    let [client, upstream] = names;
    Description {
        line: Facts { acr: Some(acr), took: Some(took), ..who },
        is_proved: true,
        counts: vec![LOGINS_ENDED.with(&[client, upstream, "finished", ""])],
        times: vec![LOGIN_DURATION.took(took, &names)],
        ..Description::of("login finished", who)
    }
}

/// It counted as none, and the login goes on.
fn hint_ignored(client: &RelyingParty) -> Description<'_> {
    let (client, reason) = (Some(client.as_str()), Some("hint_of_unpublished_key"));
    Description {
        line: Facts { client, reason, ..Facts::default() },
        ..Description::of("id_token_hint ignored", Facts::default())
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
