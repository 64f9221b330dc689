//! The authorization response, as the browser brings it to the redirect URI [RFC 6749 §4.1.2].

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::{
    rp::{issuer::ProviderIssuer, login_values::State, unverified::Unverified},
    wire::params::{Params, RepeatedParamError},
};

/// The parameters of an authorization response.
pub struct Callback {
    state: Option<String>,
    issuer: Option<String>,
    code: Option<SecretString>,
    error: Option<AuthorizationErrorCode>,
}

/// What the callback must match. All of it is taken from the record of this browser's login.
#[derive(Debug, Clone, Copy)]
pub struct CallbackExpectation<'a> {
    /// The `state` of the login.
    pub state: &'a State,
    /// The provider that was asked.
    pub issuer: &'a ProviderIssuer,
    /// Whether the provider's metadata says that it sends `iss`
    /// (`authorization_response_iss_parameter_supported`).
    pub issuer_required: bool,
}

impl Callback {
    /// Reads the parameters. Those that are not known are ignored [RFC 6749 §4.1.2], and so are
    /// `error_description` and `error_uri`: they are somebody else's text.
    ///
    /// # Errors
    /// [`CallbackError::Repeated`], [`CallbackError::Code`].
    pub fn read(params: &Params) -> Result<Unverified<Self>, CallbackError> {
        let text = |name| params.one(name).map(|value| value.map(str::to_owned));
        let code = params.one("code")?;
        if !code.is_none_or(is_code) {
            return Err(CallbackError::Code);
        }
        Ok(Unverified::new(Self {
            state: text("state")?,
            issuer: text("iss")?,
            code: code.map(SecretString::from),
            error: params.one("error")?.map(AuthorizationErrorCode::parse),
        }))
    }
}

impl Unverified<Callback> {
    /// The answer to this browser's login, from the provider that was asked.
    ///
    /// The issuer is compared whenever it is there, in errors too, and has to be there when the
    /// provider said so: this stops a provider from passing on another one's answers [RFC 9207 §2.4].
    ///
    /// # Errors
    /// [`CallbackError`].
    pub fn verify(
        self,
        expect: &CallbackExpectation<'_>,
    ) -> Result<AuthorizationResponse, CallbackError> {
        let callback = self.into_received();
        let state = callback.state.ok_or(CallbackError::StateMissing)?;
        if !expect.state.matches(&state) {
            return Err(CallbackError::WrongState);
        }
        match callback.issuer {
            Some(issuer) if issuer != expect.issuer.as_str() => {
                return Err(CallbackError::WrongIssuer);
            }
            None if expect.issuer_required => return Err(CallbackError::IssuerMissing),
            Some(_) | None => {}
        }
        match (callback.code, callback.error) {
            (Some(code), None) => Ok(AuthorizationResponse::Code(ReceivedCode(code))),
            (None, Some(error)) => Ok(AuthorizationResponse::Error(error)),
            (Some(_), Some(_)) => Err(CallbackError::CodeAndError),
            (None, None) => Err(CallbackError::Empty),
        }
    }
}

/// The answer of the provider that was asked.
#[derive(Debug, Clone)]
pub enum AuthorizationResponse {
    /// The person authenticated.
    Code(ReceivedCode),
    /// The provider refused.
    Error(AuthorizationErrorCode),
}

/// An authorization code of a provider. It is opaque: some providers' codes look like tokens.
#[derive(Clone)]
pub struct ReceivedCode(SecretString);

impl ReceivedCode {
    pub(super) fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ReceivedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceivedCode(redacted)")
    }
}

/// The `error` of an authorization response [RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorizationErrorCode {
    /// The person or the provider denied the request. The identity broker of OP writes `cancel` when
    /// the person turned back.
    AccessDenied,
    /// The person has to choose an account, but no page may be shown.
    AccountSelectionRequired,
    /// The person has to consent, but no page may be shown.
    ConsentRequired,
    /// The person has to do something, but no page may be shown.
    InteractionRequired,
    /// The provider could not read our request.
    InvalidRequest,
    /// The provider does not know a scope that we ask for.
    InvalidScope,
    /// The person has to log in, but no page may be shown.
    LoginRequired,
    /// The provider failed.
    ServerError,
    /// The provider cannot answer now.
    TemporarilyUnavailable,
    /// We may not ask for a code.
    UnauthorizedClient,
    /// The level that we ask for cannot be reached [OIDC Unmet Authentication Requirements §2].
    UnmetAuthenticationRequirements,
    /// The provider has no code flow.
    UnsupportedResponseType,
    /// A code that no specification that is used here has.
    Unknown,
}

impl AuthorizationErrorCode {
    fn parse(text: &str) -> Self {
        match text {
            "access_denied" | "cancel" => Self::AccessDenied,
            "account_selection_required" => Self::AccountSelectionRequired,
            "consent_required" => Self::ConsentRequired,
            "interaction_required" => Self::InteractionRequired,
            "invalid_request" => Self::InvalidRequest,
            "invalid_scope" => Self::InvalidScope,
            "login_required" => Self::LoginRequired,
            "server_error" => Self::ServerError,
            "temporarily_unavailable" => Self::TemporarilyUnavailable,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unmet_authentication_requirements" => Self::UnmetAuthenticationRequirements,
            "unsupported_response_type" => Self::UnsupportedResponseType,
            _ => Self::Unknown,
        }
    }

    /// The code as the specification writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::LoginRequired => "login_required",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::Unknown => "unknown",
        }
    }
}

/// A callback answers no login of this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CallbackError {
    /// The named parameter came twice.
    #[error("{} came twice in the provider's answer", .0.0)]
    Repeated(RepeatedParamError),
    /// No `state`.
    #[error("the provider's answer has no state")]
    StateMissing,
    /// The `state` of another login: somebody may have started this one for the person.
    #[error("the state of the provider's answer is not that of this login")]
    WrongState,
    /// No `iss`, although the provider's metadata says that it sends one.
    #[error("the provider's answer has no iss, although its metadata announces one")]
    IssuerMissing,
    /// The `iss` of another provider.
    #[error("the iss of the provider's answer is not the provider that was asked")]
    WrongIssuer,
    /// A code that is longer than 4096 octets, or not printable ASCII.
    #[error("the code of the provider's answer is too long, or not printable ASCII")]
    Code,
    /// A code beside an error.
    #[error("the provider's answer has a code and an error")]
    CodeAndError,
    /// Neither a code nor an error.
    #[error("the provider's answer has neither a code nor an error")]
    Empty,
}

impl CallbackError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Repeated(_) => "repeated_field",
            Self::StateMissing => "state_missing",
            Self::WrongState => "wrong_state",
            Self::IssuerMissing => "issuer_missing",
            Self::WrongIssuer => "wrong_issuer",
            Self::Code => "malformed_code",
            Self::CodeAndError => "code_and_error",
            Self::Empty => "answer_missing",
        }
    }
}

impl From<RepeatedParamError> for CallbackError {
    fn from(repeated: RepeatedParamError) -> Self {
        Self::Repeated(repeated)
    }
}

/// Printable ASCII [RFC 6749 §A.11].
fn is_code(text: &str) -> bool {
    text.len() <= MAX_CODE_BYTES && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Telia's codes are encrypted tokens of several hundred characters; URLs end at some 8 KiB.
const MAX_CODE_BYTES: usize = 4096;

#[cfg(test)]
mod tests;
