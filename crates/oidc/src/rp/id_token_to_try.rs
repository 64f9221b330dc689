//! What an ID token says that nobody judges, to try rules on.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use crate::{
    jose::jws::{JwsError, read_unverified},
    rp::claims::{Claims, ClaimsError},
    wire::json::{JsonError, read_object},
};

/// What an ID token says of a person. Nobody signed it, as far as is known, and it lets nobody in: no login takes
/// one. `Debug` shows no value.
pub struct IdTokenToTry {
    /// `sub`.
    pub subject: String,
    /// `acr`, where it has one.
    pub acr: Option<String>,
    /// What it says of the person.
    pub claims: Claims,
}

impl IdTokenToTry {
    /// Reads a token as the provider issues it, or its claims as a JSON object. Signature, audience and times are not
    /// looked at.
    ///
    /// # Errors
    /// [`IdTokenToTryError`].
    pub fn read(text: &str) -> Result<Self, IdTokenToTryError> {
        let text = text.trim_ascii();
        let members = if text.starts_with('{') {
            read_object(text.as_bytes(), MAX_BYTES)?
        } else {
            read_unverified(text)?
        };
        let text = |name| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let subject = text("sub").ok_or(IdTokenToTryError::NoSubject)?;
        Ok(Self { subject, acr: text("acr"), claims: Claims::read(&members)? })
    }
}

impl fmt::Debug for IdTokenToTry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdTokenToTry({:?})", self.claims)
    }
}

/// It cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdTokenToTryError {
    /// It is no token.
    #[error("{0}")]
    Token(#[from] JwsError),
    /// It is no object of claims.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// A login with it is refused.
    #[error("{0}")]
    Claims(#[from] ClaimsError),
    /// No token of a login is without one [OIDC Core §2].
    #[error("it has no sub that is a text")]
    NoSubject,
}

/// As much as of a token in a login.
const MAX_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    const CLAIMS: &str = r#"{"iss":"i","sub":"s-7","acr":"high","roles":["a","b"]}"#;

    #[test]
    fn a_token_and_its_claims_say_the_same() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.{}\n", part(r#"{"alg":"RS256"}"#), part(CLAIMS), part("signed"));
        for saved in [token.as_str(), CLAIMS, &format!(" {CLAIMS}\n")] {
            let read = IdTokenToTry::read(saved).unwrap();
            assert_eq!((read.subject.as_str(), read.acr.as_deref()), ("s-7", Some("high")));
            assert_eq!(read.claims.values("roles"), ["a", "b"]);
            assert_eq!(format!("{read:?}"), "IdTokenToTry(Claims(1))");
        }
    }

    #[test]
    fn what_is_no_token_is_told_by_its_kind() {
        let refused = |saved: &str| IdTokenToTry::read(saved).unwrap_err();
        assert_eq!(refused("a.b.c.d.e"), IdTokenToTryError::Token(JwsError::Encrypted));
        assert_eq!(refused("a.b"), IdTokenToTryError::Token(JwsError::NotCompact));
        assert_eq!(refused("{"), IdTokenToTryError::Json(JsonError::NotJson));
        assert_eq!(
            refused(r#"{"sub":"a","sub":"b"}"#),
            IdTokenToTryError::Json(JsonError::RepeatedMember)
        );
        assert_eq!(refused(r#"{"sub":1}"#), IdTokenToTryError::NoSubject);
        let two = r#"{"sub":"s","a":{"b":"1"},"a.b":"2"}"#;
        assert_eq!(refused(two), IdTokenToTryError::Claims(ClaimsError::Ambiguous));
    }
}
