//! Why a message about a logout is not accepted, and why a logout is not finished.

use silta_oidc::rp::LogoutTokenError;
use silta_oidc::{LogoutRequestError, ParamsError, RepeatedParamError};
use thiserror::Error;

use crate::error::LoginError;
use crate::error_class::ErrorClass;
use crate::form_body_error::FormBodyError;
use crate::model::login_id::LoginId;
use crate::outbound_error::OutboundError;
use crate::sealed_store::SealedStoreError;

/// Why a message that came to our logout address is not accepted. It changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LogoutMessageError {
    /// The form is none, or too long.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// A parameter came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// A SAML message was refused.
    #[error(transparent)]
    Saml(#[from] silta_saml::LogoutError),
    /// A browser came back without the handle of its logout.
    #[error("state is missing")]
    StateMissing,
    /// The back channel of a provider brought no logout token.
    #[error("logout_token is missing")]
    TokenMissing,
    /// A logout token was refused.
    #[error(transparent)]
    Token(#[from] LogoutTokenError),
    /// The provider's keys could not be had, so nobody knows whether it signed the token.
    #[error("the keys of the provider cannot be fetched ({0})")]
    Provider(&'static str),
}

impl LogoutMessageError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Params(_) => "malformed_form",
            Self::Repeated(_) => "repeated_field",
            Self::Saml(error) => error.reason(),
            Self::StateMissing => "state_missing",
            Self::TokenMissing => "logout_token_missing",
            Self::Token(error) => error.reason(),
            Self::Provider(_) => "provider_unavailable",
        }
    }
}

/// Why a message about a logout ended at a page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogoutError {
    /// The form of an upstream's message could not be read.
    #[error(transparent)]
    Body(#[from] FormBodyError),
    /// The form of a relying party's request could not be read.
    #[error(transparent)]
    RequestBody(FormBodyError),
    /// A relying party's request is refused.
    #[error(transparent)]
    Request(#[from] LogoutRequestError),
    /// A page or a program asked behind the person's back.
    #[error("the request is no navigation: an image, a script, or loaded in advance")]
    NotNavigation,
    /// The message is not accepted.
    #[error(transparent)]
    Message(#[from] LogoutMessageError),
    /// The request came before.
    #[error("the request was used before")]
    Replayed,
    /// An answer to a logout that is over, or that nobody asked for.
    #[error("nothing is known of the logout that this answers")]
    Expired,
    /// What fails a login too: the store, a record or a key of ours.
    #[error(transparent)]
    Login(#[from] LoginError),
}

/// A logout that ended at a page.
#[derive(Debug)]
pub struct FailedLogout {
    /// The reference that the person can quote and an operator can search for.
    pub reference: LoginId,
    /// Why.
    pub error: LogoutError,
}

impl LogoutError {
    /// Who can act.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Message(LogoutMessageError::Provider(_)) => ErrorClass::Operator,
            Self::Body(_) | Self::Message(_) => ErrorClass::Idp,
            Self::RequestBody(_) | Self::Request(_) | Self::NotNavigation => ErrorClass::Client,
            // A person who goes back or reloads sends it again.
            Self::Replayed | Self::Expired => ErrorClass::User,
            Self::Login(error) => error.class(),
        }
    }

    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Body(error) | Self::RequestBody(error) => error.reason(),
            Self::Request(error) => error.reason(),
            Self::NotNavigation => "not_a_navigation",
            Self::Message(error) => error.reason(),
            Self::Replayed => "replayed_request",
            Self::Expired => "logout_expired",
            Self::Login(error) => error.reason(),
        }
    }

    /// The cause behind the reason, where there is one.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        match self {
            Self::Login(error) => error.cause(),
            Self::Message(LogoutMessageError::Provider(cause)) => Some(cause),
            Self::Body(_)
            | Self::RequestBody(_)
            | Self::Request(_)
            | Self::NotNavigation
            | Self::Message(_)
            | Self::Replayed
            | Self::Expired => None,
        }
    }
}

impl From<SealedStoreError> for LogoutError {
    fn from(error: SealedStoreError) -> Self {
        Self::Login(error.into())
    }
}

impl From<OutboundError> for LogoutError {
    fn from(error: OutboundError) -> Self {
        Self::Login(error.into())
    }
}
