//! Clients whose software has limits of its own.

use serde_json::{Map, Value};
use thiserror::Error;

/// Software of clients that takes only so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// An Amazon Cognito user pool.
    Cognito,
    /// An AWS Application Load Balancer.
    Alb,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 2] = [Self::Cognito, Self::Alb];

    /// Its word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cognito => "cognito",
            Self::Alb => "alb",
        }
    }

    /// Checks what is said of a person: `claims` are those of userinfo, all of them. Nothing is ever cut:
    /// half a value is another one.
    ///
    /// # Errors
    /// [`PresetError`].
    pub fn check(self, claims: &Map<String, Value>) -> Result<(), PresetError> {
        match self {
            Self::Cognito => {
                let long = claims.iter().find(|(_, value)| octets(value) > COGNITO_VALUE);
                long.map_or(Ok(()), |(claim, _)| Err(PresetError::Value { claim: claim.clone() }))
            }
            Self::Alb => {
                let all = serde_json::to_vec(claims).map_or(usize::MAX, |all| all.len());
                if all > ALB_CLAIMS { Err(PresetError::Claims) } else { Ok(()) }
            }
        }
    }
}

/// The octets of a value as Cognito keeps it.
fn octets(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        other => other.to_string().len(),
    }
}

/// A client's software cannot take what is said of a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PresetError {
    /// The login would fail at Cognito, with a message that says nothing.
    #[error("the claim {claim} has more than 2048 octets, and Cognito takes no more")]
    Value {
        /// The name under which our configuration gives it to the client.
        claim: String,
    },
    /// The load balancer would answer with status 500.
    #[error("the claims have more than 10 KiB, and a load balancer takes 11 with the access token")]
    Claims,
}

impl PresetError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Value { .. } => "claim_too_long",
            Self::Claims => "claims_too_long",
        }
    }
}

/// The longest value of an attribute of a user pool, in octets of UTF-8.
pub const COGNITO_VALUE: usize = 2048;
/// The load balancer takes 11 KB of claims and access token together. Ours has 43 octets; what it adds
/// in its own cookies is not said, so a tenth is left.
const ALB_CLAIMS: usize = 10 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn checked(preset: Preset, claims: &Value) -> Result<(), PresetError> {
        preset.check(claims.as_object().unwrap())
    }

    #[test]
    fn cognito_takes_values_of_2048_octets_and_no_more() {
        let takes = |value: String| checked(Preset::Cognito, &json!({ "a": 1, "name": value }));
        assert_eq!(takes("x".repeat(2048)), Ok(()));
        let too_long = Err(PresetError::Value { claim: "name".to_owned() });
        assert_eq!(takes("x".repeat(2049)), too_long);
        // Octets, not characters.
        assert_eq!(takes("ä".repeat(1024)), Ok(()));
        assert_eq!(takes("ä".repeat(1025)), too_long);
    }

    /// A load balancer passes claims on in base64, and both take them as JSON.
    #[test]
    fn what_json_escapes_hinders_nobody() {
        for preset in Preset::ALL {
            for text in ["Kuja 1\n00100 Helsinki", "a\tb", "a\u{85}b", "a\u{7f}b"] {
                assert_eq!(checked(preset, &json!({ "address": text })), Ok(()), "{text:?}");
            }
        }
    }

    #[test]
    fn a_load_balancer_takes_claims_of_10_kib_together() {
        let takes = |octets: usize| checked(Preset::Alb, &json!({ "a": "x".repeat(octets) }));
        assert_eq!(takes(ALB_CLAIMS - r#"{"a":""}"#.len()), Ok(()));
        assert_eq!(takes(ALB_CLAIMS), Err(PresetError::Claims));
    }
}
