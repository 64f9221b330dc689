//! Userinfo requests and responses.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{
    op::{id_token::without_reserved, token_response::AccessToken},
    wire::{
        oauth_error::OAuthErrorCode,
        params::{Params, ParamsError, RepeatedParamError},
    },
};

/// The access token of a request, from its `Authorization` header or, for a POST, its `form`
/// [RFC 6750 §2.1, §2.2]. The query is never read [RFC 9700 §4.3.2].
///
/// # Errors
/// Every [`UserInfoRequestError`] that can be seen without knowing which tokens exist.
pub fn bearer_token(
    authorization: Option<&str>,
    form: Option<&Params>,
) -> Result<AccessToken, UserInfoRequestError> {
    let in_header = match authorization.and_then(bearer_credentials) {
        Some(text) if is_token_text(text) => Some(text),
        Some(_) => return Err(UserInfoRequestError::MalformedHeader),
        None => None,
    };
    let in_form = form.map(|form| form.one("access_token")).transpose()?.flatten();
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(UserInfoRequestError::TwoTokens),
        (Some(text), None) | (None, Some(text)) => {
            AccessToken::parse(text).ok_or(UserInfoRequestError::InvalidToken)
        }
        (None, None) => Err(UserInfoRequestError::Missing),
    }
}

/// The credentials after the scheme Bearer; with another scheme there is no token.
fn bearer_credentials(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("Bearer").then(|| rest.trim_matches(' '))
}

