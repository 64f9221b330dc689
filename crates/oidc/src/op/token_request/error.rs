//! Errors of a token request.

use thiserror::Error;

use crate::{
    op::client_authentication::ClientAuthenticationError,
    wire::{
        oauth_error::OAuthErrorCode,
        params::{ParamsError, RepeatedParamError},
    },
};

/// Why a token request is refused. The sentence is the `error_description`; clients relay it to
/// their developers, Cognito to the person, so it holds nothing personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenRequestError {
    /// The form has no unambiguous reading.
    #[error(transparent)]
    Malformed(#[from] ParamsError),
    /// The named parameter came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// The named parameter did not come.
    #[error("{0} is missing; send it in the form")]
    Missing(&'static str),
    /// Neither `authorization_code` nor `refresh_token`.
    #[error("grant_type is not supported; send authorization_code or refresh_token")]
    UnsupportedGrantType,
    /// The client did not authenticate.
    #[error(transparent)]
    Client(#[from] ClientAuthenticationError),
    /// Never issued, expired or already redeemed; the response does not say which.
    #[error("the code is unknown, expired or already used; start a new authorization request")]
    UnknownCode,
    /// The session that the code or refresh token was issued in has ended.
    #[error("the session has ended; start a new authorization request")]
    SessionEnded,
    /// The code or refresh token was issued to another client.
    #[error("it was issued to another client; start a new authorization request")]
    WrongClient,
    /// Not byte for byte the one of the authorization request.
    #[error("redirect_uri is not the one of the authorization request; send exactly the same")]
    WrongRedirect,
    /// The authorization request had a challenge.
    #[error("code_verifier is missing; send the one that code_challenge was made of")]
    VerifierMissing,
    /// The challenge was made of another verifier, or this one is outside the grammar.
    #[error("code_verifier does not fit code_challenge; send the one that it was made of")]
    WrongVerifier,
    /// The authorization request had no challenge, or somebody removed it.
    #[error("code_verifier came, but the authorization request had no code_challenge; send both")]
    VerifierWithoutChallenge,
    /// A refresh token of a client that gets none.
    #[error("this client gets no refresh tokens; start a new authorization request")]
    UnauthorizedClient,
    /// Never issued, expired or revoked; the response does not say which.
    #[error("the refresh token is unknown, expired or revoked; start a new authorization request")]
    UnknownRefreshToken,
    /// It was exchanged before, so somebody has stolen it [RFC 9700 §4.14.2].
    #[error(
        "the refresh token was used before, and all of its kind are revoked; \
         start a new authorization request"
    )]
    RefreshTokenReused,
    /// The client is not told of such a login by now: it may not use the upstream, or demands a higher level.
    #[error(
        "the login is not accepted for this client any more; start a new authorization request"
    )]
    LoginNotAccepted,
    /// More than the authorization request asked for.
    #[error("scope holds one that was not granted; send fewer, or leave it out")]
    ScopeNotGranted,
}

impl TokenRequestError {
    /// A short stable word for logs: the rule, where [`Self::error_code`] is what the client gets.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_request",
            Self::Repeated(_) => "repeated_parameter",
            Self::Missing(_) => "parameter_missing",
            Self::UnsupportedGrantType => "grant_type",
            Self::Client(error) => error.reason(),
            Self::UnknownCode => "unknown_code",
            Self::SessionEnded => "session_ended",
            Self::WrongClient => "wrong_client",
            Self::WrongRedirect => "wrong_redirect",
            Self::VerifierMissing => "verifier_missing",
            Self::WrongVerifier => "wrong_verifier",
            Self::VerifierWithoutChallenge => "verifier_without_challenge",
            Self::UnauthorizedClient => "no_refresh_tokens",
            Self::UnknownRefreshToken => "unknown_refresh_token",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::LoginNotAccepted => "login_not_accepted",
            Self::ScopeNotGranted => "scope_not_granted",
        }
    }

    /// The `error` of the response [RFC 6749 §5.2].
    #[must_use]
    pub const fn error_code(self) -> OAuthErrorCode {
        match self {
            Self::Malformed(_) | Self::Repeated(_) | Self::Missing(_) => {
                OAuthErrorCode::InvalidRequest
            }
            Self::UnsupportedGrantType => OAuthErrorCode::UnsupportedGrantType,
            Self::Client(error) => error.error_code(),
            Self::UnknownCode
            | Self::SessionEnded
            | Self::WrongClient
            | Self::WrongRedirect
            | Self::VerifierMissing
            | Self::WrongVerifier
            | Self::VerifierWithoutChallenge
            | Self::UnknownRefreshToken
            | Self::RefreshTokenReused
            | Self::LoginNotAccepted => OAuthErrorCode::InvalidGrant,
            Self::UnauthorizedClient => OAuthErrorCode::UnauthorizedClient,
            Self::ScopeNotGranted => OAuthErrorCode::InvalidScope,
        }
    }

    /// The HTTP status: 401 for `invalid_client`, else 400 [RFC 6749 §5.2].
    #[must_use]
    pub fn status(self) -> u16 {
        if let Self::Client(error) = self { error.status() } else { 400 }
    }

    /// The `WWW-Authenticate` header, which every 401 needs [RFC 9110 §15.5.2].
    #[must_use]
    pub fn www_authenticate(self) -> Option<&'static str> {
        if let Self::Client(error) = self { error.www_authenticate() } else { None }
    }
}
