//! The assertion by which we authenticate without a secret: `private_key_jwt` [OIDC Core §9].

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::{
    jose::{PLAIN_JWT, keys::PublicKey, signing_input::SigningInput},
    wire::{client_id::ClientId, opaque_token::OpaqueToken},
};

/// A client assertion before a key signs it [RFC 7523 §3]. It has no printable form.
pub struct UnsignedClientAssertion(SigningInput);

impl UnsignedClientAssertion {
    /// An assertion for one token request at `now`. The `audience` is the provider's issuer or its
    /// token endpoint, whichever the provider wants; `random` makes its `jti`, and `key` is the public
    /// half of the key that will sign it.
    #[must_use]
    pub fn new(
        client_id: &ClientId,
        audience: &str,
        random: &[u8; 32],
        now: Timestamp,
        key: &PublicKey,
    ) -> Self {
        let expires_at = now.as_second().saturating_add(LIFE.as_secs().cast_signed());
        let claims: [(&str, Value); 6] = [
            ("iss", client_id.as_str().into()),
            ("sub", client_id.as_str().into()),
            ("aud", audience.into()),
            ("jti", OpaqueToken::new(random).as_str().into()),
            ("iat", now.as_second().into()),
            ("exp", expires_at.into()),
        ];
        let claims = claims.into_iter().map(|(name, value)| (name.to_owned(), value));
        Self(SigningInput::new(key, PLAIN_JWT, claims.collect::<Map<_, _>>()))
    }

    /// The JWS Signing Input [RFC 7515 §2].
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The assertion with this RS256 signature.
    #[must_use]
    pub fn with_signature(self, signature: &[u8]) -> ClientAssertion {
        ClientAssertion(self.0.with_signature(signature).into())
    }
}

impl fmt::Debug for UnsignedClientAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsignedClientAssertion(redacted)")
    }
}

/// A signed client assertion. Who has it can be us, once, for a minute; so `Debug` does not show it.
#[derive(Clone)]
pub struct ClientAssertion(SecretString);

impl ClientAssertion {
    pub(super) fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ClientAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAssertion(redacted)")
    }
}

/// It is sent at once. Singpass takes two minutes at most, the Finnish Trust Network ten.
const LIFE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;
    use crate::rp::samples::{ISSUER, NOW, client_id};
    use crate::samples::KEY;

    #[test]
    fn says_who_we_are_for_whom_it_is_once_and_for_a_minute() {
        let id = client_id();
        let unsigned = UnsignedClientAssertion::new(&id, ISSUER, &[3; 32], NOW, KEY.public());
        let signature = KEY.sign(unsigned.signing_input()).unwrap();
        let signed = unsigned.with_signature(&signature);
        let parts: Vec<_> = signed.as_str().split('.').collect();
        let json = |part: &str| -> Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        let [header, claims, made] = parts.try_into().unwrap();
        assert_eq!(
            json(header),
            json!({ "alg": "RS256", "kid": KEY.public().kid(), "typ": "JWT" })
        );
        assert_eq!(
            json(claims),
            json!({
                "iss": "silta",
                "sub": "silta",
                "aud": ISSUER,
                "jti": URL_SAFE_NO_PAD.encode([3; 32]),
                "iat": NOW.as_second(),
                "exp": NOW.as_second() + 60,
            })
        );
        assert_eq!(URL_SAFE_NO_PAD.decode(made).unwrap(), signature);
        assert_eq!(format!("{signed:?}"), "ClientAssertion(redacted)");
    }
}
