//! Why a login at an OpenID Provider brought nobody.

use silta_oidc::rp::{
    AuthorizationErrorCode, CallbackError, DiscoveryError, IdTokenError, TokenErrorCode,
    TokenResponseError, UserInfoError,
};
use silta_oidc::{JwkSetError, OutboundUrlError, UrlError};
use thiserror::Error;

use crate::callback_verdict::CallbackVerdict;
use crate::ports::{OutboundHttpError, SignerError};

/// Why nothing is known of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// It could not be asked.
    #[error("the provider cannot be asked: {0}")]
    Http(#[from] OutboundHttpError),
    /// One of its URLs may not be called.
    #[error("a URL of the provider cannot be called: {0}")]
    Url(#[from] OutboundUrlError),
    /// Its metadata cannot be used.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// Its keys were answered with another status than 200.
    #[error("the provider's keys were answered with the status {0}")]
    KeysStatus(u16),
    /// Its keys cannot be used.
    #[error(transparent)]
    Keys(#[from] JwkSetError),
}

impl ProviderError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Http(error) => error.cause(),
            Self::Url(_) => "url",
            Self::Discovery(_) => "metadata",
            Self::KeysStatus(_) | Self::Keys(_) => "keys",
        }
    }
}

impl From<UrlError> for ProviderError {
    fn from(error: UrlError) -> Self {
        Self::Url(error.into())
    }
}

/// Why a provider's answer is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OidcCallbackError {
    /// It answers no login of this browser.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// The provider says that nobody logged in.
    #[error("the provider refused: {}", .0.as_str())]
    Refused(AuthorizationErrorCode),
    /// What was remembered of the login is no value that was made here.
    #[error("what is remembered of the login cannot be used")]
    Remembered,
    /// As many callbacks wait for the provider as there is room for.
    #[error("too many callbacks wait for the provider; it answers slowly or not at all")]
    Busy,
    /// Nothing is known of the provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The provider's token or userinfo endpoint could not be asked.
    #[error("the {step} endpoint cannot be asked: {error}")]
    Http {
        /// Which endpoint.
        step: &'static str,
        /// Why.
        error: OutboundHttpError,
    },
    /// Our client assertion could not be signed.
    #[error("our client assertion could not be signed: {0}")]
    Signing(#[from] SignerError),
    /// The token response brings no tokens.
    #[error(transparent)]
    Token(#[from] TokenResponseError),
    /// The ID token says nothing about who logged in.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// The ID token names a key that is not known, and newer keys could not be fetched.
    #[error("the ID token names a key that is not known, and newer ones cannot be fetched: {0}")]
    NoNewerKeys(ProviderError),
    /// The userinfo response says nothing about the person.
    #[error(transparent)]
    UserInfo(#[from] UserInfoError),
    /// No `acr`, or one that is none of the provider's assurance levels.
    #[error("the acr of the ID token is missing, or no level of this upstream")]
    UnknownLevel,
    /// The person authenticated at a weaker level than needed.
    #[error("the acr of the ID token is weaker than needed")]
    WeakLevel,
}

impl OidcCallbackError {
    pub(crate) fn verdict(&self) -> CallbackVerdict {
        match self {
            Self::Refused(code) => match code {
                AuthorizationErrorCode::AccessDenied => CallbackVerdict::Declined,
                AuthorizationErrorCode::AccountSelectionRequired
                | AuthorizationErrorCode::ConsentRequired
                | AuthorizationErrorCode::InteractionRequired
                | AuthorizationErrorCode::LoginRequired => CallbackVerdict::NoSession,
                AuthorizationErrorCode::UnmetAuthenticationRequirements => CallbackVerdict::TooWeak,
                AuthorizationErrorCode::TemporarilyUnavailable => CallbackVerdict::Unavailable,
                AuthorizationErrorCode::InvalidRequest
                | AuthorizationErrorCode::InvalidScope
                | AuthorizationErrorCode::ServerError
                | AuthorizationErrorCode::UnauthorizedClient
                | AuthorizationErrorCode::UnsupportedResponseType
                | AuthorizationErrorCode::Unknown => CallbackVerdict::NotAccepted,
            },
            Self::WeakLevel => CallbackVerdict::TooWeak,
            Self::IdToken(IdTokenError::NotFresh { .. }) => CallbackVerdict::NotFresh,
            // Our credentials there are our operator's to mend; of a status another login may be free.
            Self::Token(
                TokenResponseError::Refused(
                    TokenErrorCode::InvalidClient | TokenErrorCode::UnauthorizedClient,
                )
                | TokenResponseError::Status(429 | 500..),
            )
            | Self::UserInfo(UserInfoError::Status(429 | 500..))
            | Self::Busy
            | Self::Provider(_)
            | Self::Http { .. }
            | Self::Signing(_) => CallbackVerdict::Unavailable,
            Self::Callback(_)
            | Self::Remembered
            | Self::Token(_)
            | Self::IdToken(_)
            | Self::NoNewerKeys(_)
            | Self::UserInfo(_)
            | Self::UnknownLevel => CallbackVerdict::NotAccepted,
        }
    }

    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Callback(error) => error.reason(),
            Self::Refused(code) => match code {
                AuthorizationErrorCode::AccessDenied => "provider_access_denied",
                AuthorizationErrorCode::LoginRequired
                | AuthorizationErrorCode::AccountSelectionRequired
                | AuthorizationErrorCode::ConsentRequired
                | AuthorizationErrorCode::InteractionRequired => "provider_login_required",
                AuthorizationErrorCode::UnmetAuthenticationRequirements => "provider_unmet_level",
                AuthorizationErrorCode::ServerError
                | AuthorizationErrorCode::TemporarilyUnavailable => "provider_error",
                AuthorizationErrorCode::InvalidRequest
                | AuthorizationErrorCode::InvalidScope
                | AuthorizationErrorCode::UnauthorizedClient
                | AuthorizationErrorCode::UnsupportedResponseType => "provider_refused_request",
                AuthorizationErrorCode::Unknown => "provider_unknown_error",
            },
            Self::Remembered => "record_unreadable",
            Self::Busy => "provider_busy",
            Self::Provider(_) | Self::Http { .. } => "provider_unavailable",
            Self::Signing(_) => "key_unavailable",
            Self::Token(error) => error.reason(),
            Self::IdToken(error) => error.reason(),
            // As for any token of a key that is not known.
            Self::NoNewerKeys(_) => "id_token_unknown_key",
            Self::UserInfo(error) => error.reason(),
            Self::UnknownLevel => "unknown_level",
            Self::WeakLevel => "weak_level",
        }
    }

    /// The cause behind the reason, where there is one: a short stable word.
    pub(crate) fn cause(&self) -> Option<&'static str> {
        match self {
            Self::Provider(error) | Self::NoNewerKeys(error) => Some(error.cause()),
            Self::Http { error, .. } => Some(error.cause()),
            Self::Signing(_) => Some("client_assertion_key"),
            Self::Callback(_)
            | Self::Refused(_)
            | Self::Remembered
            | Self::Busy
            | Self::Token(_)
            | Self::IdToken(_)
            | Self::UserInfo(_)
            | Self::UnknownLevel
            | Self::WeakLevel => None,
        }
    }
}
