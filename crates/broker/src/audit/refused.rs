//! Events of what is refused: the level says who can act, and the reason what was wrong.

use std::fmt;

use silta_mapping::MappingError;
use silta_oidc::OAuthErrorCode;

use crate::audit::counters::{
    CLIENT_LOGOUTS, CLIENTS_NOTIFIED, INTROSPECTIONS_REFUSED, LOGINS_ENDED, LOGINS_REFUSED,
    LOGOUTS, PUSHES_REFUSED, REVOCATIONS, TOKEN_REQUESTS, USERINFO_REFUSED,
};
use crate::audit::description::{Counter, Description, Facts, Severity};
use crate::downstream::oidc::client_keys_error::ClientKeysError;
use crate::downstream::oidc::push_error::PushError;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::downstream::oidc::userinfo_error::UserInfoError;
use crate::error::{LoginError, reason_of_mapping};
use crate::error_class::ErrorClass;
use crate::logout::error::LogoutError;
use crate::logout::notification_error::NotificationError;
use crate::logout::outbox_error::OutboxError;
use crate::logout::party::LogoutParty;
use crate::model::arrived_names::ArrivedNames;
use crate::model::kept_attributes::TooLongToKeep;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;
use crate::unavailable_error::UnavailableError;
use crate::versioned::RecordError;

/// The level says who can act: only an error that an operator can fix wakes an operator.
pub(super) fn login<'a>(
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

/// What there was instead of the attribute that is missing.
pub(super) fn arrived<'a>(who: Facts<'a>, names: &'a ArrivedNames) -> Description<'a> {
    Description {
        severity: Severity::Warning,
        line: Facts { detail: Some(names), ..who },
        span: Facts::default(),
        is_proved: true,
        ..Description::of("attributes arrived", Facts::default())
    }
}

/// The person is let in, and single sign-on asks them again.
pub(super) fn not_kept<'a>(who: Facts<'a>, error: &'a TooLongToKeep) -> Description<'a> {
    Description {
        severity: Severity::Warning,
        line: Facts { detail: Some(error), ..who },
        span: Facts::default(),
        is_proved: true,
        ..Description::of("session answers no other client", Facts::default())
    }
}

/// The person is let in, and less is said of them than there is to say.
pub(super) fn left_out<'a>(who: Facts<'a>, error: &'a MappingError) -> Description<'a> {
    let reason = Some(reason_of_mapping(error));
    Description {
        severity: Severity::Warning,
        line: Facts { reason, detail: Some(error), ..who },
        span: Facts::default(),
        is_proved: true,
        ..Description::of("claim left out", Facts::default())
    }
}

/// The refusal itself is counted and shown by its own event.
pub(super) fn not_sent<'a>(
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

pub(super) fn severity_of(class: ErrorClass) -> Severity {
    match class {
        ErrorClass::User => Severity::Info,
        ErrorClass::Client | ErrorClass::Idp | ErrorClass::Update => Severity::Warning,
        ErrorClass::Operator => Severity::Error,
    }
}

/// What came to a logout address, and changes nothing.
pub(super) fn logout<'a>(
    reference: &'a LoginId,
    party: LogoutParty<'a>,
    error: &'a LogoutError,
) -> Description<'a> {
    let (login, reason) = (Some(reference.as_str()), error.reason());
    let facts = Facts { login, reason: Some(reason), cause: error.cause(), ..Facts::default() };
    let (facts, count) = match party {
        LogoutParty::Upstream(upstream) => {
            (facts.at(upstream), LOGOUTS.with(&[upstream.as_str(), "refused", reason]))
        }
        LogoutParty::RelyingParty(client) => {
            let client = name(client);
            (Facts { client: Some(client), ..facts }, CLIENT_LOGOUTS.with(&[client, reason]))
        }
    };
    Description {
        severity: severity_of(error.class()),
        line: Facts { detail: Some(error), ..facts },
        is_failure: error.class() == ErrorClass::Operator,
        counts: vec![count],
        ..Description::of("logout refused", facts)
    }
}

/// The session is over here, and perhaps not at the relying party.
pub(super) fn not_notified<'a>(
    login: &'a LoginId,
    client: &'a RelyingParty,
    (error, again): (&'a NotificationError, bool),
) -> Description<'a> {
    let (class, reason) = (error.class(), error.reason());
    let (message, outcome) = if again {
        ("client not told of logout yet", "again")
    } else {
        ("client not told of logout", "given_up")
    };
    let (reason_word, detail) = (Some(reason), Some(error as _));
    let line = Facts { reason: reason_word, detail, ..Facts::of(login, client) };
    Description {
        severity: severity_of(class),
        line,
        is_failure: class == ErrorClass::Operator,
        is_proved: true,
        counts: vec![CLIENTS_NOTIFIED.with(&[client.as_str(), outcome, reason])],
        ..Description::of(message, Facts::default())
    }
}

/// Nobody tries again what is not written down, or cannot be read.
pub(super) fn outbox<'a>(message: &'static str, error: &'a OutboxError) -> Description<'a> {
    let (reason, cause) = (Some(error.reason()), error.cause());
    Description {
        severity: Severity::Error,
        line: Facts { reason, cause, detail: Some(error), ..Facts::default() },
        is_failure: true,
        is_proved: true,
        ..Description::of(message, Facts::default())
    }
}

