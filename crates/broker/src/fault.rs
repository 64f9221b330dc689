//! Whose move is it? One table from every way a login can fail to what each party is told.

use silta_mapping::{AttributeFault, MappingFault};
use silta_oidc::{AuthorizeReason, Location, MalformedParams, OAuthCode, PageFault, Repeated};
use silta_saml::{StatusFailure, Verdict};
use thiserror::Error;

use crate::login::LoginId;
use crate::open_logins::TooManyOpen;
use crate::ports::StoreError;
use crate::upstream::{Refusal, UpstreamUnavailable};
use crate::vault::VaultFault;

/// A login that ended without a code.
#[derive(Debug)]
pub struct Fault {
    /// What the person can quote and the log can be searched for.
    pub reference: LoginId,
    /// Why.
    pub fault: LoginFault,
    /// Where the client is told, when that may be; otherwise there is only a page to show.
    pub back: Option<Location>,
}

/// Every way a login can end without a code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoginFault {
    /// The authorize request names no place that an answer may go to.
    #[error(transparent)]
    Request(#[from] PageFault),
    /// The authorize request of a known client breaks a rule.
    #[error(transparent)]
    Authorize(#[from] AuthorizeReason),
    /// `prompt=none`, and there is no session to answer from.
    #[error("a login without interaction was asked for, and the person is not logged in")]
    LoginRequired,
    /// The authorize request came from an image, a script, a fetch or a frame of some page.
    #[error("a login can only be begun by a page that the person opens")]
    NotNavigation,
    /// The body of a request could not be read as a form.
    #[error(transparent)]
    Body(#[from] BodyFault),
    /// What was posted back is not a readable form.
    #[error(transparent)]
    Form(#[from] MalformedParams),
    /// A field was posted twice.
    #[error(transparent)]
    Repeated(#[from] Repeated),
    /// `SAMLResponse` is missing from what was posted.
    #[error("SAMLResponse is missing")]
    AnswerMissing,
    /// `RelayState` is missing or cannot be ours.
    #[error("RelayState is missing or was not made here")]
    UnknownHandle,
    /// The browser did not send the cookie of this login.
    #[error("the cookie of this login is missing")]
    CookieMissing,
    /// The login waited too long, or was never begun by this browser.
    #[error("the login is not known any more")]
    LoginExpired,
    /// An answer to this login was looked at before.
    #[error("the login was answered before")]
    AlreadyUsed,
    /// Posted to the address of another upstream than the one that was asked.
    #[error("the answer came to the address of another identity provider")]
    WrongUpstream,
    /// The answer was refused.
    #[error(transparent)]
    Upstream(#[from] Refusal),
    /// The assertion was accepted before.
    #[error("the assertion was used before")]
    Replayed,
    /// The attributes cannot be read in one certain way.
    #[error(transparent)]
    Attributes(#[from] AttributeFault),
    /// The client's rules do not fit the attributes.
    #[error(transparent)]
    Mapping(#[from] MappingFault),
    /// None of the attributes that `sub` is made of arrived, or the best one that did has several
    /// values.
    #[error("no attribute that identifies the person arrived with exactly one value")]
    NoSubject,
    /// Too many logins wait for an answer to begin another one.
    #[error(transparent)]
    TooManyOpen(#[from] TooManyOpen),
    /// The store did not do what it was asked.
    #[error("the store is unavailable: {0}")]
    StoreUnavailable(#[from] StoreError),
    /// A record in the store was not sealed with a key that is configured here.
    #[error("a record in the store could not be opened")]
    RecordUnreadable,
    /// The client's service or upstream, or the level that it demands, is not there any more.
    #[error("the configuration does not fit this login any more")]
    Misconfigured,
    /// A key of ours could not be used.
    #[error("a key could not be used")]
    KeyUnavailable,
}

/// Why a body cannot be read as a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyFault {
    /// Another media type than `application/x-www-form-urlencoded`.
    #[error("the body is not a form; send application/x-www-form-urlencoded")]
    NotAForm,
    /// A form in another charset than UTF-8.
    #[error("the body is not in UTF-8; send it in UTF-8, and charset=UTF-8 or none")]
    Charset,
    /// More than the endpoint can need.
    #[error("the body is too large; send less")]
    TooLarge,
    /// It did not arrive in time.
    #[error("the body did not arrive in time; send it at once")]
    TooSlow,
    /// The connection broke, or the octets are not UTF-8.
    #[error("the body could not be read; send it again as UTF-8")]
    Unreadable,
}

impl BodyFault {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::NotAForm | Self::Charset => 415,
            Self::TooLarge => 413,
            Self::TooSlow => 408,
            Self::Unreadable => 400,
        }
    }
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The person at the browser.
    User,
    /// The developer of the client.
    Client,
    /// The operators of the identity provider and of this broker.
    Idp,
    /// The operator of this broker.
    Operator,
}

impl LoginFault {
    /// Whose move it is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::CookieMissing
            | Self::LoginExpired
            | Self::AlreadyUsed
            | Self::LoginRequired
            | Self::UnknownHandle => Class::User,
            Self::Request(_) | Self::Authorize(_) | Self::NotNavigation => Class::Client,
            Self::Body(_)
            | Self::Form(_)
            | Self::Repeated(_)
            | Self::AnswerMissing
            | Self::WrongUpstream
            | Self::Replayed
            | Self::Attributes(_)
            | Self::Mapping(_)
            | Self::NoSubject => Class::Idp,
            Self::Upstream(Refusal::Saml(rejected)) => match rejected.verdict() {
                Verdict::Declined(
                    StatusFailure::AuthnFailed
                    | StatusFailure::NoPassive
                    | StatusFailure::NoAuthnContext,
                )
                | Verdict::TooWeak
                | Verdict::NotFresh => Class::User,
                Verdict::Declined(
                    StatusFailure::RequestDenied
                    | StatusFailure::Requester
                    | StatusFailure::Responder,
                )
                | Verdict::NotAcceptable => Class::Idp,
            },
            Self::TooManyOpen(_)
            | Self::StoreUnavailable(_)
            | Self::RecordUnreadable
            | Self::Misconfigured
            | Self::KeyUnavailable => Class::Operator,
        }
    }

    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Request(fault) => match fault {
                PageFault::Malformed(_) => "malformed_request",
                PageFault::Repeated(_) => "repeated_parameter",
                PageFault::ClientMissing => "client_missing",
                PageFault::UnknownClient => "unknown_client",
                PageFault::RedirectMissing { .. } => "redirect_missing",
                PageFault::RedirectMismatch { .. } => "redirect_mismatch",
            },
            Self::Authorize(reason) => reason.code().as_str(),
            Self::LoginRequired => "login_required",
            Self::NotNavigation => "not_a_navigation",
            Self::Body(BodyFault::NotAForm) => "body_not_a_form",
            Self::Body(BodyFault::Charset) => "body_charset",
            Self::Body(BodyFault::TooLarge) => "body_too_large",
            Self::Body(BodyFault::TooSlow) => "body_too_slow",
            Self::Body(BodyFault::Unreadable) => "body_unreadable",
            Self::Form(_) => "malformed_form",
            Self::Repeated(_) => "repeated_field",
            Self::AnswerMissing => "answer_missing",
            Self::UnknownHandle => "unknown_handle",
            Self::CookieMissing => "cookie_missing",
            Self::LoginExpired => "login_expired",
            Self::AlreadyUsed => "already_used",
            Self::WrongUpstream => "wrong_upstream",
            Self::Upstream(Refusal::Saml(rejected)) => rejected.reason(),
            Self::Replayed => "replayed",
            Self::Attributes(AttributeFault::Duplicate { .. }) => "attribute_duplicate",
            Self::Attributes(AttributeFault::ControlCharacter { .. }) => "attribute_characters",
            Self::Mapping(MappingFault::Missing { .. }) => "claim_missing",
            Self::Mapping(MappingFault::SeveralValues { .. }) => "claim_several_values",
            Self::Mapping(MappingFault::WrongKind { .. }) => "claim_wrong_kind",
            Self::NoSubject => "no_subject",
            Self::TooManyOpen(TooManyOpen::ForALargeOne) => "too_many_open_for_a_large_one",
            Self::TooManyOpen(TooManyOpen::FromOneSource) => "too_many_open_from_one_source",
            Self::TooManyOpen(TooManyOpen::AtAll) => "too_many_open",
            Self::StoreUnavailable(_) => "store_unavailable",
            Self::RecordUnreadable => "record_unreadable",
            Self::Misconfigured => "misconfigured",
            Self::KeyUnavailable => "key_unavailable",
        }
    }

    /// What was the matter with the store, where that was the reason: a short stable word.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        let Self::StoreUnavailable(error) = self else { return None };
        Some(error.cause())
    }

    /// What the client is told [RFC 6749 §4.1.2.1], where it may be told at all.
    #[must_use]
    pub fn oauth(&self) -> OAuthCode {
        match self.told() {
            Told::ItsRequest(code) => code,
            Told::NotLoggedIn | Told::NotRecent => OAuthCode::LoginRequired,
            Told::Denied => OAuthCode::AccessDenied,
            Told::TooWeak => OAuthCode::UnmetAuthenticationRequirements,
            Told::NotAccepted => OAuthCode::ServerError,
            Told::TryAgain => OAuthCode::TemporarilyUnavailable,
        }
    }

    /// The sentence that goes to the client with [`LoginFault::oauth`]. A client learns what is
    /// wrong with its own request, and of everything else only whose move it is: the reference
    /// leads its developer to our log.
    pub(crate) fn description(&self) -> String {
        let sentence = match self.told() {
            Told::ItsRequest(_) => return self.to_string(),
            Told::NotLoggedIn => "the person has to log in; send the request without prompt=none",
            Told::NotRecent => "the person was not authenticated as recently as asked; try again",
            Told::Denied => "the login was cancelled or did not succeed",
            Told::TooWeak => "the identity provider did not reach the required level of assurance",
            Told::NotAccepted => "the answer of the identity provider could not be accepted",
            Told::TryAgain => "the login service is temporarily unavailable; try again",
        };
        sentence.to_owned()
    }

    /// The one table from every fault to what a client hears of it.
    fn told(&self) -> Told {
        match self {
            Self::Request(_) | Self::NotNavigation => Told::ItsRequest(OAuthCode::InvalidRequest),
            Self::Authorize(reason) => Told::ItsRequest(reason.code()),
            Self::LoginRequired => Told::NotLoggedIn,
            Self::CookieMissing | Self::LoginExpired | Self::AlreadyUsed | Self::UnknownHandle => {
                Told::Denied
            }
            Self::Upstream(Refusal::Saml(rejected)) => match rejected.verdict() {
                Verdict::Declined(StatusFailure::AuthnFailed) => Told::Denied,
                Verdict::Declined(StatusFailure::NoPassive) | Verdict::NotFresh => Told::NotRecent,
                Verdict::Declined(StatusFailure::NoAuthnContext) | Verdict::TooWeak => {
                    Told::TooWeak
                }
                Verdict::Declined(
                    StatusFailure::RequestDenied
                    | StatusFailure::Requester
                    | StatusFailure::Responder,
                )
                | Verdict::NotAcceptable => Told::NotAccepted,
            },
            Self::Body(_)
            | Self::Form(_)
            | Self::Repeated(_)
            | Self::AnswerMissing
            | Self::WrongUpstream
            | Self::Replayed
            | Self::Attributes(_)
            | Self::Mapping(_)
            | Self::NoSubject => Told::NotAccepted,
            Self::TooManyOpen(_)
            | Self::StoreUnavailable(_)
            | Self::RecordUnreadable
            | Self::Misconfigured
            | Self::KeyUnavailable => Told::TryAgain,
        }
    }
}

/// What a client hears of a fault.
enum Told {
    /// What is wrong with its own request.
    ItsRequest(OAuthCode),
    NotLoggedIn,
    NotRecent,
    Denied,
    TooWeak,
    NotAccepted,
    TryAgain,
}

impl From<UpstreamUnavailable> for LoginFault {
    fn from(fault: UpstreamUnavailable) -> Self {
        match fault {
            UpstreamUnavailable::UnknownLevel => Self::Misconfigured,
            UpstreamUnavailable::Signing => Self::KeyUnavailable,
        }
    }
}

impl From<VaultFault> for LoginFault {
    fn from(fault: VaultFault) -> Self {
        match fault {
            VaultFault::Store(error) => Self::StoreUnavailable(error),
            VaultFault::Unreadable => Self::RecordUnreadable,
        }
    }
}

/// Why a client cannot be answered now, although its request may be right: ours to mend. The client
/// hears nothing of it but `temporarily_unavailable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unavailable {
    /// The store did not do what it was asked.
    #[error("the store is unavailable: {0}")]
    Store(#[from] StoreError),
    /// A record in the store was not sealed with a key that is configured here, or is of another
    /// kind than its name.
    #[error("a record in the store could not be opened")]
    RecordUnreadable,
    /// A key of ours could not be used.
    #[error("a key could not be used")]
    KeyUnavailable,
    /// Store and key together took longer than a client waits.
    #[error("the store and the key together are too slow")]
    TooSlow,
}

impl Unavailable {
    /// A short stable word for logs and spans; where it is the store, what the matter with it was.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::Store(error) => error.cause(),
            Self::RecordUnreadable => "record_unreadable",
            Self::KeyUnavailable => "key_unavailable",
            Self::TooSlow => "too_slow",
        }
    }
}

impl From<VaultFault> for Unavailable {
    fn from(fault: VaultFault) -> Self {
        match fault {
            VaultFault::Store(error) => Self::Store(error),
            VaultFault::Unreadable => Self::RecordUnreadable,
        }
    }
}
