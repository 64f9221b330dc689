//! What a user pool keeps about a person, and what of it a login changes.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};
use url::form_urlencoded::byte_serialize;

use super::Attribute;

/// The attributes of one person. `Debug` does not show them.
#[derive(Clone, Default)]
pub struct Profile(BTreeMap<String, String>);

/// Why a login's claims cannot become a profile. No value is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserProfileError {
    /// `sub` has more characters than fit a username of 128 under every provider's name.
    SubTooLong(usize),
    /// A value for this attribute has more than 2,048 bytes.
    ValueTooLong {
        /// The attribute.
        attribute: String,
        /// How many bytes it has.
        bytes: usize,
    },
    /// This claim is an object, null, or a list with one of them: only flat claims are documented.
    NotFlat(String),
    /// A value came for this attribute, which can never change.
    Immutable(String),
    /// This attribute must have a value and has none.
    RequiredMissing(String),
}

/// `<ProviderName>_<sub>`, in lower case as in a pool that ignores case: two `sub`s that differ in
/// nothing else are one person.
pub(super) fn username(provider: &str, sub: &str) -> Result<String, UserProfileError> {
    let length = sub.chars().count();
    if length > SUB {
        return Err(UserProfileError::SubTooLong(length));
    }
    Ok(format!("{provider}_{sub}").to_lowercase())
}

impl Profile {
    /// The value of an attribute; a cleared one has none.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every attribute with its value.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes over what is mapped. A claim that does not come leaves the stored value; an empty one
    /// clears it.
    pub(super) fn learn(
        &mut self,
        told: &Map<String, Value>,
        mapping: &[(String, String)],
        pool: &[Attribute],
    ) -> Result<(), UserProfileError> {
        for attribute in pool {
            let name = &attribute.name;
            let Some((_, claim)) = mapping.iter().find(|(key, _)| key == name) else { continue };
            let Some(value) = told.get(claim) else { continue };
            let value = text(value).ok_or_else(|| UserProfileError::NotFlat(claim.clone()))?;
            if value.len() > VALUE {
                let (attribute, bytes) = (name.clone(), value.len());
                return Err(UserProfileError::ValueTooLong { attribute, bytes });
            }
            if !attribute.mutable {
                return Err(UserProfileError::Immutable(name.clone()));
            }
            if !attribute.writable {
                continue;
            }
            if value.is_empty() {
                self.0.remove(name);
            } else {
                self.0.insert(name.clone(), value);
            }
        }
        let missing = pool.iter().find(|one| one.required && !self.0.contains_key(&one.name));
        missing.map_or(Ok(()), |one| Err(UserProfileError::RequiredMissing(one.name.clone())))
    }
}

/// The one text that a claim becomes: `[a,b]` of several, each as in a form.
fn text(value: &Value) -> Option<String> {
    let Value::Array(values) = value else { return plain(value) };
    let encoded = values.iter().map(|one| Some(byte_serialize(plain(one)?.as_bytes()).collect()));
    let encoded: Option<Vec<String>> = encoded.collect();
    Some(format!("[{}]", encoded?.join(",")))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({} attributes)", self.0.len())
    }
}

/// A username has 128 characters, a provider's name up to 32, and one stands between.
const SUB: usize = 128 - 32 - 1;
/// In bytes: the documentation says characters in one place and bytes in another.
const VALUE: usize = 2048;