/// The session here is over, and lives on at the upstream.
pub(super) fn not_asked<'a>(
    login: &'a LoginId,
    upstream: &'a UpstreamName,
    error: &'a LogoutError,
) -> Description<'a> {
    let (login, reason) = (Some(login.as_str()), error.reason());
    let facts = Facts { login, reason: Some(reason), cause: error.cause(), ..Facts::default() };
    let facts = facts.at(upstream);
    Description {
        severity: severity_of(error.class()),
        line: Facts { detail: Some(error), ..facts },
        is_failure: error.class() == ErrorClass::Operator,
        is_proved: true,
        counts: vec![LOGOUTS.with(&[upstream.as_str(), "not_asked", reason])],
        ..Description::of("logout not asked", facts)
    }
}

pub(super) fn tokens<'a>(
    login: Option<&'a LoginId>,
    client: Option<&'a RelyingParty>,
    error: &'a RedeemError,
) -> Description<'a> {
    let facts = Facts {
        login: Some(login.map_or("", LoginId::as_str)),
        client: Some(name(client)),
        ..Facts::default()
    };
    client_request("tokens refused", facts, TOKEN_REQUESTS, error.into())
}

pub(super) fn revocation<'a>(
    client: Option<&'a RelyingParty>,
    error: &'a RedeemError,
) -> Description<'a> {
    let facts = Facts { client: Some(name(client)), ..Facts::default() };
    client_request("revocation refused", facts, REVOCATIONS, error.into())
}

pub(super) fn introspection<'a>(
    client: Option<&'a RelyingParty>,
    error: &'a RedeemError,
) -> Description<'a> {
    let facts = Facts { client: Some(name(client)), ..Facts::default() };
    client_request("introspection refused", facts, INTROSPECTIONS_REFUSED, error.into())
}

/// What a client pushed, before anybody came.
pub(super) fn push<'a>(client: Option<&'a RelyingParty>, error: &'a PushError) -> Description<'a> {
    let facts = Facts { client: Some(name(client)), ..Facts::default() };
    client_request("pushed request refused", facts, PUSHES_REFUSED, error.into())
}

/// Why a request of a client without a browser is refused.
#[derive(Clone, Copy)]
struct ClientRefusal<'a> {
    told: OAuthErrorCode,
    reason: &'static str,
    /// The sentence for the operator. That for the client does not say what failed here.
    detail: &'a dyn fmt::Display,
    unavailable: Option<UnavailableError>,
}

impl<'a> From<&'a RedeemError> for ClientRefusal<'a> {
    fn from(error: &'a RedeemError) -> Self {
        let (detail, unavailable): (&dyn fmt::Display, _) = match error {
            RedeemError::Body(_) | RedeemError::Request(_) => (error, None),
            RedeemError::Unavailable(why) => (why, Some(*why)),
        };
        Self { told: error.error_code(), reason: error.reason(), detail, unavailable }
    }
}

impl<'a> From<&'a PushError> for ClientRefusal<'a> {
    fn from(error: &'a PushError) -> Self {
        let (detail, unavailable): (&dyn fmt::Display, _) = match error {
            PushError::Body(_) | PushError::Client(_) | PushError::Request(_) => (error, None),
            PushError::TooManyOpen(why) => (why, None),
            PushError::Unavailable(why) => (why, Some(*why)),
        };
        Self { told: error.error_code(), reason: error.reason(), detail, unavailable }
    }
}

/// Such a request is counted by client and OAuth error.
fn client_request<'a>(
    message: &'static str,
    facts: Facts<'a>,
    counter: Counter,
    refusal: ClientRefusal<'a>,
) -> Description<'a> {
    let ClientRefusal { told, reason, detail, unavailable } = refusal;
    let counts = vec![counter.with(&[facts.client.unwrap_or(""), told.as_str()])];
    let facts = Facts { reason: Some(reason), ..facts };
    let cause = unavailable.map(UnavailableError::cause);
    // The reason says it already.
    let newer = matches!(unavailable, Some(UnavailableError::Record(RecordError::Newer)));
    let written = cause.filter(|_| !newer);
    Description {
        severity: unavailable.map_or(Severity::Warning, severity_of_unavailable),
        line: Facts { error: Some(told.as_str()), cause: written, detail: Some(detail), ..facts },
        span: Facts { cause, ..facts },
        is_failure: unavailable.is_some(),
        counts,
        ..Description::of(message, facts)
    }
}

/// A request may be answered by older keys all the same.
pub(super) fn client_keys<'a>(
    client: &'a RelyingParty,
    error: &'a ClientKeysError,
) -> Description<'a> {
    let (client, cause) = (Some(client.as_str()), Some(error.cause()));
    Description {
        severity: Severity::Warning,
        line: Facts { client, cause, detail: Some(error), ..Facts::default() },
        ..Description::of("client keys not fetched", Facts::default())
    }
}

pub(super) fn userinfo(error: &UserInfoError) -> Description<'_> {
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
        severity: unavailable.map_or(Severity::Info, |why| severity_of_unavailable(*why)),
        line: Facts { detail: Some(detail), ..facts },
        span: Facts { reason: told, ..facts },
        is_failure: unavailable.is_some(),
        counts: vec![USERINFO_REFUSED.with(&[told.unwrap_or("no_token")])],
        ..Description::of("userinfo refused", facts)
    }
}

fn severity_of_unavailable(why: UnavailableError) -> Severity {
    match why {
        // The first ends by itself once this replica is updated too, and the other is mostly the client's
        // own server.
        UnavailableError::Record(RecordError::Newer) | UnavailableError::ClientKeys(_) => {
            Severity::Warning
        }
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
