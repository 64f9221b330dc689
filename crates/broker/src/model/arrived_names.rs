//! The names of the attributes that arrived with an identity, for whoever looks for the one that is missing.

use std::fmt;

use silta_mapping::unqualified;

/// Names of attributes as a verified message has them, and none of their values. What cannot stand in a
/// line of a log is told by its length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArrivedNames {
    shown: Vec<String>,
    /// How many more there were.
    more: usize,
    /// What people are known by at the upstream, where nothing of that arrived.
    wanted: Vec<String>,
}

impl ArrivedNames {
    /// The names that may be shown of these: the first, each once.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut arrived = Self::default();
        for name in names {
            let shown = shown_name(name);
            if arrived.shown.contains(&shown) {
                continue;
            }
            if arrived.shown.len() < SHOWN {
                arrived.shown.push(shown);
            } else {
                arrived.more += 1;
            }
        }
        arrived
    }

    /// The same, where nothing of these arrived, which are names of the configuration.
    #[must_use]
    pub fn without_subject(&self, subject: &[String]) -> Self {
        let plain = |name: &String| unqualified(name).unwrap_or(name).to_owned();
        Self { wanted: subject.iter().map(plain).collect(), ..self.clone() }
    }
}

impl fmt::Display for ArrivedNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.shown.as_slice(), self.more) {
            ([], _) => f.write_str("no attribute arrived"),
            (shown, 0) => write!(f, "what arrived is {}", shown.join(", ")),
            (shown, more) => write!(f, "what arrived is {}, and {more} more", shown.join(", ")),
        }?;
        match self.wanted.as_slice() {
            [] => Ok(()),
            wanted => write!(f, "; people are known by {}", wanted.join(" or ")),
        }
    }
}

/// The name of an attribute, if it is of 200 printable ASCII characters at most, without quotes, and without
/// `@`, before which a name may stand.
#[must_use]
pub fn shown_name(name: &str) -> String {
    if name.len() <= LIMIT && name.bytes().all(may_be_shown) {
        name.to_owned()
    } else {
        format!("another text of {} characters", name.chars().count())
    }
}

fn may_be_shown(one: u8) -> bool {
    one == b' ' || one.is_ascii_graphic() && !matches!(one, b'"' | b'\'' | b'`' | b'\\' | b'@')
}

/// As many as a person reads.
const SHOWN: usize = 32;
/// Real names are URIs of some fifty characters.
const LIMIT: usize = 200;

#[cfg(test)]
mod tests {
    use silta_mapping::{NAME_ID, qualified};

    use super::*;

    #[test]
    fn names_are_shown_as_they_arrived_each_once() {
        let names = ["uid", "urn:mace:dir:attribute-def:uid", "uid", "display name"];
        let told = ArrivedNames::of(names).to_string();
        assert_eq!(told, "what arrived is uid, urn:mace:dir:attribute-def:uid, display name");
        assert_eq!(ArrivedNames::of([]).to_string(), "no attribute arrived");
        let subject = ["uid".to_owned(), qualified(NAME_ID)];
        let told = ArrivedNames::of(["mail"]).without_subject(&subject).to_string();
        assert_eq!(told, "what arrived is mail; people are known by uid or nameid");
    }

    #[test]
    fn what_could_forge_a_line_is_told_by_its_length() {
        let long = "a".repeat(10_000);
        for name in
            ["a\nb", "\u{1b}[2J", "ä", "a\u{202e}", "a\"b", "a\\b", "aino@example.com", &long]
        {
            let count = name.chars().count();
            let told = ArrivedNames::of([name]).to_string();
            assert_eq!(told, format!("what arrived is another text of {count} characters"));
        }
    }

    #[test]
    fn of_many_names_the_first_are_shown() {
        let names: Vec<_> = (0..1_000).map(|n| format!("name-{n}")).collect();
        let told = ArrivedNames::of(names.iter().map(String::as_str)).to_string();
        assert!(told.ends_with(", name-31, and 968 more"), "{told}");
    }
}
