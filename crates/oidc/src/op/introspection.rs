//! The introspection response [RFC 7662 §2.2].

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    op::issuer::Issuer,
    wire::{client_id::ClientId, scope::Scope},
};

/// What is said of a token. `Debug` does not show the person.
#[derive(Clone)]
pub enum Introspection {
    /// It is of no use, at least to whoever asks; nothing says why.
    Inactive,
    /// It is good now.
    Active(ActiveToken),
}

/// What is said of a token that is good: whose it is and what it is for, and no claim of the person.
#[derive(Clone)]
pub struct ActiveToken {
    /// `token_type`: `Bearer` of an access token, absent of a refresh token.
    pub token_type: Option<&'static str>,
    /// `client_id`: whom it was issued to.
    pub client: ClientId,
    /// `scope`.
    pub scopes: Vec<Scope>,
    /// `sub`.
    pub subject: String,
    /// `acr`.
    pub acr: String,
    /// `auth_time`, if the upstream said so.
    pub auth_time: Option<Timestamp>,
    /// `exp`, where it is known.
    pub expires_at: Option<Timestamp>,
}

impl Introspection {
    /// The JSON body of the response; it must be sent with `Cache-Control: no-store`.
    #[must_use]
    pub fn body(&self, issuer: &Issuer) -> Value {
        let token = match self {
            Self::Inactive => return json!({ "active": false }),
            Self::Active(token) => token,
        };
        let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        set("active", true.into());
        set("iss", issuer.as_str().into());
        set("client_id", token.client.as_str().into());
        set("scope", scopes.join(" ").into());
        set("sub", token.subject.as_str().into());
        set("acr", token.acr.as_str().into());
        if let Some(token_type) = token.token_type {
            set("token_type", token_type.into());
        }
        if let Some(auth_time) = token.auth_time {
            set("auth_time", auth_time.as_second().into());
        }
        if let Some(expires_at) = token.expires_at {
            set("exp", expires_at.as_second().into());
        }
        Value::Object(body)
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inactive => "Introspection(inactive)",
            Self::Active(_) => "Introspection(active)",
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::{client, issuer};

    fn active() -> ActiveToken {
        ActiveToken {
            token_type: Some("Bearer"),
            client: client().id().clone(),
            scopes: vec![Scope::Openid, Scope::Email],
            subject: "k3x9".to_owned(),
            acr: "loa3".to_owned(),
            auth_time: Some("2026-06-01T11:30:00.9Z".parse().unwrap()),
            expires_at: Some("2026-06-01T12:00:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn says_of_a_good_token_whose_it_is_and_what_it_is_for() {
        assert_eq!(
            Introspection::Active(active()).body(&issuer()),
            json!({
                "active": true,
                "iss": "https://login.example",
                "client_id": "shop",
                "scope": "openid email",
                "sub": "k3x9",
                "acr": "loa3",
                "token_type": "Bearer",
                "auth_time": 1_780_313_400,
                "exp": 1_780_315_200,
            })
        );
        let less = ActiveToken { token_type: None, auth_time: None, expires_at: None, ..active() };
        let body = Introspection::Active(less).body(&issuer());
        for absent in ["token_type", "auth_time", "exp"] {
            assert_eq!(body.get(absent), None, "{absent}");
        }
    }

    #[test]
    fn says_of_any_other_that_it_is_not_good_and_nothing_more() {
        assert_eq!(Introspection::Inactive.body(&issuer()), json!({ "active": false }));
    }

    #[test]
    fn never_prints_the_person() {
        assert_eq!(format!("{:?}", Introspection::Active(active())), "Introspection(active)");
    }
}
