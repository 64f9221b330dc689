//! The token response of a provider [OIDC Core §3.1.3.3].

use serde_json::{Map, Value};
use thiserror::Error;

use crate::{
    rp::{
        access_token::ProviderAccessToken, id_token::IdToken, response::ProviderResponse,
        unverified::Unverified,
    },
    wire::json::JsonError,
};

/// What a code bought: an access token, and an ID token that is not verified yet. Refresh tokens and
/// lives are not read, because the access token is used at once or not at all.
#[derive(Debug)]
pub struct TokenResponse {
    /// Opens userinfo.
    pub access_token: ProviderAccessToken,
    /// Says who logged in, once it is verified.
    pub id_token: Unverified<IdToken>,
}

impl TokenResponse {
    /// Reads the answer to a token request.
    ///
    /// # Errors
    /// [`TokenResponseError`].
    pub fn read(response: &ProviderResponse<'_>) -> Result<Self, TokenResponseError> {
        if response.status != 200 {
            return Err(refusal(response));
        }
        if response.media_type() != "application/json" {
            return Err(TokenResponseError::ContentType);
        }
        let members = response.json()?;
        if !text(&members, "token_type")?.eq_ignore_ascii_case("Bearer") {
            return Err(TokenResponseError::TokenType);
        }
        let access_token = text(&members, "access_token")?;
        let access_token =
            ProviderAccessToken::parse(access_token).ok_or(TokenResponseError::AccessToken)?;
        let id_token = IdToken::received(text(&members, "id_token")?);
        Ok(Self { access_token, id_token })
    }
}

fn text<'a>(
    members: &'a Map<String, Value>,
    name: &'static str,
) -> Result<&'a str, TokenResponseError> {
    members.get(name).and_then(Value::as_str).ok_or(TokenResponseError::Member(name))
}

/// An error with its code, where it can be read [RFC 6749 §5.2].
fn refusal(response: &ProviderResponse<'_>) -> TokenResponseError {
    let members = response.json().unwrap_or_default();
    match members.get("error").and_then(Value::as_str) {
        Some(code) if matches!(response.status, 400 | 401) => {
            TokenResponseError::Refused(TokenErrorCode::parse(code))
        }
        Some(_) | None => TokenResponseError::Status(response.status),
    }
}

/// The `error` of a token response [RFC 6749 §5.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenErrorCode {
    /// The provider does not accept our credentials.
    InvalidClient,
    /// The code is spent, expired or another client's.
    InvalidGrant,
    /// The provider could not read our request.
    InvalidRequest,
    /// The scope is invalid.
    InvalidScope,
    /// We may not redeem codes. The identity broker of OP says this of a wrong assertion.
    UnauthorizedClient,
    /// The provider has no code flow.
    UnsupportedGrantType,
    /// A code that the specification does not have.
    Unknown,
}

impl TokenErrorCode {
    fn parse(text: &str) -> Self {
        match text {
            "invalid_client" => Self::InvalidClient,
            "invalid_grant" => Self::InvalidGrant,
            "invalid_request" => Self::InvalidRequest,
            "invalid_scope" => Self::InvalidScope,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unsupported_grant_type" => Self::UnsupportedGrantType,
            _ => Self::Unknown,
        }
    }

    /// The code as the specification writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::Unknown => "unknown",
        }
    }
}

