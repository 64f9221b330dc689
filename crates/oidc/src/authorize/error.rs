//! Errors of an authorization request, and where each may be sent.

use thiserror::Error;

use crate::{
    client::ClientId,
    oauth_error::OAuthErrorCode,
    params::{ParamsError, RepeatedParamError},
    redirect::{State, ValidRedirect},
};

/// A refused authorization request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorizeError {
    /// There is no redirect URI to trust: only a page may be shown.
    #[error("{0}")]
    Page(#[from] AuthorizePageError),
    /// The client gets the error at its redirect URI.
    #[error("{0}")]
    Redirect(Box<AuthorizeRedirectError>),
}

impl From<ParamsError> for AuthorizeError {
    fn from(malformed: ParamsError) -> Self {
        Self::Page(malformed.into())
    }
}

/// An error that is only shown to the person, as a page [RFC 6749 §4.1.2.1].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorizePageError {
    /// The query could not be read in one certain way.
    #[error(transparent)]
    Malformed(#[from] ParamsError),
    /// `client_id` or `redirect_uri` came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// No `client_id`.
    #[error("client_id is missing; send the id that the client is registered with")]
    ClientMissing,
    /// A `client_id` that is not configured.
    #[error("client_id is not known here; register the client, or correct the id")]
    UnknownClient,
    /// No `redirect_uri` [OIDC Core §3.1.2.1].
    #[error("redirect_uri is missing; send one of the URIs registered for the client {client}")]
    RedirectMissing {
        /// The client that the request names.
        client: ClientId,
    },
    /// Not byte for byte a registered one [RFC 9700 §2.1].
    #[error(
        "redirect_uri is not one of those registered for the client {client}; \
         send or register exactly the same URI"
    )]
    RedirectMismatch {
        /// The client that the request names.
        client: ClientId,
    },
}

impl AuthorizePageError {
    /// The client that the request names, if it is one of ours; nothing proves that it sent it.
    #[must_use]
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Self::RedirectMissing { client } | Self::RedirectMismatch { client } => Some(client),
            Self::Malformed(_) | Self::Repeated(_) | Self::ClientMissing | Self::UnknownClient => {
                None
            }
        }
    }
}

/// An error response for the client, at one of its redirect URIs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{rule}")]
pub struct AuthorizeRedirectError {
    /// The client.
    pub client: ClientId,
    /// The redirect URI of the error response.
    pub redirect: ValidRedirect,
    /// The `state` of the error response; absent when the `state` was refused itself.
    pub state: Option<State>,
    /// The rule that the request broke.
    pub rule: AuthorizeRuleError,
}

/// The rule that an authorization request of a known client broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthorizeRuleError {
    /// The named parameter came twice.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// The named parameter is longer than any client needs.
    #[error("{0} is too long; send a shorter one")]
    TooLong(&'static str),
    /// The named parameter is kept and given back, and holds a control character: no client means
    /// one, and in JSON it is six times as long.
    #[error("{0} holds a control character; send printable text")]
    ControlCharacter(&'static str),
    /// A request object by value.
    #[error("request is not supported; send the parameters themselves")]
    RequestObject,
    /// A request object by reference. It is never fetched.
    #[error("request_uri is not supported; send the parameters themselves")]
    RequestUri,
    /// Registration of a self-issued provider.
    #[error("registration is not supported; have the client registered by the operator")]
    Registration,
    /// No `response_type`.
    #[error("response_type is missing; send code")]
    ResponseTypeMissing,
    /// Anything but `code`.
    #[error("response_type is not supported; send code")]
    ResponseType,
    /// Anything but `query`.
    #[error("response_mode is not supported; leave it out, or send query")]
    ResponseMode,
    /// No `openid` in `scope`.
    #[error("scope does not contain openid; add it")]
    NoOpenid,
    /// This client must use PKCE.
    #[error(
        "code_challenge is missing; this client must send one, with code_challenge_method S256"
    )]
    ChallengeMissing,
    /// Outside the grammar.
    #[error(
        "code_challenge is not 43 to 128 unreserved characters; send BASE64URL(SHA256(verifier))"
    )]
    CodeChallenge,
    /// `plain`, or absent, which means `plain` [RFC 7636 §4.3].
    #[error("code_challenge_method is not S256; send S256")]
    ChallengeMethod,
    /// A method for nothing.
    #[error("code_challenge_method came without code_challenge; send both or neither")]
    MethodWithoutChallenge,
    /// A value that is not known.
    #[error("prompt holds an unknown value; send none, login, consent or select_account")]
    Prompt,
    /// `none` beside another value [OIDC Core §3.1.2.1].
    #[error("prompt none came with another value; send none alone")]
    PromptNoneNotAlone,
    /// Not a number of seconds.
    #[error("max_age is not a number of seconds from 0 to 2147483647; send digits only")]
    MaxAge,
    /// More levels than an upstream has.
    #[error("acr_values holds more than 16 values; send fewer")]
    TooManyAcrValues,
}

impl AuthorizeRuleError {
    /// The `error` of the response.
    #[must_use]
    pub const fn error_code(self) -> OAuthErrorCode {
        match self {
            Self::RequestObject => OAuthErrorCode::RequestNotSupported,
            Self::RequestUri => OAuthErrorCode::RequestUriNotSupported,
            Self::Registration => OAuthErrorCode::RegistrationNotSupported,
            Self::ResponseType => OAuthErrorCode::UnsupportedResponseType,
            Self::NoOpenid => OAuthErrorCode::InvalidScope,
            Self::Repeated(_)
            | Self::TooLong(_)
            | Self::ControlCharacter(_)
            | Self::ResponseTypeMissing
            | Self::ResponseMode
            | Self::ChallengeMissing
            | Self::CodeChallenge
            | Self::ChallengeMethod
            | Self::MethodWithoutChallenge
            | Self::Prompt
            | Self::PromptNoneNotAlone
            | Self::MaxAge
            | Self::TooManyAcrValues => OAuthErrorCode::InvalidRequest,
        }
    }
}
