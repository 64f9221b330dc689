//! The userinfo response of a provider [OIDC Core §5.3.2].

use serde_json::Value;
use thiserror::Error;

use crate::{
    rp::{
        claims::{Claims, ClaimsError},
        id_token::VerifiedIdToken,
        response::ProviderResponse,
    },
    wire::json::JsonError,
};

/// The claims of a userinfo response about the person of `id_token`. Its `sub` must be there and must
/// be the same: userinfo is not signed, and an access token could be another person's.
///
/// # Errors
/// [`UserInfoError`].
pub fn verified_userinfo(
    response: &ProviderResponse<'_>,
    id_token: &VerifiedIdToken,
) -> Result<Claims, UserInfoError> {
    if response.status != 200 {
        return Err(UserInfoError::Status(response.status));
    }
    match response.media_type().as_str() {
        "application/json" => {}
        "application/jwt" => return Err(UserInfoError::Jwt),
        _ => return Err(UserInfoError::ContentType),
    }
    let members = response.json()?;
    match members.get("sub").and_then(Value::as_str) {
        Some(sub) if sub == id_token.subject().as_str() => {}
        Some(_) => return Err(UserInfoError::WrongSubject),
        None => return Err(UserInfoError::SubjectMissing),
    }
    Ok(Claims::read(&members)?)
}

/// A userinfo response says nothing about the person who logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserInfoError {
    /// Anything but 200; a redirect is not followed.
    #[error("the userinfo endpoint answered with the status {0}")]
    Status(u16),
    /// A signed or encrypted response, which is not supported.
    #[error("the userinfo response is a JWT; have the provider send application/json")]
    Jwt,
    /// Something else than `application/json`.
    #[error("the userinfo response is not application/json")]
    ContentType,
    /// The body has no unambiguous reading.
    #[error("the userinfo response cannot be read: {0}")]
    Json(#[from] JsonError),
    /// No `sub`.
    #[error("the userinfo response has no sub")]
    SubjectMissing,
    /// The `sub` of another person [OIDC Core §5.3.2].
    #[error("the sub of the userinfo response is not that of the ID token")]
    WrongSubject,
    /// More claims than a login can hold.
    #[error("the claims of the userinfo response cannot be kept: {0}")]
    Claims(#[from] ClaimsError),
}

impl UserInfoError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Status(_) => "userinfo_status",
            Self::Jwt => "userinfo_jwt",
            Self::ContentType | Self::Json(_) | Self::SubjectMissing => "userinfo_malformed",
            Self::WrongSubject => "userinfo_wrong_subject",
            Self::Claims(_) => "userinfo_claims",
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::rp::samples::{SUBJECT, verified};

    fn answer(status: u16, content_type: &str, body: &str) -> Result<Claims, UserInfoError> {
        let content_type = Some(content_type);
        let response = ProviderResponse { status, content_type, body: body.as_bytes() };
        verified_userinfo(&response, &verified())
    }

    #[test]
    fn takes_claims_about_the_same_person() {
        let body = format!(r#"{{"sub":"{SUBJECT}","email":"a@b.example"}}"#);
        let claims = answer(200, "application/json;charset=UTF-8", &body).unwrap();
        assert_eq!(claims.values("email"), ["a@b.example"]);
        assert_eq!(claims.values("sub"), [""; 0]);
    }

    #[test]
    fn each_deviation_has_its_own_reason() {
        use UserInfoError as E;
        let upper = format!(r#"{{"sub":"{}"}}"#, SUBJECT.to_uppercase());
        let twice = format!(r#"{{"sub":"{SUBJECT}","sub":"{SUBJECT}"}}"#);
        let many = format!(r#"{{"sub":"{SUBJECT}","a":"{}"}}"#, "x".repeat(5000));
        let json = "application/json";
        for (status, content_type, body, reason) in [
            (200, json, r#"{"sub":"somebody-else"}"#, E::WrongSubject),
            (200, json, upper.as_str(), E::WrongSubject),
            (200, json, r#"{"email":"a@b.example"}"#, E::SubjectMissing),
            (200, json, r#"{"sub":null}"#, E::SubjectMissing),
            (200, json, twice.as_str(), E::Json(JsonError::RepeatedMember)),
            (200, json, many.as_str(), E::Claims(ClaimsError::LongValue)),
            (200, json, "e.y.J", E::Json(JsonError::NotJson)),
            (200, "application/jwt", "e.y.J", E::Jwt),
            (200, "text/html", "{}", E::ContentType),
            (401, json, "{}", E::Status(401)),
            (307, json, "{}", E::Status(307)),
        ] {
            assert_eq!(answer(status, content_type, body).unwrap_err(), reason, "{content_type}");
        }
    }
}