/// A token response brings no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenResponseError {
    /// The provider refused the request.
    #[error("the token endpoint refused the code: {}", .0.as_str())]
    Refused(TokenErrorCode),
    /// Neither 200 nor an error that the specification has; a redirect is not followed.
    #[error("the token endpoint answered with the status {0}")]
    Status(u16),
    /// Something else than `application/json`.
    #[error("the token response is not application/json")]
    ContentType,
    /// The body has no unambiguous reading.
    #[error("the token response cannot be read: {0}")]
    Json(#[from] JsonError),
    /// The named member is missing or not text.
    #[error("{0} of the token response is missing or not text")]
    Member(&'static str),
    /// Another type than Bearer.
    #[error("the access token is not of the type Bearer")]
    TokenType,
    /// An access token that is empty, too long, or cannot stand in a header.
    #[error("the access token is empty, too long, or not printable ASCII")]
    AccessToken,
}

impl TokenResponseError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Refused(TokenErrorCode::InvalidClient | TokenErrorCode::UnauthorizedClient) => {
                "token_refused_us"
            }
            Self::Refused(_) => "token_refused_the_code",
            Self::Status(_) => "token_status",
            Self::ContentType
            | Self::Json(_)
            | Self::Member(_)
            | Self::TokenType
            | Self::AccessToken => "token_malformed",
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use secrecy::ExposeSecret as _;
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: &str) -> Result<TokenResponse, TokenResponseError> {
        let content_type = Some("Application/JSON; charset=utf-8");
        TokenResponse::read(&ProviderResponse { status, content_type, body: body.as_bytes() })
    }

    /// The usual response with one member replaced, or left out when it is null.
    fn with(name: &str, value: Value) -> Result<TokenResponse, TokenResponseError> {
        let mut body = json!({
            "access_token": "a-t",
            "token_type": "bearer",
            "expires_in": 1_800_000_000,
            "id_token": "e.y.J",
            "refresh_token": "r",
        });
        let members = body.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), value);
        }
        answer(200, &body.to_string())
    }

    #[test]
    fn takes_tokens_whatever_the_response_says_of_their_lives() {
        // DVV's reference provider writes an instant into `expires_in`.
        let response = with("scope", json!("openid")).unwrap();
        assert_eq!(response.access_token.authorization().expose_secret(), "Bearer a-t");
        assert_eq!(
            format!("{response:?}"),
            "TokenResponse { access_token: ProviderAccessToken(redacted), \
             id_token: Unverified(redacted) }"
        );
    }

    #[test]
    fn each_deviation_has_its_own_reason() {
        use TokenResponseError as E;
        for (name, value, reason) in [
            ("access_token", Value::Null, E::Member("access_token")),
            ("id_token", Value::Null, E::Member("id_token")),
            ("id_token", json!({}), E::Member("id_token")),
            ("token_type", Value::Null, E::Member("token_type")),
            ("token_type", json!("DPoP"), E::TokenType),
            ("access_token", json!(""), E::AccessToken),
            ("access_token", json!("a b"), E::AccessToken),
            ("access_token", json!("a\r\nX: y"), E::AccessToken),
            ("access_token", json!("a".repeat(17_000)), E::AccessToken),
        ] {
            assert_eq!(with(name, value).unwrap_err(), reason, "{name}");
        }
        let blank = " ".repeat(200_000);
        for (status, body, reason) in [
            (
                400,
                r#"{"error":"invalid_grant","error_description":"<b>"}"#,
                E::Refused(TokenErrorCode::InvalidGrant),
            ),
            (401, r#"{"error":"invalid_client"}"#, E::Refused(TokenErrorCode::InvalidClient)),
            (400, r#"{"error":"<b>"}"#, E::Refused(TokenErrorCode::Unknown)),
            (400, "<html>", E::Status(400)),
            (500, r#"{"error":"invalid_grant"}"#, E::Status(500)),
            (302, "{}", E::Status(302)),
            (200, "<html>", E::Json(JsonError::NotJson)),
            (200, r#"{"id_token":"a","id_token":"b"}"#, E::Json(JsonError::RepeatedMember)),
            (200, blank.as_str(), E::Json(JsonError::TooLong)),
        ] {
            assert_eq!(answer(status, body).unwrap_err(), reason, "{status}");
        }
    }

    #[test]
    fn a_response_of_another_type_is_no_token_response() {
        for content_type in [None, Some("text/html"), Some("application/jwt")] {
            let response = ProviderResponse { status: 200, content_type, body: b"{}" };
            let error = TokenResponse::read(&response).unwrap_err();
            assert_eq!(error, TokenResponseError::ContentType);
        }
    }

    #[test]
    fn an_error_repeats_nothing_that_the_provider_wrote() {
        let error = answer(400, r#"{"error":"a<b>"}"#).unwrap_err();
        assert_eq!(error.to_string(), "the token endpoint refused the code: unknown");
    }
}
