//! A secret that is a JSON object, as Secrets Manager's console makes them.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value as Json};

/// The members of an object.
pub(super) struct JsonSecret {
    members: Map<String, Json>,
    /// Whether one stands in it twice: which of the two counts, readers disagree about
    /// [RFC 8259 §4].
    pub(super) has_duplicates: bool,
}

impl JsonSecret {
    /// Reads the object that a secret is, if it is one.
    pub(super) fn read(text: &SecretString) -> Option<Self> {
        serde_json::from_str(text.expose_secret()).ok()
    }

    /// The text of a member, if it is there and is text.
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member).and_then(Json::as_str)
    }

    /// A member whose name differs from this one in letter case alone, or by blanks.
    pub(super) fn has_similar(&self, member: &str) -> bool {
        let near = |name: &String| name.trim().eq_ignore_ascii_case(member.trim());
        self.members.keys().any(near)
    }
}

impl<'de> Deserialize<'de> for JsonSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = JsonSecret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<JsonSecret, A::Error> {
        let mut object = JsonSecret { members: Map::new(), has_duplicates: false };
        while let Some((name, value)) = access.next_entry::<String, Json>()? {
            object.has_duplicates |= object.members.insert(name, value).is_some();
        }
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_object_that_names_a_member_twice_says_so() {
        let read = |text: &str| JsonSecret::read(&text.into());
        let once = read(r#" {"seal": "x", "number": 1} "#).unwrap();
        assert_eq!(
            (once.text("seal"), once.text("number"), once.has_duplicates),
            (Some("x"), None, false)
        );
        assert!(once.has_similar("Seal ") && !once.has_similar("shop"));
        assert!(read(r#"{"seal": "x", "shop": "y", "\u0073eal": "x"}"#).unwrap().has_duplicates);
        for other in ["", "x", "[]", "\"{}\"", r#"{"seal": "x"} y"#] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
