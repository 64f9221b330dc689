//! Why a load balancer lets somebody not through.

use crate::back_channel::CallError;
use crate::id_token::IdTokenError;

/// A rule that was broken. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlbError {
    /// The answer's query has no `state`.
    MissingState,
    /// `state` is not ours, was changed, or belongs to another browser.
    InvalidState,
    /// Fifteen minutes have passed since the redirect to the provider.
    TooLate,
    /// The provider answered with an error.
    Idp {
        /// `error`.
        error: String,
    },
    /// The answer's query has no `code`.
    MissingCode,
    /// The token endpoint was not reached, refused, or did not answer with a JSON object.
    Token(CallError),
    /// The token response has no access token for a bearer.
    InvalidTokenResponse,
    /// The token response has no ID token: the scope lacks `openid`.
    NoIdToken,
    /// The ID token breaks a rule.
    InvalidIdToken(IdTokenError),
    /// Userinfo was not reached, refused, or did not answer with a JSON object.
    UserInfo(CallError),
    /// Userinfo's `sub` is not the ID token's.
    OtherSubject,
    /// Userinfo's claims and the access token have more than 11 KB together.
    ClaimsSizeExceeded {
        /// What they have.
        bytes: usize,
    },
    /// The sealed session does not fit four cookies.
    SessionTooLarge {
        /// The cookies that it would take.
        shards: usize,
    },
}

impl AlbError {
    /// `error_reason` in the access log, or the metric that counts it; nothing where the
    /// documentation names neither.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Self::MissingState => "AuthMissingStateParam",
            Self::MissingCode => "AuthMissingCodeParam",
            Self::Token(CallError::TimedOut) => "AuthTokenEpRequestTimeout",
            Self::Token(CallError::Unreachable | CallError::Status(_)) => {
                "AuthTokenEpRequestFailed"
            }
            Self::Token(CallError::NotJson) | Self::InvalidTokenResponse => {
                "AuthInvalidTokenResponse"
            }
            Self::InvalidIdToken(_) => "AuthInvalidIdToken",
            Self::UserInfo(CallError::TimedOut) => "AuthUserinfoEpRequestTimeout",
            Self::UserInfo(CallError::Unreachable | CallError::Status(_)) => {
                "AuthUserinfoEpRequestFailed"
            }
            Self::UserInfo(CallError::NotJson) | Self::OtherSubject => {
                "AuthInvalidUserinfoResponse"
            }
            Self::ClaimsSizeExceeded { .. } => "ELBAuthUserClaimsSizeExceeded",
            Self::InvalidState
            | Self::TooLate
            | Self::Idp { .. }
            | Self::NoIdToken
            | Self::SessionTooLarge { .. } => return None,
        })
    }

    /// The HTTP status that the person sees; nothing where it is not documented.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::TooLate | Self::NoIdToken => Some(401),
            Self::Token(CallError::TimedOut)
            | Self::UserInfo(CallError::TimedOut)
            | Self::ClaimsSizeExceeded { .. } => Some(500),
            Self::Idp { .. }
            | Self::Token(CallError::Status(_))
            | Self::UserInfo(CallError::Status(_)) => Some(561),
            Self::MissingState
            | Self::InvalidState
            | Self::MissingCode
            | Self::Token(CallError::Unreachable | CallError::NotJson)
            | Self::InvalidTokenResponse
            | Self::InvalidIdToken(_)
            | Self::UserInfo(CallError::Unreachable | CallError::NotJson)
            | Self::OtherSubject
            | Self::SessionTooLarge { .. } => None,
        }
    }
}
