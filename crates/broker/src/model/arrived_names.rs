//! The names of the attributes that arrived with an identity, for whoever looks for the one that is missing.

use std::fmt;

/// Names of attributes as a verified message has them, and none of their values. What cannot stand in a
/// line of a log is told by its length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArrivedNames {
    shown: Vec<String>,
    /// How many more there were.
    more: usize,
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
}

impl fmt::Display for ArrivedNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.shown.as_slice(), self.more) {
            ([], _) => f.write_str("no attribute arrived"),
            (shown, 0) => write!(f, "what arrived is {}", shown.join(", ")),
            (shown, more) => write!(f, "what arrived is {}, and {more} more", shown.join(", ")),
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
    use super::*;

    #[test]
    fn names_are_shown_as_they_arrived_each_once() {
        let names = ["uid", "urn:mace:dir:attribute-def:uid", "uid", "display name"];
        let told = ArrivedNames::of(names).to_string();
        assert_eq!(told, "what arrived is uid, urn:mace:dir:attribute-def:uid, display name");
        assert_eq!(ArrivedNames::of([]).to_string(), "no attribute arrived");
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
