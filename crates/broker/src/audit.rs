//! Audit events: a closed set, none of which can carry personal data.
//!
//! An event is described here and nowhere else: its line in the log, its words on the span of its
//! request, what counts it, and which time it
//! ends. Whoever receives events writes descriptions.

mod description;

use std::fmt;
use std::time::Duration;

use silta_oidc::OAuthErrorCode;

pub use description::{Count, Counter, Description, Facts, LoginAge, Severity, Time, Timer};

use crate::downstream::oidc::redeem_error::RedeemError;
use crate::downstream::oidc::userinfo_error::UserInfoError;
use crate::error::{ErrorClass, LoginError};
use crate::logout::error::LogoutError;
use crate::logout::upstream_logout::LogoutOutcome;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::session_end::SessionEnd;
use crate::model::upstream_name::UpstreamName;
use crate::unavailable_error::UnavailableError;
use crate::versioned::RecordError;

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
    /// A session was ended before its time.
    SessionEnded {
        /// The login that it began with.
        login: &'a LoginId,
        /// Why.
        why: SessionEnd,
    },
    /// An upstream asked for the end of sessions, and is answered.
    UpstreamLogoutReceived {
        /// The upstream.
        upstream: &'a UpstreamName,
        /// What it is told.
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
    /// A message that came to our logout address was refused.
    LogoutRefused {
        /// The reference that the person was shown.
        reference: &'a LoginId,
        /// The upstream whose address it is.
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
            Self::LoginRefused { login, client, upstream, error } => {
                login_refused(login, (client, upstream), error)
            }
            Self::RefusalNotTold { login, client, error } => refusal_not_told(login, client, error),
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
                let counts = vec![TOKEN_REQUESTS.with(&[client.as_str(), "issued"])];
                let who = Facts::of(login, client);
                Description { is_proved: true, counts, ..Description::of("tokens issued", who) }
            }
            Self::CodeReused { login, client } => Description {
                severity: Severity::Warning,
                // The refusal that follows names login and client.
                span: Facts::default(),
                is_proved: true,
                counts: vec![CODES_REUSED.with(&[])],
                ..Description::of(
                    "code used again, its tokens are revoked",
                    Facts::of(login, client),
                )
            },
            Self::TokensRefused { client, login, error } => tokens_refused(login, client, error),
            Self::SessionEnded { login, why } => {
                let (login, reason) = (Some(login.as_str()), Some(why.reason()));
                let who = Facts { login, reason, ..Facts::default() };
                // What shows of the request is another login.
                let span = Facts::default();
                Description { span, is_proved: true, ..Description::of("session ended", who) }
            }
            Self::UpstreamLogoutReceived { upstream, outcome, failure } => {
                logout_received(upstream, outcome, failure)
            }
            Self::UpstreamLogoutAsked { login, upstream } => {
                let who = Facts { login: Some(login.as_str()), ..Facts::default() }.at(upstream);
                let counts = vec![LOGOUTS.with(&[upstream.as_str(), "asked", ""])];
                Description { is_proved: true, counts, ..Description::of("logout asked", who) }
            }
            Self::UpstreamLogoutAnswered { login, upstream, outcome } => {
                let (login, reason) = (Some(login.as_str()), Some(outcome.word()));
                let who = Facts { login, reason, ..Facts::default() }.at(upstream);
                let counts = vec![LOGOUTS.with(&[upstream.as_str(), "answered", outcome.word()])];
                Description { is_proved: true, counts, ..Description::of("logout answered", who) }
            }
            Self::LogoutRefused { reference, upstream, error } => {
                let (login, reason) = (Some(reference.as_str()), Some(error.reason()));
                let facts = Facts { login, reason, cause: error.cause(), ..Facts::default() };
                let facts = facts.at(upstream);
                Description {
                    severity: severity_of(error.class()),
                    line: Facts { detail: Some(error), ..facts },
                    is_failure: error.class() == ErrorClass::Operator,
                    counts: vec![LOGOUTS.with(&[upstream.as_str(), "refused", error.reason()])],
                    ..Description::of("logout refused", facts)
                }
            }
            Self::UserInfoRefused { error } => userinfo_refused(error),
        }
    }
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

/// The level says who can act: only an error that an operator can fix wakes an operator.
fn login_refused<'a>(
    login: &'a LoginId,
    (client, upstream): (Option<&'a RelyingParty>, Option<&'a UpstreamName>),
    error: &'a LoginError,
) -> Description<'a> {
    let (client, upstream) = (name(client), upstream.map_or("", UpstreamName::as_str));
    let (class, reason) = (error.class(), error.reason());
    let facts = Facts {
        login: Some(login.as_str()),
        client: Some(client),
        upstream: Some(upstream),
        reason: Some(reason),
        cause: error.cause(),
        ..Facts::default()
    };
    Description {
        severity: severity_of(class),
        line: Facts { detail: Some(error), ..facts },
        is_failure: class == ErrorClass::Operator,
        counts: vec![
            LOGINS_ENDED.with(&[client, upstream, "refused", reason]),
            LOGINS_REFUSED.with(&[class.as_str()]),
        ],
        ..Description::of("login refused", facts)
    }
}

/// The refusal itself is counted and shown by its own event.
fn refusal_not_told<'a>(
    login: &'a LoginId,
    client: &'a RelyingParty,
    error: &'a LoginError,
) -> Description<'a> {
    let (reason, cause) = (Some(error.reason()), error.cause());
    Description {
        severity: severity_of(error.class()),
        line: Facts { reason, cause, detail: Some(error), ..Facts::of(login, client) },
        span: Facts::default(),
        ..Description::of("refusal not told", Facts::default())
    }
}

