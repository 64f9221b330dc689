//! An ID token of ours that comes back as a hint [OIDC Core §3.1.2.1].

use std::fmt;

use serde_json::Value;

use crate::{
    jose::{
        PLAIN_JWT,
        jwk_set::{JwkSet, KeySelectionError},
        jws::{JwsError, verified_claims},
        key_ring::KeyRing,
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

    /// Whom the token is about, and to which client it was issued. It may have expired: a hint is about
    /// who, not when.
    #[must_use]
    pub fn hint(&self, issuer: &Issuer, keys: &KeyRing) -> Hint {
        // What no key of ours can have signed is no old token of ours.
        let algorithms = keys.algorithms();
        let Ok(keys) = JwkSet::read(keys.jwks().to_string().as_bytes()) else {
            return Hint::NotOurs;
        };
        let claims = match verified_claims(&self.0, PLAIN_JWT, &algorithms, &keys) {
            Ok(claims) => claims,
            Err(JwsError::Key(KeySelectionError::UnknownKid)) => return Hint::UnknownKey,
            Err(_) => return Hint::NotOurs,
        };
        let text = |name| claims.get(name).and_then(Value::as_str);
        match (text("iss"), text("sub"), text("aud")) {
            (Some(iss), Some(sub), Some(aud)) if iss == issuer.as_str() => {
                Hint::Ours(HintedPerson {
                    sub: sub.to_owned(),
                    audience: aud.to_owned(),
                    sid: text("sid").map(str::to_owned),
                })
            }
            _ => Hint::NotOurs,
        }
    }
}

/// What a token that came as a hint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// We issued it, and a published key signed it.
    Ours(HintedPerson),
    /// It names a key that is not published. Ours leave the key ring some time after they signed, and
    /// a client may keep a token for longer, so it counts as no hint at all.
    UnknownKey,
    /// We did not issue it.
    NotOurs,
}

/// The person of a hint, who is one for the client alone that the token was issued to. `Debug` does not
/// show the person.
#[derive(Clone, PartialEq, Eq)]
pub struct HintedPerson {
    sub: String,
    audience: String,
    sid: Option<String>,
}

impl HintedPerson {
    /// `aud`: the client that the token was issued to. It may be none of today's.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// `sid`: the client's name of the session; the release before sessions gave none.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// The `sub` of the person, if the token was issued to this `client`.
    #[must_use]
    pub fn sub_for(&self, client: &ClientId) -> Option<&str> {
        (self.audience == client.as_str()).then_some(self.sub.as_str())
    }
}

impl fmt::Debug for HintedPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HintedPerson(redacted)")
    }
}

impl fmt::Debug for OwnIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnIdToken({} characters)", self.0.len())
    }
}
