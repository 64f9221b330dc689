//! Why an upstream's answer is not accepted.

use std::fmt;

use silta_oidc::RepeatedParamError;
use silta_saml::{ResponseError, StatusError, StatusMeaning, Verdict};
use thiserror::Error;

use crate::callback_verdict::CallbackVerdict;
use crate::upstream::oidc::error::OidcCallbackError;
use crate::upstream::saml::no_newer_metadata::NoNewerMetadata;
use crate::versioned::RecordError;

/// Why an upstream's answer is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallbackError {
    /// A parameter came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// There is no message in it.
    #[error("{0} is missing")]
    MessageMissing(&'static str),
    /// It came by another method than its protocol has.
    #[error("the answer came by another HTTP method than was asked for")]
    WrongMethod,
    /// It names no login that can be ours.
    #[error("{0} is missing or was not made here")]
    UnknownHandle(&'static str),
    /// `RelayState` is missing or was not made here: whoever sends answers by themselves, or does not give
    /// it back, sends no others.
    #[error(
        "the sign-in service sent an answer that does not belong to a login begun here: \
         RelayState is {0}"
    )]
    NotBegunHere(ForeignRelayState),
    /// What was remembered of the login cannot be read.
    #[error(transparent)]
    Pending(#[from] RecordError),
    /// A SAML response was refused.
    #[error(transparent)]
    Saml(#[from] ResponseError),
    /// A SAML response was signed by nobody who is known, and nothing newer could be learnt of its identity
    /// provider, which may have another key by now.
    #[error("{error}; {newer}")]
    UnknownKey {
        /// The refusal.
        error: Box<ResponseError>,
        /// Why there is no newer metadata.
        newer: NoNewerMetadata,
    },
    /// The metadata of a SAML identity provider could not be had, so nobody knows whether it sent the answer.
    #[error("the metadata of the identity provider cannot be used ({0})")]
    Metadata(&'static str),
    /// The answer of an OpenID Provider was refused.
    #[error(transparent)]
    Oidc(#[from] OidcCallbackError),
}

impl CallbackError {
    /// What it means for the login.
    #[must_use]
    pub fn verdict(&self) -> CallbackVerdict {
        match self {
            Self::UnknownHandle(_) => CallbackVerdict::NotOurs,
            Self::NotBegunHere(_) => CallbackVerdict::NotBegunHere,
            Self::Repeated(_) | Self::MessageMissing(_) | Self::WrongMethod => {
                CallbackVerdict::NotAccepted
            }
            Self::Pending(_) | Self::Metadata(_) => CallbackVerdict::Unavailable,
            Self::Oidc(error) => error.verdict(),
            Self::Saml(error) => verdict_of_response(error),
            Self::UnknownKey { error, .. } => verdict_of_response(error),
        }
    }

    /// What a SAML identity provider reports of the person's login in words of its federation's own.
    #[must_use]
    pub fn reported(&self) -> Option<StatusMeaning> {
        match self {
            Self::Saml(ResponseError::NationalStatus { meaning, .. }) => Some(*meaning),
            _ => None,
        }
    }

    /// Whether the browser alone says so: anybody can write a parameter of a callback.
    pub(crate) fn is_brought_by_browser(&self) -> bool {
        matches!(self, Self::Oidc(OidcCallbackError::Refused(_)))
    }

    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Repeated(_) => "repeated_field",
            Self::MessageMissing(_) => "answer_missing",
            Self::WrongMethod => "wrong_method",
            Self::UnknownHandle(_) => "unknown_handle",
            Self::NotBegunHere(_) => "not_begun_here",
            Self::Pending(error) => error.reason(),
            Self::Saml(error) => error.reason(),
            Self::UnknownKey { error, .. } => error.reason(),
            Self::Metadata(_) => "provider_unavailable",
            Self::Oidc(error) => error.reason(),
        }
    }

    /// The cause behind the reason, where there is one: a short stable word.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        match self {
            Self::Oidc(error) => error.cause(),
            Self::Metadata(cause) => Some(cause),
            Self::UnknownKey { newer, .. } => Some(newer.cause()),
            Self::Repeated(_)
            | Self::MessageMissing(_)
            | Self::WrongMethod
            | Self::UnknownHandle(_)
            | Self::NotBegunHere(_)
            | Self::Pending(_)
            | Self::Saml(_) => None,
        }
    }
}

fn verdict_of_response(error: &ResponseError) -> CallbackVerdict {
    match error.verdict() {
        // The person may have another account there.
        Verdict::Declined(StatusError::AuthnFailed | StatusError::UnknownPrincipal) => {
            CallbackVerdict::Declined
        }
        Verdict::Declined(StatusError::NoPassive) => CallbackVerdict::NoSession,
        Verdict::Declined(StatusError::NoAuthnContext)
        | Verdict::Reported(StatusMeaning::NoAuthnContext)
        | Verdict::TooWeak => CallbackVerdict::TooWeak,
        Verdict::Reported(
            StatusMeaning::Cancelled
            | StatusMeaning::ConsentRefused
            | StatusMeaning::TimedOut
            | StatusMeaning::WrongCredentials
            | StatusMeaning::AccountSuspended
            | StatusMeaning::OtherIdentity
            | StatusMeaning::SuspectedFraud,
        ) => CallbackVerdict::Declined,
        Verdict::NotFresh => CallbackVerdict::NotFresh,
        Verdict::Declined(
            StatusError::InvalidAttrNameOrValue
            | StatusError::InvalidNameIdPolicy
            | StatusError::NoAvailableIdp
            | StatusError::NoSupportedIdp
            | StatusError::PartialLogout
            | StatusError::ProxyCountExceeded
            | StatusError::RequestDenied
            | StatusError::RequestUnsupported
            | StatusError::RequestVersionDeprecated
            | StatusError::RequestVersionTooHigh
            | StatusError::RequestVersionTooLow
            | StatusError::ResourceNotRecognized
            | StatusError::TooManyResponses
            | StatusError::UnknownAttrProfile
            | StatusError::UnsupportedBinding
            | StatusError::Requester
            | StatusError::Responder,
        )
        | Verdict::Reported(StatusMeaning::Requester)
        | Verdict::NotAcceptable => CallbackVerdict::NotAccepted,
    }
}

/// What stands in the place of our RelayState. Its text is nobody's to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignRelayState {
    /// Nothing, or an empty text.
    Missing,
    /// The address of some page, as a portal sends it that opens services by itself.
    Url,
    /// Something else.
    Other,
}

impl ForeignRelayState {
    /// What this text is; it is no [`RelayState`](crate::model::login_halves::RelayState).
    pub(crate) fn of(text: Option<&str>) -> Self {
        match text {
            None => Self::Missing,
            Some(text) if text.starts_with("https://") || text.starts_with("http://") => Self::Url,
            Some(_) => Self::Other,
        }
    }
}

impl fmt::Display for ForeignRelayState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Url => "the address of a page",
            Self::Other => "not one that was made here",
        })
    }
}
