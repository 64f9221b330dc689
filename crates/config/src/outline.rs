//! What a file means, place by place and without any value, so that another file can be compared with it elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::changes::{Change, Places, changes};
use crate::quotable;

/// The places of a file, each with a fingerprint of what it means. Two outlines tell changes where both were made with
/// one fingerprint. Whoever has the function can try values: it has to be under a key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(Vec<String>, String)>", into = "Vec<(Vec<String>, String)>")]
pub struct Outline(Places);

impl Outline {
    pub(crate) fn of(places: &Places, fingerprint: &dyn Fn(&[String], &str) -> String) -> Self {
        let printed = places.iter().map(|(place, meaning)| {
            let shown = place.iter().map(|name| shown(name, fingerprint)).collect();
            // That a section is there has no meaning of its own.
            let print =
                if meaning.is_empty() { String::new() } else { fingerprint(place, meaning) };
            (shown, print)
        });
        Self(printed.collect())
    }

    /// The places at which `after` means something else, in their order.
    #[must_use]
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        changes(&self.0, &after.0)
    }
}

/// A name as it is; where it may be a person's, what stands for it, which no message repeats either.
#[must_use]
pub fn shown(name: &str, fingerprint: &dyn Fn(&[String], &str) -> String) -> String {
    match quotable(name) {
        Some(name) => name.to_owned(),
        None => format!("…{}", fingerprint(&[], name)),
    }
}

impl From<Vec<(Vec<String>, String)>> for Outline {
    fn from(places: Vec<(Vec<String>, String)>) -> Self {
        Self(places.into_iter().collect())
    }
}

impl From<Outline> for Vec<(Vec<String>, String)> {
    fn from(Outline(places): Outline) -> Self {
        places.into_iter().collect()
    }
}

impl fmt::Debug for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outline({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::fmt::Write as _;

    use super::*;
    use crate::{Document, whole_example};

    /// It stands for a keyed hash: no octet of what it is of is left.
    fn print(place: &[String], meaning: &str) -> String {
        let mut print = String::new();
        for octet in place.join("/").bytes().chain(meaning.bytes()) {
            write!(print, "{:x}", octet ^ 0x5a).unwrap();
        }
        print
    }

    fn outline(text: &str) -> Outline {
        Document::parse("f", text).unwrap().outline(&print)
    }

    #[test]
    fn outlines_tell_the_changes_of_their_files() {
        let text = whole_example();
        let changed = text.replacen("refresh: 1m", "refresh: 2m", 1).replacen(
            "\n  log: ",
            "\n  log: error #",
            1,
        );
        let parsed = |text| Document::parse("f", text).unwrap();
        let wanted = parsed(&text).changes(&parsed(&changed));
        assert_eq!(wanted.len(), 2);
        assert_eq!(outline(&text).changes(&outline(&changed)), wanted);
        assert_eq!(outline(&text).changes(&outline(&text)), []);
    }

    #[test]
    fn an_outline_goes_over_the_wire_and_holds_neither_values_nor_names_of_people() {
        let person = "tables:\n  people:\n    rows: { mikko.virtanen: admin }\n";
        let claim = "    claims:\n      010170-912X: mail\n";
        let text =
            whole_example().replacen("tables:\n", person, 1).replacen("    claims:\n", claim, 1);
        let outline = outline(&text);
        let sent = serde_json::to_string(&outline).unwrap();
        for hidden in
            ["mikko.virtanen", "010170-912X", "https://login.example", "env:SILTA_REDIS_URL"]
        {
            assert!(text.contains(hidden), "{hidden}");
            assert!(!sent.contains(hidden), "{hidden}");
        }
        assert_eq!(serde_json::from_str::<Outline>(&sent).unwrap(), outline);
        assert!(!format!("{outline:?}").contains("redis"));
    }
}
