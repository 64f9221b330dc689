//! The logout token [OIDC Back-Channel Logout §2.4].

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::{
    jose::{keys::PublicKey, numeric_date::later, signing_input::SigningInput},
    op::issuer::Issuer,
    wire::{client_id::ClientId, query::form},
};

/// The contents of a logout token: a session of one person at one client is over. `Debug` does not show the
/// person.
pub struct LogoutToken<'a> {
    /// `iss`.
    pub issuer: &'a Issuer,
    /// `aud`: the client.
    pub audience: &'a ClientId,
    /// `sub`: the client's name of the person.
    pub subject: &'a str,
    /// `sid`: the client's name of the session.
    pub sid: &'a str,
    /// `jti`: fresh random octets, by which the client knows the token again.
    pub id: &'a str,
    /// `iat`.
    pub issued_at: Timestamp,
}

impl LogoutToken<'_> {
    /// The token before `key` signs it. It has no `nonce`, so that no client takes it for an ID token, and
    /// names its kind in the header [OIDC Back-Channel Logout §2.4; RFC 8725 §3.11].
    #[must_use]
    pub fn unsigned(&self, key: &PublicKey) -> UnsignedLogoutToken {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("iss", self.issuer.as_str().into());
        set("aud", self.audience.as_str().into());
        set("sub", self.subject.into());
        set("sid", self.sid.into());
        set("jti", self.id.into());
        set("iat", self.issued_at.as_second().into());
        set("exp", later(self.issued_at, LIFE).as_second().into());
        set("events", json!({ EVENT: {} }));
        UnsignedLogoutToken(SigningInput::new(key, KIND, claims))
    }
}

impl fmt::Debug for LogoutToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutToken").field("audience", &self.audience).finish_non_exhaustive()
    }
}

/// A logout token without its signature. It has no printable form.
pub struct UnsignedLogoutToken(SigningInput);

impl UnsignedLogoutToken {
    /// The JWS Signing Input [RFC 7515 §2].
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The form that carries the token with this signature [OIDC Back-Channel Logout §2.5].
    #[must_use]
    pub fn form(self, signature: &[u8]) -> SecretString {
        let token = self.0.with_signature(signature);
        form([("logout_token", token.as_str())]).into()
    }
}

impl fmt::Debug for UnsignedLogoutToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsignedLogoutToken(redacted)")
    }
}

/// At most two minutes are recommended, so that a token that was caught is soon good for nothing; each try
/// makes a new one.
const LIFE: Duration = Duration::from_mins(2);
const KIND: &str = "logout+jwt";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use josekit::{jwk::Jwk, jws::RS256, jwt};
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::op::id_token_hint::{Hint, OwnIdToken};
    use crate::samples::{KEY, client, issuer, keys};

    fn token() -> String {
        let (issuer, client) = (issuer(), client());
        let token = LogoutToken {
            issuer: &issuer,
            audience: client.id(),
            subject: "k3x9",
            sid: "AAECAwQFBgcICQoLDA0ODw",
            id: "j-1",
            issued_at: "2026-06-01T12:00:00Z".parse().unwrap(),
        };
        assert!(!format!("{token:?}").contains("k3x9"));
        let unsigned = token.unsigned(KEY.public());
        let signature = KEY.sign(unsigned.signing_input()).unwrap();
        let form = unsigned.form(&signature);
        form.expose_secret().strip_prefix("logout_token=").unwrap().to_owned()
    }

    #[test]
    fn a_client_that_knows_the_jwk_set_can_read_it() {
        let jwk: Jwk = serde_json::from_value(keys().jwks()["keys"][0].clone()).unwrap();
        let verifier = RS256.verifier_from_jwk(&jwk).unwrap();
        let (payload, header) = jwt::decode_with_verifier(token(), &verifier).unwrap();
        let (payload, header) = (Value::Object(payload.into()), Value::Object(header.into()));
        let kid = KEY.public().kid();
        assert_eq!(header, json!({ "alg": "RS256", "kid": kid, "typ": "logout+jwt" }));
        assert_eq!(
            payload,
            json!({
                "iss": "https://login.example",
                "aud": "shop",
                "sub": "k3x9",
                "sid": "AAECAwQFBgcICQoLDA0ODw",
                "jti": "j-1",
                "iat": 1_780_315_200,
                "exp": 1_780_315_320,
                "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
            })
        );
    }

    #[test]
    fn it_is_no_hint() {
        let hint = OwnIdToken::received(&token()).hint(&issuer(), &keys());
        assert_eq!(hint, Hint::NotOurs);
    }
}
