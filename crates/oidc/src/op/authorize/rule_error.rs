//! The rules that an authorization request of a known client can break.

use thiserror::Error;

use crate::wire::{oauth_error::OAuthErrorCode, params::RepeatedParamError};

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
    /// Neither `query` nor `form_post`.
    #[error("response_mode is not supported; leave it out, or send query or form_post")]
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
    /// Not an ID token that we issued to this client.
    #[error(
        "id_token_hint is not an ID token that was issued to this client here; send its last one, \
         or none"
    )]
    IdTokenHint,
    /// `claims` that cannot be read in one way, or that nobody can meet.
    #[error(
        "claims is not a JSON object as OpenID Connect Core 5.5 has it, or asks for what nobody is; \
         correct it"
    )]
    Claims,
    /// More levels than an upstream has.
    #[error("acr_values holds more than 16 values; send fewer")]
    TooManyAcrValues,
}

impl AuthorizeRuleError {
    /// A short stable word for logs and metrics: the rule, where [`Self::error_code`] is what the
    /// client gets.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Repeated(_) => "repeated_parameter",
            Self::TooLong(_) => "parameter_too_long",
            Self::ControlCharacter(_) => "control_character",
            Self::RequestObject => "request_object",
            Self::RequestUri => "request_uri",
            Self::Registration => "registration",
            Self::ResponseTypeMissing => "response_type_missing",
            Self::ResponseType => "response_type",
            Self::ResponseMode => "response_mode",
            Self::NoOpenid => "scope_without_openid",
            Self::ChallengeMissing => "challenge_missing",
            Self::CodeChallenge => "code_challenge",
            Self::ChallengeMethod => "challenge_method",
            Self::MethodWithoutChallenge => "method_without_challenge",
            Self::Prompt => "prompt",
            Self::PromptNoneNotAlone => "prompt_none_not_alone",
            Self::IdTokenHint => "id_token_hint",
            Self::Claims => "claims",
            Self::MaxAge => "max_age",
            Self::TooManyAcrValues => "too_many_acr_values",
        }
    }

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
            | Self::IdTokenHint
            | Self::Claims
            | Self::TooManyAcrValues => OAuthErrorCode::InvalidRequest,
        }
    }
}
