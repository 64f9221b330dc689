//! The ID token.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    jose::{PLAIN_JWT, keys::PublicKey, signing_input::SigningInput},
    op::{issuer::Issuer, token_response::AccessToken},
    wire::{at_hash::at_hash, client_id::ClientId},
};

/// The contents of an ID token [OIDC Core §2]. `Debug` does not show the person.
#[derive(Clone, PartialEq)]
pub struct IdToken {
    /// `iss`.
    pub issuer: Issuer,
    /// `sub`: opaque, at most 95 lower-case ASCII characters, because Cognito's user name is.
    pub subject: String,
    /// `aud`: a single string, for the ALB's sake.
    pub audience: ClientId,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `auth_time`: when the person authenticated, which may be long before; `None` where nobody asked
    /// and the upstream does not say.
    pub auth_time: Option<Timestamp>,
    /// `acr`: the assurance that was reached.
    pub acr: String,
    /// `nonce` of the authorization request, where it had one.
    pub nonce: Option<String>,
    /// `sid`: the client's name of the session [OIDC Front-Channel Logout §3].
    pub sid: Option<String>,
    /// The mapped claims. Those named in [`RESERVED_CLAIMS`] are left out.
    pub claims: Map<String, Value>,
}

impl IdToken {
    /// The token before `key` signs it, bound by `at_hash` to the `access_token` issued with it.
    #[must_use]
    pub fn unsigned(self, key: &PublicKey, access_token: &AccessToken) -> UnsignedIdToken {
        let mut claims = without_reserved(self.claims);
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("iss", self.issuer.as_str().into());
        set("sub", self.subject.into());
        set("aud", self.audience.as_str().into());
        set("iat", self.issued_at.as_second().into());
        set("exp", self.expires_at.as_second().into());
        set("acr", self.acr.into());
        set("at_hash", at_hash(access_token.as_str()).into());
        if let Some(auth_time) = self.auth_time {
            set("auth_time", auth_time.as_second().into());
        }
        if let Some(nonce) = self.nonce {
            set("nonce", nonce.into());
        }
        if let Some(sid) = self.sid {
            set("sid", sid.into());
        }
        UnsignedIdToken(SigningInput::new(key, PLAIN_JWT, claims))
    }
}

/// An ID token without its signature. `Debug` does not show the person.
pub struct UnsignedIdToken(SigningInput);

impl UnsignedIdToken {
    /// The JWS Signing Input [RFC 7515 §2].
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The token in compact serialisation [RFC 7515 §3.1], with this signature by the key that it was
    /// made for.
    #[must_use]
    pub fn with_signature(self, signature: &[u8]) -> String {
        self.0.with_signature(signature)
    }
}

impl fmt::Debug for UnsignedIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsignedIdToken(redacted)")
    }
}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdToken")
            .field("audience", &self.audience)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Mapped claims without the reserved ones.
pub(crate) fn without_reserved(mut claims: Map<String, Value>) -> Map<String, Value> {
    claims.retain(|name, _| !RESERVED_CLAIMS.contains(&name.as_str()));
    claims
}

/// Claims that a mapping may not make: they describe the token and the login, not the person, and
/// clients decide by them. A configuration that names one should be refused.
pub const RESERVED_CLAIMS: [&str; 18] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "acr",
    "amr",
    "azp",
    "nonce",
    "at_hash",
    "c_hash",
    "sid",
    // A logout token is known by this one [OIDC Back-Channel Logout §2.4].
    "events",
    // These make a client ask somebody else for claims [OIDC Core §5.6.2].
    "_claim_names",
    "_claim_sources",
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use josekit::{jwk::Jwk, jws::RS256, jwt};
    use serde_json::json;

    use super::*;
    use crate::samples::{KEY, access_token, client, issuer, keys};

    fn token(nonce: Option<&str>, claims: Value) -> IdToken {
        let noon: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        IdToken {
            issuer: issuer(),
            subject: "k3x9".to_owned(),
            audience: client().id().clone(),
            issued_at: noon,
            expires_at: noon + client().id_token_life(),
            auth_time: Some("2026-06-01T11:30:00.9Z".parse().unwrap()),
            acr: "http://eidas.europa.eu/LoA/high".to_owned(),
            nonce: nonce.map(str::to_owned),
            sid: nonce.map(|_| "AAECAwQFBgcICQoLDA0ODw".to_owned()),
            claims: serde_json::from_value(claims).unwrap(),
        }
    }

    fn signed(token: IdToken) -> String {
        let unsigned = token.unsigned(KEY.public(), &access_token());
        let signature = KEY.sign(unsigned.signing_input()).unwrap();
        unsigned.with_signature(&signature)
    }

    /// What a client reads that knows only our JWK Set.
    fn read(signed: &str) -> (Value, Value) {
        let jwk: Jwk = serde_json::from_value(keys().jwks()["keys"][0].clone()).unwrap();
        let verifier = RS256.verifier_from_jwk(&jwk).unwrap();
        let (payload, header) = jwt::decode_with_verifier(signed, &verifier).unwrap();
        (Value::Object(header.into()), Value::Object(payload.into()))
    }

    #[test]
    fn a_client_that_knows_the_jwk_set_can_read_it() {
        let claims = json!({ "family_name": "Öhman", "groups": ["a"] });
        let signed = signed(token(Some("n-1"), claims));
        let (header, payload) = read(&signed);
        assert_eq!(header, json!({ "alg": "RS256", "kid": KEY.public().kid(), "typ": "JWT" }));
        assert_eq!(
            payload,
            json!({
                "iss": "https://login.example",
                "sub": "k3x9",
                "aud": "shop",
                "iat": 1_780_315_200,
                "exp": 1_780_315_500,
                "auth_time": 1_780_313_400,
                "acr": "http://eidas.europa.eu/LoA/high",
                "nonce": "n-1",
                "sid": "AAECAwQFBgcICQoLDA0ODw",
                "at_hash": at_hash(access_token().as_str()),
                "family_name": "Öhman",
                "groups": ["a"],
            })
        );
    }

    #[test]
    fn a_mapping_cannot_speak_for_the_protocol() {
        let hostile = RESERVED_CLAIMS.map(|name| (name.to_owned(), json!("forged")));
        let hostile = Value::Object(hostile.into_iter().collect());
        let signed = signed(token(None, hostile));
        let (_, payload) = read(&signed);
        assert!(!payload.to_string().contains("forged"), "{payload}");
        assert_eq!((payload.get("nonce"), payload.get("sid")), (None, None));
    }

    #[test]
    fn at_hash_is_that_of_the_specification() {
        let example = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(example), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn never_prints_the_person() {
        let printed = format!("{:?}", token(None, json!({ "family_name": "Öhman" })));
        assert!(!printed.contains("Öhman") && !printed.contains("k3x9"), "{printed}");
    }
}
