//! JSON objects of a peer, read so that no two readers can read them differently.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use thiserror::Error;

/// Reads one JSON object of at most `limit` octets. A member that stands twice in one object is
/// refused, because [RFC 8259 §4] lets readers choose which of the two they see.
///
/// # Errors
/// [`JsonError`].
pub(crate) fn read_object(octets: &[u8], limit: usize) -> Result<Map<String, Value>, JsonError> {
    if octets.len() > limit {
        return Err(JsonError::TooLong);
    }
    let found = Cell::new(JsonError::NotJson);
    let mut reader = serde_json::Deserializer::from_slice(octets);
    let value = StrictValue { depth: 0, found: &found }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|_| found.get())?;
    match value {
        Value::Object(members) => Ok(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(JsonError::NotAnObject)
        }
    }
}

/// A peer's JSON has no unambiguous reading, or is more than any peer needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JsonError {
    /// More octets than the place allows.
    #[error("it is too long")]
    TooLong,
    /// Not JSON in UTF-8, or something follows it.
    #[error("it is not JSON")]
    NotJson,
    /// JSON, but not an object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// One object has a member twice.
    #[error("it has a member twice")]
    RepeatedMember,
    /// Objects and arrays within each other, more than 16 deep.
    #[error("it is nested too deeply")]
    TooDeep,
    /// U+0000, where a reader in C would stop.
    #[error("it holds a zero character")]
    ZeroCharacter,
}

/// Reads a value; `found` tells why it refuses what is well-formed.
#[derive(Clone, Copy)]
struct StrictValue<'a> {
    depth: usize,
    found: &'a Cell<JsonError>,
}

impl StrictValue<'_> {
    fn refuse<E: serde::de::Error>(self, error: JsonError) -> E {
        self.found.set(error);
        E::custom("refused")
    }

    /// The reader of what is inside this value.
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.refuse(JsonError::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn text<E: serde::de::Error>(self, text: String) -> Result<String, E> {
        if text.contains('\0') { Err(self.refuse(JsonError::ZeroCharacter)) } else { Ok(text) }
    }
}

impl<'de> DeserializeSeed<'de> for StrictValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.text(value.to_owned()).map(Value::String)
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.text(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut read = vec![];
        while let Some(item) = items.next_element_seed(inside)? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let name = self.text(name)?;
            if read.contains_key(&name) {
                return Err(self.refuse(JsonError::RepeatedMember));
            }
            let value = members.next_value_seed(inside)?;
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

/// The deepest claims that are in use, those of identity assurance, are about eight deep.
const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn error(text: &str) -> JsonError {
        read_object(text.as_bytes(), 1000).unwrap_err()
    }

    #[test]
    fn reads_every_kind_of_value() {
        let value = json!({ "a": [null, true, -1, 1.5, "ä\n"], "b": { "c": u64::MAX } });
        let read = read_object(value.to_string().as_bytes(), 1000).unwrap();
        assert_eq!(Value::Object(read), value);
    }

    #[test]
    fn refuses_what_two_readers_could_read_differently() {
        for (text, expected) in [
            ("", JsonError::NotJson),
            ("{", JsonError::NotJson),
            ("{} {}", JsonError::NotJson),
            ("{}\0", JsonError::NotJson),
            ("\u{feff}{}", JsonError::NotJson),
            ("{'a':1}", JsonError::NotJson),
            ("{\"a\":1,}", JsonError::NotJson),
            ("{\"a\":NaN}", JsonError::NotJson),
            ("{\"a\":1e999}", JsonError::NotJson),
            ("{\"a\":\"\\ud800\"}", JsonError::NotJson),
            ("[]", JsonError::NotAnObject),
            ("\"a\"", JsonError::NotAnObject),
            ("{\"a\":1,\"a\":1}", JsonError::RepeatedMember),
            ("{\"a\":1,\"\\u0061\":2}", JsonError::RepeatedMember),
            ("{\"o\":[{\"a\":1,\"a\":2}]}", JsonError::RepeatedMember),
            ("{\"a\":\"b\\u0000c\"}", JsonError::ZeroCharacter),
            ("{\"a\\u0000\":1}", JsonError::ZeroCharacter),
        ] {
            assert_eq!(error(text), expected, "{text:?}");
        }
        assert_eq!(read_object(b"{\"a\":\"\xff\"}", 1000), Err(JsonError::NotJson));
    }

    #[test]
    fn bounds_depth_and_length() {
        let nested = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(read_object(nested(MAX_DEPTH - 1).as_bytes(), 1000).is_ok());
        assert_eq!(error(&nested(MAX_DEPTH)), JsonError::TooDeep);
        assert_eq!(error(&nested(400)), JsonError::TooDeep);
        assert_eq!(read_object(b"{} ", 2), Err(JsonError::TooLong));
    }
}
