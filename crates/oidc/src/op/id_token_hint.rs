//! An ID token of ours that comes back as a hint [OIDC Core §3.1.2.1].

use std::fmt;

use serde_json::Value;

use crate::{
    jose::{
        PLAIN_JWT,
        algorithm::SignatureAlgorithm,
        jwk_set::{JwkSet, KeySelectionError},
        jws::{JwsError, verified_claims},
        keys::KeyRing,
    },
    op::issuer::Issuer,
    wire::client_id::ClientId,
};

/// What came as `id_token_hint`. Nothing of it is verified, and there is no way to read it without.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnIdToken(String);

impl OwnIdToken {
    pub(crate) fn received(compact: &str) -> Self {
        Self(compact.to_owned())
    }

    /// Whom the token is about. It may have expired: a hint is about who, not when.
    #[must_use]
    pub fn hint(&self, issuer: &Issuer, client: &ClientId, keys: &KeyRing) -> Hint {
        let Ok(keys) = JwkSet::read(keys.jwks().to_string().as_bytes()) else {
            return Hint::NotOurs;
        };
        let claims = match verified_claims(&self.0, PLAIN_JWT, &[SignatureAlgorithm::Rs256], &keys)
        {
            Ok(claims) => claims,
            Err(JwsError::Key(KeySelectionError::UnknownKid)) => return Hint::UnknownKey,
            Err(_) => return Hint::NotOurs,
        };
        let text = |name| claims.get(name).and_then(Value::as_str);
        let ours = text("iss") == Some(issuer.as_str()) && text("aud") == Some(client.as_str());
        match text("sub").filter(|_| ours) {
            Some(sub) => Hint::Person(sub.to_owned()),
            None => Hint::NotOurs,
        }
    }
}

/// What a token that came as a hint says. `Debug` does not show the person.
#[derive(Clone, PartialEq, Eq)]
pub enum Hint {
    /// The `sub` of the person: we issued the token to this client, and a published key signed it.
    Person(String),
    /// It names a key that is not published. Ours leave the key ring some time after they signed, and
    /// a client may keep a token for longer, so it counts as no hint at all.
    UnknownKey,
    /// We did not issue it, or not to this client.
    NotOurs,
}

impl fmt::Debug for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person(_) => "Person(redacted)",
            Self::UnknownKey => "UnknownKey",
            Self::NotOurs => "NotOurs",
        })
    }
}

impl fmt::Debug for OwnIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnIdToken({} characters)", self.0.len())
    }
}
