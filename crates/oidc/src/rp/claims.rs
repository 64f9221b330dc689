//! What a provider says about a person.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

/// The claims of an ID token or of userinfo that describe the person, as lists of text for the
/// attribute dictionary. `Debug` shows only how many there are.
///
/// Numbers and booleans become text as JSON writes them. The members of an object, such as `address`
/// [OIDC Core §5.1.1], become claims of their own: `address.locality`. What is deeper is left out, and
/// so is `null` [OIDC Core §5.3.2]. Claims that describe the token or the login are left out too.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Claims(BTreeMap<String, Vec<String>>);

impl Claims {
    /// Reads the claims of a token whose signature is verified, or of userinfo.
    pub(super) fn read(members: &Map<String, Value>) -> Result<Self, ClaimsError> {
        let mut claims = Self::default();
        let of_person = |name: &str| !PROTOCOL_CLAIMS.contains(&name);
        for (name, value) in members.iter().filter(|(name, _)| of_person(name)) {
            if let Value::Object(inner) = value {
                for (member, value) in inner {
                    claims.add(format!("{name}.{member}"), value)?;
                }
            } else {
                claims.add(name.clone(), value)?;
            }
        }
        Ok(claims)
    }

    fn add(&mut self, name: String, value: &Value) -> Result<(), ClaimsError> {
        let Some(texts) = texts(value)? else { return Ok(()) };
        if name.len() > MAX_NAME_BYTES {
            return Err(ClaimsError::LongName);
        }
        if self.0.len() == MAX_CLAIMS {
            return Err(ClaimsError::TooMany);
        }
        match self.0.entry(name) {
            Entry::Vacant(place) => {
                place.insert(texts);
                Ok(())
            }
            // `address.locality` beside `address`: nobody may choose between the two.
            Entry::Occupied(_) => Err(ClaimsError::Ambiguous),
        }
    }

    /// These claims and those of `others` that are not among these: what an ID token says, which is
    /// signed, is not replaced by userinfo.
    #[must_use]
    pub fn completed_by(mut self, others: Self) -> Self {
        for (name, texts) in others.0 {
            self.0.entry(name).or_insert(texts);
        }
        self
    }

    /// The values of a claim; none when it is not there.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Every claim with its values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &str>)> {
        self.0.iter().map(|(name, texts)| (name.as_str(), texts.iter().map(String::as_str)))
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({})", self.0.len())
    }
}

/// The texts of one claim; `None` when it is left out.
fn texts(value: &Value) -> Result<Option<Vec<String>>, ClaimsError> {
    let texts = match value {
        Value::Array(items) if items.len() > MAX_VALUES => return Err(ClaimsError::TooManyValues),
        Value::Array(items) => items.iter().map(text).collect::<Option<Vec<_>>>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            text(value).map(|text| vec![text])
        }
    };
    match texts {
        Some(texts) if texts.iter().any(|text| text.len() > MAX_VALUE_BYTES) => {
            Err(ClaimsError::LongValue)
        }
        texts => Ok(texts),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The claims are more than a login can hold, or can be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// More than 256 claims.
    #[error("there are more than 256 claims")]
    TooMany,
    /// A claim with more than 64 values.
    #[error("a claim has more than 64 values")]
    TooManyValues,
    /// A name of more than 256 octets.
    #[error("the name of a claim is longer than 256 octets")]
    LongName,
    /// A value of more than 4096 octets.
    #[error("a value of a claim is longer than 4096 octets")]
    LongValue,
    /// A claim and a member of an object get the same name.
    #[error("two claims get the same name")]
    Ambiguous,
}

/// Claims about the token, the login and the parties. `sub`, `acr`, `auth_time` and `sid` are fields
/// of their own.
const PROTOCOL_CLAIMS: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "jti",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "auth_time",
    "acr",
    "sid",
];

/// The richest known set, of Suomi.fi, has some 40.
const MAX_CLAIMS: usize = 256;

/// As many as a list of roles or groups may have.
const MAX_VALUES: usize = 64;

/// Names are words or URIs.
const MAX_NAME_BYTES: usize = 256;

/// A formatted address, or a URL of a picture.
const MAX_VALUE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn read(claims: &Value) -> Result<Claims, ClaimsError> {
        Claims::read(claims.as_object().unwrap())
    }

    #[test]
    fn every_claim_of_the_person_becomes_a_list_of_texts() {
        let claims = read(&json!({
            "iss": "i", "sub": "s", "nonce": "n", "exp": 1, "acr": "a", "auth_time": 1,
            "given_name": "Nordea",
            "urn:oid:2.5.4.4": "Demo",
            "amr": ["pwd", "otp"],
            "email_verified": true,
            "updated_at": 1_700_000_000,
            "address": { "locality": "Turku", "geo": { "lat": 1 } },
            "nothing": null,
            "mixed": ["a", null],
        }));
        let claims = claims.unwrap();
        let read: Vec<_> =
            claims.iter().map(|(name, texts)| (name, texts.collect::<Vec<_>>())).collect();
        assert_eq!(
            read,
            [
                ("address.locality", vec!["Turku"]),
                ("amr", vec!["pwd", "otp"]),
                ("email_verified", vec!["true"]),
                ("given_name", vec!["Nordea"]),
                ("updated_at", vec!["1700000000"]),
                ("urn:oid:2.5.4.4", vec!["Demo"]),
            ]
        );
        assert_eq!(claims.values("nothing"), [""; 0]);
    }

    #[test]
    fn bounds_what_a_provider_can_say() {
        let many: Map<_, _> = (0..=MAX_CLAIMS).map(|n| (format!("c{n}"), json!("x"))).collect();
        let long = "x".repeat(MAX_VALUE_BYTES + 1);
        for (claims, reason) in [
            (Value::Object(many), ClaimsError::TooMany),
            (json!({ "a": vec!["x"; MAX_VALUES + 1] }), ClaimsError::TooManyValues),
            (json!({ "a": long }), ClaimsError::LongValue),
            (json!({ "a": [long] }), ClaimsError::LongValue),
            (json!({ "a": { "b": long } }), ClaimsError::LongValue),
            (json!({ "x".repeat(MAX_NAME_BYTES + 1): "a" }), ClaimsError::LongName),
            (json!({ "a": { "b": "1" }, "a.b": "2" }), ClaimsError::Ambiguous),
        ] {
            assert_eq!(read(&claims).unwrap_err(), reason);
        }
    }

    #[test]
    fn userinfo_completes_but_does_not_replace() {
        let signed = read(&json!({ "given_name": "signed" })).unwrap();
        let other = read(&json!({ "given_name": "other", "email": "a@b.example" })).unwrap();
        let both = signed.completed_by(other);
        assert_eq!(both.values("given_name"), ["signed"]);
        assert_eq!(both.values("email"), ["a@b.example"]);
    }

    #[test]
    fn nothing_about_the_person_is_printed() {
        let claims = read(&json!({ "given_name": "Nordea" })).unwrap();
        assert_eq!(format!("{claims:?}"), "Claims(1)");
    }
}