/// The `b64token` of [RFC 6750 §2.1].
fn is_token_text(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// Why a userinfo request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserInfoRequestError {
    /// No token at all: the client may not know that it needs one.
    #[error("an access token is needed; send it as Authorization: Bearer")]
    Missing,
    /// The form has no unambiguous reading.
    #[error(transparent)]
    Malformed(#[from] ParamsError),
    /// `access_token` came twice in the form.
    #[error(transparent)]
    Repeated(#[from] RepeatedParamError),
    /// A header that holds no token.
    #[error("the Authorization header cannot be read; send Bearer, a space and the access token")]
    MalformedHeader,
    /// In the header and in the form [RFC 6750 §2].
    #[error("the access token came twice; send it in the header or in the form")]
    TwoTokens,
    /// Never issued, expired or revoked; the response does not say which.
    #[error("the access token is unknown or expired; ask for a new one")]
    InvalidToken,
}

impl UserInfoRequestError {
    /// The `error` of the response; a request without a token gets none [RFC 6750 §3.1].
    #[must_use]
    pub const fn error_code(self) -> Option<OAuthErrorCode> {
        match self {
            Self::Missing => None,
            Self::Malformed(_) | Self::Repeated(_) | Self::MalformedHeader | Self::TwoTokens => {
                Some(OAuthErrorCode::InvalidRequest)
            }
            Self::InvalidToken => Some(OAuthErrorCode::InvalidToken),
        }
    }

    /// The HTTP status: 400 for `invalid_request`, else 401 [RFC 6750 §3.1].
    #[must_use]
    pub fn status(self) -> u16 {
        if self.error_code() == Some(OAuthErrorCode::InvalidRequest) { 400 } else { 401 }
    }

    /// The `WWW-Authenticate` header [RFC 6750 §3].
    #[must_use]
    pub fn www_authenticate(self) -> String {
        match self.error_code() {
            None => r#"Bearer realm="userinfo""#.to_owned(),
            Some(code) => {
                format!(r#"Bearer realm="userinfo", error="{code}", error_description="{self}""#)
            }
        }
    }
}

/// The JSON body of a userinfo response [OIDC Core §5.3.2]. `Debug` does not show the person.
#[derive(Clone, PartialEq, Serialize)]
pub struct UserInfoResponse {
    sub: String,
    acr: String,
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl UserInfoResponse {
    /// The same `subject` and `acr` as in the ID token, and the mapped claims; those named in
    /// [`RESERVED_CLAIMS`](crate::RESERVED_CLAIMS) are left out.
    ///
    /// Behind an ALB the ID token never reaches the application, so the application learns here how
    /// strongly the person was identified.
    #[must_use]
    pub fn new(subject: String, acr: String, claims: Map<String, Value>) -> Self {
        Self { sub: subject, acr, claims: without_reserved(claims) }
    }
}

impl fmt::Debug for UserInfoResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserInfoResponse(redacted)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::samples::{access_token, is_description, params};

    fn header() -> String {
        format!("Bearer {}", access_token().as_str())
    }

    fn form() -> Params {
        params([("access_token", access_token().as_str())])
    }

    fn refusal(authorization: Option<&str>, form: Option<&Params>) -> UserInfoRequestError {
        bearer_token(authorization, form).unwrap_err()
    }

    #[test]
    fn takes_a_token_from_the_header_or_from_the_form() {
        let digest = access_token().digest();
        let lower = header().replacen("Bearer", "bearer", 1);
        assert_eq!(bearer_token(Some(&header()), None).unwrap().digest(), digest);
        assert_eq!(bearer_token(Some(&lower), Some(&params([]))).unwrap().digest(), digest);
        assert_eq!(bearer_token(None, Some(&form())).unwrap().digest(), digest);
    }

    #[test]
    fn a_request_without_a_token_is_told_no_error() {
        for (authorization, form) in
            [(None, None), (None, Some(&params([]))), (Some("Basic c2hvcDp4"), None)]
        {
            let error = refusal(authorization, form);
            assert_eq!((error, error.status()), (UserInfoRequestError::Missing, 401));
            assert_eq!(error.www_authenticate(), r#"Bearer realm="userinfo""#);
        }
    }

    #[test]
    fn refuses_a_token_in_two_places() {
        let error = refusal(Some(&header()), Some(&form()));
        assert_eq!((error, error.status()), (UserInfoRequestError::TwoTokens, 400));
        let token = access_token();
        let twice = params([("access_token", token.as_str()), ("access_token", token.as_str())]);
        let error = refusal(None, Some(&twice));
        assert_eq!(error, UserInfoRequestError::Repeated(RepeatedParamError("access_token")));
        assert_eq!(error.status(), 400);
    }

    #[test]
    fn refuses_a_header_that_holds_no_token() {
        for bad in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"x\"", "Bearer ==", "Bearer a,b"] {
            let error = refusal(Some(bad), None);
            assert_eq!(
                (error, error.status()),
                (UserInfoRequestError::MalformedHeader, 400),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_id_token_is_no_access_token() {
        let error = refusal(Some("Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"), None);
        assert_eq!((error, error.status()), (UserInfoRequestError::InvalidToken, 401));
        assert_eq!(
            error.www_authenticate(),
            "Bearer realm=\"userinfo\", error=\"invalid_token\", error_description=\
             \"the access token is unknown or expired; ask for a new one\""
        );
    }

    #[test]
    fn its_sentences_can_stand_in_a_header() {
        for error in [
            UserInfoRequestError::Malformed(ParamsError::BadEscape),
            UserInfoRequestError::Repeated(RepeatedParamError("access_token")),
            UserInfoRequestError::MalformedHeader,
            UserInfoRequestError::TwoTokens,
            UserInfoRequestError::InvalidToken,
        ] {
            assert!(is_description(&error.to_string()), "{error}");
        }
    }

    #[test]
    fn the_subject_cannot_be_mapped_over() {
        let claims = json!({ "sub": "forged", "iss": "forged", "given_name": "Aino" });
        let claims = serde_json::from_value(claims).unwrap();
        let info = UserInfoResponse::new("k3x9".to_owned(), "loa3".to_owned(), claims);
        assert_eq!(
            serde_json::to_value(&info).unwrap(),
            json!({ "sub": "k3x9", "acr": "loa3", "given_name": "Aino" })
        );
        assert_eq!(format!("{info:?}"), "UserInfoResponse(redacted)");
    }
}
