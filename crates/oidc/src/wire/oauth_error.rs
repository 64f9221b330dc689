//! The error codes of OAuth and OpenID Connect.

use std::fmt;

use serde_json::{Value, json};

/// An `error` value of a response. Every error of the provider maps to one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OAuthErrorCode {
    /// The person or the provider denied the request [RFC 6749 §4.1.2.1].
    AccessDenied,
    /// The client did not authenticate [RFC 6749 §5.2].
    InvalidClient,
    /// The code is invalid, or the request does not match what it is bound to [RFC 6749 §5.2].
    InvalidGrant,
    /// A parameter is missing, repeated or wrong [RFC 6749 §4.1.2.1].
    InvalidRequest,
    /// The scope is invalid [RFC 6749 §4.1.2.1].
    InvalidScope,
    /// The access token is not valid [RFC 6750 §3.1].
    InvalidToken,
    /// `prompt=none`, but a person is needed [OIDC Core §3.1.2.6].
    LoginRequired,
    /// The `registration` parameter is not supported [OIDC Core §3.1.2.6].
    RegistrationNotSupported,
    /// The `request` parameter is not supported [OIDC Core §3.1.2.6].
    RequestNotSupported,
    /// The `request_uri` parameter is not supported [OIDC Core §3.1.2.6].
    RequestUriNotSupported,
    /// The provider or the upstream failed [RFC 6749 §4.1.2.1].
    ServerError,
    /// The provider cannot answer now [RFC 6749 §4.1.2.1].
    TemporarilyUnavailable,
    /// The client may not use this grant type [RFC 6749 §5.2].
    UnauthorizedClient,
    /// The requested level of assurance cannot be reached [OIDC Unmet Authentication Requirements §2].
    UnmetAuthenticationRequirements,
    /// The grant type is neither `authorization_code` nor `refresh_token` [RFC 6749 §5.2].
    UnsupportedGrantType,
    /// The response type is not `code` [RFC 6749 §4.1.2.1].
    UnsupportedResponseType,
}

impl OAuthErrorCode {
    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidToken => "invalid_token",
            Self::LoginRequired => "login_required",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }

    /// The JSON body of an error response: `{"error": …, "error_description": …}` [RFC 6749 §5.2].
    #[must_use]
    pub fn body(self, description: &str) -> Value {
        json!({ "error": self.as_str(), "error_description": description })
    }
}

impl fmt::Display for OAuthErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_an_error_has_the_two_members_of_the_rfc() {
        assert_eq!(
            OAuthErrorCode::InvalidGrant.body("the code is spent").to_string(),
            r#"{"error":"invalid_grant","error_description":"the code is spent"}"#
        );
    }

    #[test]
    fn a_code_is_written_as_its_name_in_snake_case() {
        for code in [
            OAuthErrorCode::RequestUriNotSupported,
            OAuthErrorCode::UnmetAuthenticationRequirements,
        ] {
            let squeezed = code.to_string().replace('_', "");
            assert_eq!(squeezed, format!("{code:?}").to_lowercase());
        }
    }
}
