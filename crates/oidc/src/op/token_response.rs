//! The token response [OIDC Core §3.1.3.3].

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use secrecy::ExposeSecret;

use crate::op::refresh_token::RefreshToken;
use crate::wire::{opaque_token::OpaqueToken, scope::Scope};

/// An access token: 43 opaque characters, short because the ALB keeps it in a cookie.
#[derive(Debug, Clone)]
pub struct AccessToken(OpaqueToken);

impl AccessToken {
    /// The token of 32 cryptographically random bytes.
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        Self(OpaqueToken::new(random))
    }

    /// A token as a client sent it; `None` when we cannot have issued it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OpaqueToken::parse(text).map(Self)
    }

    /// SHA-256 of the token: the name of its record in the store.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.0.digest()
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The JSON body of a token response [OIDC Core §3.1.3.3]; it must be sent with
/// `Cache-Control: no-store`.
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    #[serde(serialize_with = "serialize_token")]
    access_token: AccessToken,
    token_type: &'static str,
    expires_in: u64,
    id_token: String,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_refresh_token")]
    refresh_token: Option<RefreshToken>,
}

impl TokenResponse {
    /// A response with a signed `id_token`, and an access token that lives for `life`.
    #[must_use]
    pub fn new(
        access_token: AccessToken,
        life: Duration,
        id_token: String,
        scopes: &[Scope],
    ) -> Self {
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        Self {
            access_token,
            token_type: "Bearer",
            expires_in: life.as_secs(),
            id_token,
            scope: scopes.join(" "),
            refresh_token: None,
        }
    }

    /// The same with a refresh token.
    #[must_use]
    pub fn with_refresh_token(self, refresh_token: RefreshToken) -> Self {
        Self { refresh_token: Some(refresh_token), ..self }
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenResponse(redacted)")
    }
}

/// The only place that writes a refresh token.
#[expect(clippy::ref_option, reason = "serde calls it with a reference")]
fn serialize_refresh_token<S: Serializer>(
    token: &Option<RefreshToken>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let text = token.as_ref().map(RefreshToken::to_text);
    text.as_ref().map(ExposeSecret::expose_secret).serialize(to)
}

/// The only place that writes an access token.
fn serialize_token<S: Serializer>(token: &AccessToken, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(token.as_str())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::samples::access_token;

    fn response() -> TokenResponse {
        let scopes = [Scope::Openid, Scope::Email];
        TokenResponse::new(access_token(), Duration::from_mins(5), "e.y.J".to_owned(), &scopes)
    }

    #[test]
    fn answers_with_the_members_of_the_specification() {
        assert_eq!(
            serde_json::to_value(response()).unwrap(),
            json!({
                "access_token": access_token().as_str(),
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": "e.y.J",
                "scope": "openid email",
            })
        );
    }

    #[test]
    fn a_refresh_token_stands_beside_the_others() {
        let token = RefreshToken::new(&[1; 16], 0, &[2; 32]);
        let answered = serde_json::to_value(response().with_refresh_token(token.clone())).unwrap();
        let text = token.to_text();
        assert_eq!(answered.get("refresh_token"), Some(&json!(text.expose_secret())));
        assert_eq!(answered.get("scope"), Some(&json!("openid email")));
    }

    #[test]
    fn never_prints_a_token() {
        let printed = format!("{:?} {:?}", response(), access_token());
        assert_eq!(printed, "TokenResponse(redacted) AccessToken(redacted)");
    }
}
