//! Shows what octets in CBOR say, as JSON.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::hex::hex;

/// What these octets say. Octets inside of them are shown in hexadecimal, or as what they say where
/// they are CBOR below a tag themselves.
pub(super) fn as_json(octets: &[u8]) -> Value {
    minicbor_serde::from_slice::<Shown>(octets).unwrap().0
}

struct Shown(Value);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Show).map(Self)
    }
}

struct Show;

impl<'de> Visitor<'de> for Show {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything that a record holds")
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_bytes<E: Error>(self, octets: &[u8]) -> Result<Value, E> {
        Ok(match minicbor_serde::from_slice::<Shown>(octets) {
            Ok(Shown(inside @ Value::Object(_))) => json!({ "$cbor": inside }),
            _ => json!({ "$hex": hex(octets) }),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut shown = Vec::new();
        while let Some(Shown(one)) = seq.next_element()? {
            shown.push(one);
        }
        Ok(shown.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut shown = Map::new();
        while let Some((name, Shown(value))) = map.next_entry::<String, Shown>()? {
            // A field that is written twice would be read once.
            assert!(shown.insert(name.clone(), value).is_none(), "{name} comes twice");
        }
        Ok(shown.into())
    }
}
