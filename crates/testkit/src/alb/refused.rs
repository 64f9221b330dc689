//! Why a load balancer lets somebody not through.

use crate::back_channel::Failed;
use crate::id_token::IdTokenFault;

/// A rule that was broken. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
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
    Token(Failed),
    /// The token response has no access token for a bearer.
    InvalidTokenResponse,
    /// The token response has no ID token: the scope lacks `openid`.
    NoIdToken,
    /// The ID token breaks a rule.
    InvalidIdToken(IdTokenFault),
    /// Userinfo was not reached, refused, or did not answer with a JSON object.
    UserInfo(Failed),
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

impl Refused {
    /// `error_reason` in the access log, or the metric that counts it; nothing where the
    /// documentation names neither.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Self::MissingState => "AuthMissingStateParam",
            Self::MissingCode => "AuthMissingCodeParam",
            Self::Token(Failed::TimedOut) => "AuthTokenEpRequestTimeout",
            Self::Token(Failed::Unreachable | Failed::Status(_)) => "AuthTokenEpRequestFailed",
            Self::Token(Failed::NotJson) | Self::InvalidTokenResponse => "AuthInvalidTokenResponse",
            Self::InvalidIdToken(_) => "AuthInvalidIdToken",
            Self::UserInfo(Failed::TimedOut) => "AuthUserinfoEpRequestTimeout",
            Self::UserInfo(Failed::Unreachable | Failed::Status(_)) => {
                "AuthUserinfoEpRequestFailed"
            }
            Self::UserInfo(Failed::NotJson) | Self::OtherSubject => "AuthInvalidUserinfoResponse",
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
            Self::Token(Failed::TimedOut)
            | Self::UserInfo(Failed::TimedOut)
            | Self::ClaimsSizeExceeded { .. } => Some(500),
            Self::Idp { .. }
            | Self::Token(Failed::Status(_))
            | Self::UserInfo(Failed::Status(_)) => Some(561),
            Self::MissingState
            | Self::InvalidState
            | Self::MissingCode
            | Self::Token(Failed::Unreachable | Failed::NotJson)
            | Self::InvalidTokenResponse
            | Self::InvalidIdToken(_)
            | Self::UserInfo(Failed::Unreachable | Failed::NotJson)
            | Self::OtherSubject
            | Self::SessionTooLarge { .. } => None,
        }
    }
}