fn severity_of(class: ErrorClass) -> Severity {
    match class {
        ErrorClass::User => Severity::Info,
        ErrorClass::Client | ErrorClass::Idp | ErrorClass::Update => Severity::Warning,
        ErrorClass::Operator => Severity::Error,
    }
}

fn tokens_refused<'a>(
    login: Option<&'a LoginId>,
    client: Option<&'a RelyingParty>,
    error: &'a RedeemError,
) -> Description<'a> {
    let (login, client) = (login.map_or("", LoginId::as_str), name(client));
    let told = error.error_code().as_str();
    let facts = Facts {
        login: Some(login),
        client: Some(client),
        reason: Some(error.reason()),
        ..Facts::default()
    };
    let line = Facts { error: Some(told), ..facts };
    let counts = vec![TOKEN_REQUESTS.with(&[client, told])];
    match error {
        RedeemError::Body(_) | RedeemError::Request(_) => Description {
            severity: Severity::Warning,
            line: Facts { detail: Some(error), ..line },
            counts,
            ..Description::of("tokens refused", facts)
        },
        RedeemError::Unavailable(why) => {
            let cause = Some(why.cause());
            let newer = matches!(why, UnavailableError::Record(RecordError::Newer));
            Description {
                severity: severity(*why),
                // The reason says it already.
                line: Facts { cause: cause.filter(|_| !newer), detail: Some(why), ..line },
                span: Facts { cause, ..facts },
                is_failure: true,
                counts,
                ..Description::of("tokens refused", facts)
            }
        }
    }
}

fn userinfo_refused(error: &UserInfoError) -> Description<'_> {
    let told = error.error_code().map(OAuthErrorCode::as_str);
    let unavailable = match error {
        UserInfoError::Body(_) | UserInfoError::Request(_) => None,
        UserInfoError::Unavailable(why) => Some(why),
    };
    let facts = Facts { cause: unavailable.map(|why| why.cause()), ..Facts::default() };
    let detail: &dyn fmt::Display = match unavailable {
        Some(why) => why,
        None => error,
    };
    Description {
        // Tokens expire all the time.
        severity: unavailable.map_or(Severity::Info, |why| severity(*why)),
        line: Facts { detail: Some(detail), ..facts },
        span: Facts { reason: told, ..facts },
        is_failure: unavailable.is_some(),
        counts: vec![USERINFO_REFUSED.with(&[told.unwrap_or("no_token")])],
        ..Description::of("userinfo refused", facts)
    }
}

fn severity(why: UnavailableError) -> Severity {
    match why {
        // It ends by itself once this replica is updated too.
        UnavailableError::Record(RecordError::Newer) => Severity::Warning,
        UnavailableError::Store(_)
        | UnavailableError::Record(RecordError::Unreadable)
        | UnavailableError::KeyUnavailable(_)
        | UnavailableError::TooSlow => Severity::Error,
    }
}

/// A name that is not known is empty.
fn name(client: Option<&RelyingParty>) -> &str {
    client.map_or("", RelyingParty::as_str)
}

/// Logins that left towards an upstream.
pub const LOGINS_STARTED: Counter = Counter {
    name: "logins_started",
    help: "Logins that left towards an upstream",
    labels: &["client", "upstream"],
};
/// Logins whose half hour ended without an answer.
pub const LOGINS_ABANDONED: Counter = Counter {
    name: "logins_abandoned",
    help: "Logins whose half hour ended without an answer",
    labels: &["client", "upstream"],
};
/// Logins that were refused.
pub const LOGINS_REFUSED: Counter = Counter {
    name: "logins_refused",
    help: "Logins that were refused, by who can act",
    labels: &["class"],
};
/// Logins that ended: `outcome` is `finished` or `refused`, `reason` the word that the log has too.
pub const LOGINS_ENDED: Counter = Counter {
    name: "logins_ended",
    help: "Logins that ended, by outcome and reason",
    labels: &["client", "upstream", "outcome", "reason"],
};
/// `outcome` is `issued` or the OAuth error.
const TOKEN_REQUESTS: Counter = Counter {
    name: "token_requests",
    help: "Token requests, by outcome",
    labels: &["client", "outcome"],
};
/// `error` is the OAuth error, or `no_token` where none is told.
const USERINFO_REFUSED: Counter = Counter {
    name: "userinfo_refused",
    help: "Userinfo requests that were refused, by error",
    labels: &["error"],
};
/// `event` is `received` (the upstream ended sessions), `asked` (it was asked to), `answered` or `refused`;
/// `reason` what became of it, or the word that the log has too.
const LOGOUTS: Counter = Counter {
    name: "logouts",
    help: "Logouts that upstreams ask for or are asked for, by what became of them",
    labels: &["upstream", "event", "reason"],
};
const CODES_REUSED: Counter =
    Counter { name: "codes_reused", help: "Codes that were presented again", labels: &[] };

/// Bank credentials take half a minute, reading letters half an hour.
const LOGIN_DURATION: Timer = Timer {
    name: "login_duration_seconds",
    help: "Seconds from leaving to the accepted answer, the person's own time included",
    labels: &["client", "upstream"],
    buckets: &[1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0],
};

/// Every timer that an event can name.
pub const TIMERS: [Timer; 1] = [LOGIN_DURATION];

/// Every counter that an event can name.
pub const COUNTERS: [Counter; 8] = [
    LOGINS_STARTED,
    LOGINS_ABANDONED,
    LOGINS_REFUSED,
    LOGINS_ENDED,
    TOKEN_REQUESTS,
    USERINFO_REFUSED,
    CODES_REUSED,
    LOGOUTS,
];

#[cfg(test)]
mod tests;
