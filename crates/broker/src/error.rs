//! Errors of a login: one table from each to its class, its reason word, and what the client gets.

use std::sync::Arc;

use silta_mapping::{AttributeError, MappingError};
use silta_oidc::{AuthorizePageError, AuthorizeRuleError, ParamsError, PresetError};
use silta_saml::AuthnRequestError;
use thiserror::Error;

use crate::callback_error::CallbackError;
use crate::callback_verdict::CallbackVerdict;
use crate::error_class::ErrorClass;
use crate::form_body_error::FormBodyError;
use crate::model::login_id::LoginId;
use crate::model::message::OutboundMessage;
use crate::model::session_id::HeldSessions;
use crate::model::translated::PageText;
use crate::open_logins::OpenLoginsError;
use crate::our_key_error::OurKeyError;
use crate::outbound_error::OutboundError;
use crate::ports::StoreError;
use crate::sealed_store::SealedStoreError;
use crate::versioned::RecordError;

/// A login that ended without a person.
#[derive(Debug)]
pub struct FailedLogin {
    /// The reference that the person can quote and an operator can search for.
    pub reference: LoginId,
    /// Why.
    pub error: LoginError,
    /// The answer to the relying party; `None` when only a page may be shown.
    pub answer: Option<OutboundMessage>,
    /// What the browser holds from now on; `None` when that is what it held.
    pub sessions: Option<HeldSessions>,
}

