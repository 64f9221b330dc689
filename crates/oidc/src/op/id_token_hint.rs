//! An ID token of ours that comes back as a hint [OIDC Core §3.1.2.1].

use std::fmt;

use serde_json::Value;

use crate::{
    jose::{algorithm::SignatureAlgorithm, jwk_set::JwkSet, jws::verified_claims, keys::KeyRing},
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

    /// The `sub` of the token, if we issued it to `client` and a key that is published signed it. It
    /// may have expired: a hint is about who, not when.
    #[must_use]
    pub fn subject(&self, issuer: &Issuer, client: &ClientId, keys: &KeyRing) -> Option<String> {
        let keys = JwkSet::read(keys.jwks().to_string().as_bytes()).ok()?;
        let claims = verified_claims(&self.0, &[SignatureAlgorithm::Rs256], &keys).ok()?;
        let text = |name| claims.get(name).and_then(Value::as_str);
        let ours = text("iss") == Some(issuer.as_str()) && text("aud") == Some(client.as_str());
        text("sub").filter(|_| ours).map(str::to_owned)
    }
}

impl fmt::Debug for OwnIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnIdToken({} characters)", self.0.len())
    }
}
