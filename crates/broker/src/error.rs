//! Errors of a login: one table from each to its class, its reason word, and what the client gets.

use silta_mapping::{AttributeError, MappingError};
use silta_oidc::{
    AuthorizePageError, AuthorizeRuleError, Location, OAuthErrorCode, ParamsError,
    RepeatedParamError,
};
use silta_saml::{StatusError, Verdict};
use thiserror::Error;

use crate::login::LoginId;
use crate::open_logins::OpenLoginsError;
use crate::ports::StoreError;
use crate::sealed_store::SealedStoreError;
use crate::upstream::{CallbackError, OutboundError};

/// A login that ended without a code.
#[derive(Debug)]
pub struct FailedLogin {
    /// The reference that the person can quote and an operator can search for.
    pub reference: LoginId,
    /// Why.
    pub error: LoginError,
    /// The error response to the client; `None` when only a page may be shown.
    pub redirect: Option<Location>,
}

/// Why a login ended without a code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoginError {
    /// The authorize request has no valid client or redirect URI.
    #[error(transparent)]
    Request(#[from] AuthorizePageError),
    /// The authorize request breaks a rule; its redirect URI is valid.
    #[error(transparent)]
    Authorize(#[from] AuthorizeRuleError),
    /// `prompt=none`, and there is no session to answer from.
    #[error("prompt=none was sent, and the person is not logged in")]
    LoginRequired,
    /// The authorize request came from an image, a script, a fetch or a frame of some page.
    #[error("a login can only be started by a page that the person opens")]
    NotNavigation,
    /// The body of a request could not be read as a form.
    #[error(transparent)]
    Body(#[from] FormBodyError),
    /// The callback is not a readable form.
    #[error(transparent)]
    Form(#[from] ParamsError),
    /// A field of the callback came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// The callback has no `SAMLResponse`.
    #[error("SAMLResponse is missing")]
    AnswerMissing,
    /// `RelayState` is missing or cannot be ours.
    #[error("RelayState is missing or was not made here")]
    UnknownHandle,
    /// The browser did not send the cookie of this login.
    #[error("the cookie of this login is missing")]
    CookieMissing,
    /// The login is older than its life, or this browser never started it.
    #[error("the login has expired, or this browser did not start it")]
    LoginExpired,
    /// The broker has judged a response to this login before.
    #[error("a response to this login was processed before")]
    AlreadyUsed,
    /// The response came to the callback address of another upstream.
    #[error("the SAML response came to the assertion consumer service of another upstream")]
    WrongUpstream,
    /// The upstream's response was refused.
    #[error(transparent)]
    Upstream(#[from] CallbackError),
    /// The assertion was accepted before.
    #[error("the assertion was used before")]
    Replayed,
    /// The attributes cannot be read in one certain way.
    #[error(transparent)]
    Attributes(#[from] AttributeError),
    /// The client's rules do not fit the attributes.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// None of the attributes that `sub` is made of arrived, or the best one that did has several
    /// values.
    #[error("no attribute that identifies the person arrived with exactly one value")]
    NoSubject,
    /// Too many logins are open to start another one.
    #[error(transparent)]
    TooManyOpen(#[from] OpenLoginsError),
    /// The store did not do what it was asked.
    #[error("the store is unavailable: {0}")]
    StoreUnavailable(#[from] StoreError),
    /// A record in the store was not sealed with a key that is configured here.
    #[error("a record in the store could not be opened")]
    RecordUnreadable,
    /// The client, its upstream, or the level that it demands is not configured any more.
    #[error("the client, its upstream or its min_acr is not configured any more")]
    Misconfigured,
    /// A key of ours could not be used.
    #[error("a key could not be used")]
    KeyUnavailable,
}

/// Why a body cannot be read as a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FormBodyError {
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

impl FormBodyError {
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

/// Who can act on an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The person at the browser.
    User,
    /// The developer of the client.
    Client,
    /// The operators of the identity provider and of this broker.
    Idp,
    /// The operator of this broker.
    Operator,
}

impl LoginError {
    /// Who can act on it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::CookieMissing
            | Self::LoginExpired
            | Self::AlreadyUsed
            | Self::LoginRequired
            | Self::UnknownHandle => ErrorClass::User,
            Self::Request(_) | Self::Authorize(_) | Self::NotNavigation => ErrorClass::Client,
            Self::Body(_)
            | Self::Form(_)
            | Self::Repeated(_)
            | Self::AnswerMissing
            | Self::WrongUpstream
            | Self::Replayed
            | Self::Attributes(_)
            | Self::Mapping(_)
            | Self::NoSubject => ErrorClass::Idp,
            Self::Upstream(CallbackError::Saml(rejected)) => match rejected.verdict() {
                Verdict::Declined(
                    StatusError::AuthnFailed | StatusError::NoPassive | StatusError::NoAuthnContext,
                )
                | Verdict::TooWeak
                | Verdict::NotFresh => ErrorClass::User,
                Verdict::Declined(
                    StatusError::RequestDenied | StatusError::Requester | StatusError::Responder,
                )
                | Verdict::NotAcceptable => ErrorClass::Idp,
            },
            Self::TooManyOpen(_)
            | Self::StoreUnavailable(_)
            | Self::RecordUnreadable
            | Self::Misconfigured
            | Self::KeyUnavailable => ErrorClass::Operator,
        }
    }

    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Request(error) => match error {
                AuthorizePageError::Malformed(_) => "malformed_request",
                AuthorizePageError::Repeated(_) => "repeated_parameter",
                AuthorizePageError::ClientMissing => "client_missing",
                AuthorizePageError::UnknownClient => "unknown_client",
                AuthorizePageError::RedirectMissing { .. } => "redirect_missing",
                AuthorizePageError::RedirectMismatch { .. } => "redirect_mismatch",
            },
            Self::Authorize(reason) => reason.error_code().as_str(),
            Self::LoginRequired => "login_required",
            Self::NotNavigation => "not_a_navigation",
            Self::Body(FormBodyError::NotAForm) => "body_not_a_form",
            Self::Body(FormBodyError::Charset) => "body_charset",
            Self::Body(FormBodyError::TooLarge) => "body_too_large",
            Self::Body(FormBodyError::TooSlow) => "body_too_slow",
            Self::Body(FormBodyError::Unreadable) => "body_unreadable",
            Self::Form(_) => "malformed_form",
            Self::Repeated(_) => "repeated_field",
            Self::AnswerMissing => "answer_missing",
            Self::UnknownHandle => "unknown_handle",
            Self::CookieMissing => "cookie_missing",
            Self::LoginExpired => "login_expired",
            Self::AlreadyUsed => "already_used",
            Self::WrongUpstream => "wrong_upstream",
            Self::Upstream(CallbackError::Saml(rejected)) => rejected.reason(),
            Self::Replayed => "replayed",
            Self::Attributes(AttributeError::Duplicate { .. }) => "attribute_duplicate",
            Self::Attributes(AttributeError::ControlCharacter { .. }) => "attribute_characters",
            Self::Mapping(MappingError::Missing { .. }) => "claim_missing",
            Self::Mapping(MappingError::SeveralValues { .. }) => "claim_several_values",
            Self::Mapping(MappingError::WrongKind { .. }) => "claim_wrong_kind",
            Self::NoSubject => "no_subject",
            Self::TooManyOpen(OpenLoginsError::LargeLogin) => "too_many_open_for_a_large_one",
            Self::TooManyOpen(OpenLoginsError::OneSource) => "too_many_open_from_one_source",
            Self::TooManyOpen(OpenLoginsError::AllLogins) => "too_many_open",
            Self::StoreUnavailable(_) => "store_unavailable",
            Self::RecordUnreadable => "record_unreadable",
            Self::Misconfigured => "misconfigured",
            Self::KeyUnavailable => "key_unavailable",
        }
    }

    /// The cause in the store, where the store was the reason: a short stable word.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        let Self::StoreUnavailable(error) = self else { return None };
        Some(error.cause())
    }

    /// The `error` for the client [RFC 6749 §4.1.2.1], where a redirect to it is valid.
    #[must_use]
    pub fn error_code(&self) -> OAuthErrorCode {
        match self.client_error() {
            ClientError::Request(code) => code,
            ClientError::NotLoggedIn | ClientError::NotRecent => OAuthErrorCode::LoginRequired,
            ClientError::Denied => OAuthErrorCode::AccessDenied,
            ClientError::TooWeak => OAuthErrorCode::UnmetAuthenticationRequirements,
            ClientError::NotAccepted => OAuthErrorCode::ServerError,
            ClientError::TryAgain => OAuthErrorCode::TemporarilyUnavailable,
        }
    }

    /// The `error_description` for the client. It says what is wrong with the client's own request,
    /// and of any other error only who can act: the reference leads its developer to our log.
    pub(crate) fn description(&self) -> String {
        let sentence = match self.client_error() {
            ClientError::Request(_) => return self.to_string(),
            ClientError::NotLoggedIn => {
                "the person has to log in; send the request without prompt=none"
            }
            ClientError::NotRecent => {
                "the person was not authenticated as recently as asked; try again"
            }
            ClientError::Denied => "the login was cancelled or did not succeed",
            ClientError::TooWeak => {
                "the identity provider did not reach the required level of assurance"
            }
            ClientError::NotAccepted => "the answer of the identity provider could not be accepted",
            ClientError::TryAgain => "the login service is temporarily unavailable; try again",
        };
        sentence.to_owned()
    }

    /// The one table from each error to what the client gets to know.
    fn client_error(&self) -> ClientError {
        match self {
            Self::Request(_) | Self::NotNavigation => {
                ClientError::Request(OAuthErrorCode::InvalidRequest)
            }
            Self::Authorize(reason) => ClientError::Request(reason.error_code()),
            Self::LoginRequired => ClientError::NotLoggedIn,
            Self::CookieMissing | Self::LoginExpired | Self::AlreadyUsed | Self::UnknownHandle => {
                ClientError::Denied
            }
            Self::Upstream(CallbackError::Saml(rejected)) => match rejected.verdict() {
                Verdict::Declined(StatusError::AuthnFailed) => ClientError::Denied,
                Verdict::Declined(StatusError::NoPassive) | Verdict::NotFresh => {
                    ClientError::NotRecent
                }
                Verdict::Declined(StatusError::NoAuthnContext) | Verdict::TooWeak => {
                    ClientError::TooWeak
                }
                Verdict::Declined(
                    StatusError::RequestDenied | StatusError::Requester | StatusError::Responder,
                )
                | Verdict::NotAcceptable => ClientError::NotAccepted,
            },
            Self::Body(_)
            | Self::Form(_)
            | Self::Repeated(_)
            | Self::AnswerMissing
            | Self::WrongUpstream
            | Self::Replayed
            | Self::Attributes(_)
            | Self::Mapping(_)
            | Self::NoSubject => ClientError::NotAccepted,
            Self::TooManyOpen(_)
            | Self::StoreUnavailable(_)
            | Self::RecordUnreadable
            | Self::Misconfigured
            | Self::KeyUnavailable => ClientError::TryAgain,
        }
    }
}

/// What a client gets to know of an error.
enum ClientError {
    /// Its own request is wrong.
    Request(OAuthErrorCode),
    NotLoggedIn,
    NotRecent,
    Denied,
    TooWeak,
    NotAccepted,
    TryAgain,
}

impl From<OutboundError> for LoginError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::UnknownLevel => Self::Misconfigured,
            OutboundError::Signing => Self::KeyUnavailable,
        }
    }
}

impl From<SealedStoreError> for LoginError {
    fn from(error: SealedStoreError) -> Self {
        match error {
            SealedStoreError::Store(error) => Self::StoreUnavailable(error),
            SealedStoreError::Unreadable => Self::RecordUnreadable,
        }
    }
}

/// Why the broker cannot answer a client now, although the request may be right. Our operator can
/// act; the client gets `temporarily_unavailable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnavailableError {
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
    /// The store and the key together took longer than a client waits.
    #[error("the store and the key together are too slow")]
    TooSlow,
}

impl UnavailableError {
    /// A short stable word for logs and spans: the cause in the store, or what else failed.
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

impl From<SealedStoreError> for UnavailableError {
    fn from(error: SealedStoreError) -> Self {
        match error {
            SealedStoreError::Store(error) => Self::Store(error),
            SealedStoreError::Unreadable => Self::RecordUnreadable,
        }
    }
}