/// Why a login ended without a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoginError {
    /// The authorize request has no valid client or redirect URI.
    #[error(transparent)]
    Request(#[from] AuthorizePageError),
    /// The authorize request breaks a rule; its redirect URI is valid.
    #[error(transparent)]
    Authorize(#[from] AuthorizeRuleError),
    /// The AuthnRequest is not accepted.
    #[error(transparent)]
    AuthnRequest(#[from] AuthnRequestError),
    /// The AuthnRequest came before.
    #[error("the request was used before")]
    ReplayedRequest,
    /// The AuthnRequest asks for `NameID`s of another format than its service provider gets.
    #[error("the request asks for a NameID format that its service provider does not get")]
    NameIdFormat,
    /// The upstream has none of the levels that the request insists on.
    #[error("the upstream has none of the requested levels")]
    NoRequestedLevel,
    /// The request wants a new authentication (`prompt=login`, `max_age`, `ForceAuthn`), or the session at
    /// the upstream was too old for it, and the upstream supports none.
    #[error(
        "a new authentication is needed, which the upstream does not support (force_authn: never)"
    )]
    NoNewAuthentication,
    /// `prompt=none` or `IsPassive`, and there is no session to answer from.
    #[error("the request allows no page (prompt=none, IsPassive), and the person is not logged in")]
    LoginRequired,
    /// The browser brought a passive login back without its cookie, as most do in a frame.
    #[error("the request allows no page, and the browser withheld the cookie of this login")]
    CookieWithheld,
    /// The authorize request came from an image, a script, a fetch or a frame of some page.
    #[error("a login can only be started by a page that the person opens")]
    NotNavigation,
    /// The body of a request could not be read as a form.
    #[error(transparent)]
    Body(#[from] FormBodyError),
    /// The callback is not a readable form.
    #[error(transparent)]
    Form(#[from] ParamsError),
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
    #[error("the answer came to the callback address of another upstream")]
    WrongUpstream,
    /// The upstream's response was refused.
    #[error(transparent)]
    Upstream(#[from] CallbackError),
    /// The upstream cannot judge a callback now. The login waits, and the callback may come again.
    #[error(transparent)]
    UpstreamNotReady(CallbackError),
    /// The assertion was accepted before.
    #[error("the assertion was used before")]
    Replayed,
    /// An attribute that is needed to know the person, or to let them in, cannot be used.
    #[error(transparent)]
    Attributes(#[from] AttributeError),
    /// The client's rules do not fit the attributes.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The client's software cannot take what is said of the person.
    #[error(transparent)]
    Preset(#[from] PresetError),
    /// Nothing that `sub` is made of arrived, or the best of it has values that differ.
    #[error("nothing that identifies the person arrived with exactly one value")]
    NoSubject,
    /// The mapping gives the service provider no name for the person.
    #[error("no attribute with exactly one short value makes the NameID")]
    NoNameId,
    /// The upstream does not say when the person authenticated, and the answer must.
    #[error("the identity provider does not say when the person authenticated")]
    NoAuthnInstant,
    /// Another person logged in than the one whom the relying party expects.
    #[error("another person logged in than the one of id_token_hint or claims")]
    AnotherPerson,
    /// The person reached the level that was asked for, and the configuration demands more by now.
    #[error("the level that was reached is weaker than the configuration demands by now")]
    LevelRaised,
    /// The person's session at the upstream has ended since the login began.
    #[error("the session at the identity provider that its answer speaks of has ended")]
    SessionOver,
    /// Other logins and logouts of the same person went first, again and again.
    #[error("too many logins and logouts of this person at the same moment")]
    SessionBusy,
    /// The relying party's access rule does not let the person in.
    #[error("the access rule does not let this person in")]
    NotAllowed,
    /// A rule of the administrator's keeps the person out.
    #[error("a deny rule keeps this person out")]
    Denied(Arc<PageText>),
    /// A claim that must be there is missing, and the administrator says what the person is to read.
    #[error("{error}")]
    ClaimMissing {
        /// Which one.
        error: MappingError,
        /// What they read.
        text: Arc<PageText>,
    },
    /// Too many logins are open to start another one.
    #[error(transparent)]
    TooManyOpen(#[from] OpenLoginsError),
    /// The store did not do what it was asked.
    #[error("the store is unavailable: {0}")]
    StoreUnavailable(#[from] StoreError),
    /// A record in the store was not sealed with a key that is configured here.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The relying party, its upstream, or the level that it demands is not configured any more.
    #[error("the client, its upstream or its min_acr is not configured any more")]
    Misconfigured,
    /// A key of ours could not be used.
    #[error(transparent)]
    KeyUnavailable(#[from] OurKeyError),
    /// Nothing is known of the upstream's OpenID Provider.
    #[error("the provider's metadata and keys cannot be fetched ({0})")]
    ProviderUnavailable(&'static str),
}

impl LoginError {
    /// Whether something had to be made of an attribute that did not arrive.
    pub(crate) fn misses_an_attribute(&self) -> bool {
        matches!(
            self,
            Self::NoSubject
                | Self::NoNameId
                | Self::ClaimMissing { .. }
                | Self::Mapping(MappingError::Missing { .. })
        )
    }

    /// What the administrator says of it to the person, who therefore sees our page.
    #[must_use]
    pub fn page_text(&self) -> Option<&PageText> {
        match self {
            Self::Denied(text) | Self::ClaimMissing { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Who can act on it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Record(RecordError::Newer)
            | Self::Upstream(CallbackError::Pending(RecordError::Newer)) => ErrorClass::Update,
            Self::CookieMissing
            | Self::LoginExpired
            | Self::AlreadyUsed
            | Self::LoginRequired
            | Self::CookieWithheld
            | Self::ReplayedRequest
            | Self::NotAllowed
            | Self::Denied(_)
            | Self::AnotherPerson
            | Self::SessionOver
            | Self::SessionBusy
            | Self::LevelRaised => ErrorClass::User,
            Self::Request(_)
            | Self::Authorize(_)
            | Self::AuthnRequest(_)
            | Self::NameIdFormat
            | Self::NoRequestedLevel
            | Self::NoNewAuthentication
            | Self::NotNavigation => ErrorClass::Client,
            Self::Body(_)
            | Self::Form(_)
            | Self::WrongUpstream
            | Self::Replayed
            | Self::Attributes(_)
            | Self::Mapping(_)
            | Self::ClaimMissing { .. }
            | Self::Preset(_)
            | Self::NoSubject
            | Self::NoNameId
            | Self::NoAuthnInstant => ErrorClass::Idp,
            Self::Upstream(error) => match error.verdict() {
                CallbackVerdict::NotOurs
                | CallbackVerdict::Declined
                | CallbackVerdict::NoSession
                | CallbackVerdict::TooWeak
                | CallbackVerdict::NotFresh => ErrorClass::User,
                CallbackVerdict::NotBegunHere | CallbackVerdict::NotAccepted => ErrorClass::Idp,
                CallbackVerdict::Unavailable => ErrorClass::Operator,
            },
            Self::UpstreamNotReady(_)
            | Self::TooManyOpen(_)
            | Self::StoreUnavailable(_)
            | Self::Record(_)
            | Self::Misconfigured
            | Self::KeyUnavailable(_)
            | Self::ProviderUnavailable(_) => ErrorClass::Operator,
        }
    }

    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Request(error) => error.reason(),
            Self::Authorize(rule) => rule.reason(),
            Self::AuthnRequest(error) => error.reason(),
            Self::ReplayedRequest => "replayed_request",
            Self::NameIdFormat => "name_id_format",
            Self::NoRequestedLevel => "no_requested_level",
            Self::NoNewAuthentication => "no_new_authentication",
            Self::LoginRequired => "login_required",
            Self::CookieWithheld => "cookie_withheld",
            Self::NotNavigation => "not_a_navigation",
            Self::Body(error) => error.reason(),
            Self::Form(_) => "malformed_form",
            Self::CookieMissing => "cookie_missing",
            Self::LoginExpired => "login_expired",
            Self::AlreadyUsed => "already_used",
            Self::WrongUpstream => "wrong_upstream",
            Self::Upstream(error) | Self::UpstreamNotReady(error) => error.reason(),
            Self::Replayed => "replayed",
            Self::Attributes(AttributeError::ForbiddenCharacter { .. }) => ATTRIBUTE_CHARACTERS,
            Self::Mapping(error) | Self::ClaimMissing { error, .. } => reason_of_mapping(error),
            Self::Preset(error) => error.reason(),
            Self::NoSubject => "no_subject",
            Self::NoNameId => "no_name_id",
            Self::NoAuthnInstant => "no_authn_instant",
            Self::AnotherPerson => "another_person",
            Self::SessionOver => "session_ended_upstream",
            Self::SessionBusy => "session_busy",
            Self::LevelRaised => "level_raised",
            Self::NotAllowed => "not_allowed",
            Self::Denied(_) => "denied",
            Self::TooManyOpen(error) => error.reason(),
            Self::StoreUnavailable(_) => "store_unavailable",
            Self::Record(error) => error.reason(),
            Self::Misconfigured => "misconfigured",
            Self::KeyUnavailable(_) => "key_unavailable",
            Self::ProviderUnavailable(_) => "provider_unavailable",
        }
    }

    /// Whether the upstream, or what we remember of it, cannot be used now, whoever sent the callback.
    #[must_use]
    pub fn is_upstreams_outage(&self) -> bool {
        let Self::Upstream(error) = self else { return matches!(self, Self::UpstreamNotReady(_)) };
        error.verdict() == CallbackVerdict::Unavailable && !error.is_brought_by_browser()
    }

    /// The cause behind the reason, where there is one: what failed in the store, at a provider, or
    /// which key. A short stable word.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        match self {
            Self::StoreUnavailable(error) => Some(error.cause()),
            Self::Upstream(error) | Self::UpstreamNotReady(error) => error.cause(),
            Self::ProviderUnavailable(cause) => Some(cause),
            Self::KeyUnavailable(error) => Some(error.key.word()),
            Self::Request(_)
            | Self::Authorize(_)
            | Self::AuthnRequest(_)
            | Self::ReplayedRequest
            | Self::NameIdFormat
            | Self::NoRequestedLevel
            | Self::NoNewAuthentication
            | Self::LoginRequired
            | Self::CookieWithheld
            | Self::NotNavigation
            | Self::Body(_)
            | Self::Form(_)
            | Self::CookieMissing
            | Self::LoginExpired
            | Self::AlreadyUsed
            | Self::WrongUpstream
            | Self::Replayed
            | Self::Attributes(_)
            | Self::Mapping(_)
            | Self::Preset(_)
            | Self::NoSubject
            | Self::NoNameId
            | Self::NoAuthnInstant
            | Self::AnotherPerson
            | Self::SessionOver
            | Self::SessionBusy
            | Self::LevelRaised
            | Self::NotAllowed
            | Self::Denied(_)
            | Self::ClaimMissing { .. }
            | Self::TooManyOpen(_)
            | Self::Record(_)
            | Self::Misconfigured => None,
        }
    }
}

/// A short stable word for logs and metrics.
pub(crate) fn reason_of_mapping(error: &MappingError) -> &'static str {
    match error {
        MappingError::Missing { .. } => "claim_missing",
        MappingError::SeveralValues { .. } => "claim_several_values",
        MappingError::WrongKind { .. } => "claim_wrong_kind",
        MappingError::PartialDate { .. } => "claim_partial_date",
        MappingError::TooLong { .. } => "claim_made_too_long",
        MappingError::ForbiddenCharacter { .. } => ATTRIBUTE_CHARACTERS,
    }
}

impl From<OutboundError> for LoginError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::UnknownLevel => Self::Misconfigured,
            OutboundError::NoRequestedLevel => Self::NoRequestedLevel,
            OutboundError::NoNewAuthentication => Self::NoNewAuthentication,
            OutboundError::Key(error) => Self::KeyUnavailable(error),
            OutboundError::Provider(cause) => Self::ProviderUnavailable(cause),
            OutboundError::Record(error) => Self::Record(error),
        }
    }
}

impl From<SealedStoreError> for LoginError {
    fn from(error: SealedStoreError) -> Self {
        match error {
            SealedStoreError::Store(error) => Self::StoreUnavailable(error),
            SealedStoreError::Record(error) => Self::Record(error),
        }
    }
}

/// The same of a claim and of what `sub` is made of: whoever keeps the register has to act.
const ATTRIBUTE_CHARACTERS: &str = "attribute_characters";
