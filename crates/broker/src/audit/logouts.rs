//! Events of sessions and logouts.

use std::fmt;

use crate::audit::counters::{CLIENT_LOGOUTS, CLIENTS_NOTIFIED, LOGOUTS};
use crate::audit::description::{Description, Facts, Severity};
use crate::audit::refused::severity_of;
use crate::error::LoginError;
use crate::logout::finished_logout::LogoutEnd;
use crate::logout::upstream_logout::LogoutOutcome;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::session_end::SessionEnd;
use crate::model::upstream_name::UpstreamName;

/// What shows of the request is another login.
pub(super) fn session_ended(login: &LoginId, why: SessionEnd) -> Description<'_> {
    let (login, reason) = (Some(login.as_str()), Some(why.reason()));
    let who = Facts { login, reason, ..Facts::default() };
    Description { span: Facts::default(), is_proved: true, ..Description::of("session ended", who) }
}

pub(super) fn logout_asked<'a>(login: &'a LoginId, upstream: &'a UpstreamName) -> Description<'a> {
    let who = Facts { login: Some(login.as_str()), ..Facts::default() }.at(upstream);
    let counts = vec![LOGOUTS.with(&[upstream.as_str(), "asked", ""])];
    Description { is_proved: true, counts, ..Description::of("logout asked", who) }
}

pub(super) fn logout_answered<'a>(
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
pub(super) fn logout_received<'a>(
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

pub(super) fn logged_out<'a>(
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
pub(super) fn notified<'a>(login: &'a LoginId, client: &'a RelyingParty) -> Description<'a> {
    let counts = vec![CLIENTS_NOTIFIED.with(&[client.as_str(), "confirmed", ""])];
    let (span, is_proved) = (Facts::default(), true);
    let described = Description::of("client told of logout", Facts::of(login, client));
    Description { span, is_proved, counts, ..described }
}
