//! What two files that were checked differ in, by place and never by value.

use std::collections::BTreeMap;
use std::fmt;

use crate::description::{Form, Kind, ROOT, Section};
use crate::effective::value_by;
use crate::quotable;
use crate::yaml::{Data, Node};

/// A place at which two files do not mean the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Where: a section, then the administrator's name in it or a key, and so on.
    pub place: Vec<String>,
    /// What happened there.
    pub kind: ChangeKind,
}

/// What happened at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It was not there; the same holds for all below it, which is no change of its own.
    Added,
    /// It is not there any more, nor is anything below it.
    Removed,
    /// It has another value.
    Changed,
}

impl ChangeKind {
    /// A short stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl Change {
    /// Whether it is at this place, below it, or of all that it is in.
    #[must_use]
    pub fn touches(&self, place: &[&str]) -> bool {
        self.place.iter().zip(place).all(|(one, other)| one == other)
    }

    /// The place, as messages write it.
    #[must_use]
    pub fn path(&self) -> String {
        // A name of the administrator's may be anything.
        let names = self.place.iter().map(|name| quotable(name).unwrap_or("…"));
        names.collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path(), self.kind.word())
    }
}

/// What of `after` means something else than `before`, in the order of the places.
pub(crate) fn changes(before: &Places, after: &Places) -> Vec<Change> {
    let gone = before.keys().filter(|place| !after.contains_key(*place));
    let gone = gone.map(|place| (place, ChangeKind::Removed));
    let others = after.iter().filter_map(|(place, value)| match before.get(place) {
        None => Some((place, ChangeKind::Added)),
        Some(former) if former != value => Some((place, ChangeKind::Changed)),
        Some(_) => None,
    });
    let all: BTreeMap<_, _> = gone.chain(others).collect();
    let is_of_another = |place: &[String], kind: ChangeKind| {
        let above = (1..place.len()).filter_map(|depth| all.get(&place.get(..depth)?.to_vec()));
        kind != ChangeKind::Changed && above.into_iter().any(|one| *one == kind)
    };
    let whole = all.iter().filter(|(place, kind)| !is_of_another(place, **kind));
    whole.map(|(place, kind)| Change { place: (*place).clone(), kind: *kind }).collect()
}

/// Every place with what it means; of a section, and of a name with all that it has, nothing but that it is there.
pub(crate) fn places(root: &Node<'_>) -> Places {
    let mut found = BTreeMap::new();
    section(root, &ROOT, &[], &mut found);
    found
}

/// What each place means.
pub(crate) type Places = BTreeMap<Vec<String>, String>;

fn section(node: &Node<'_>, description: &'static Section, place: &[String], found: &mut Places) {
    for key in description.keys {
        if let Some(value) = node.at(key.name) {
            value_at(value, &key.kind, &below(place, key.name), found);
        }
    }
}

fn value_at(node: &Node<'_>, kind: &'static Kind, place: &[String], found: &mut Places) {
    let mark = |found: &mut Places| {
        found.insert(place.to_vec(), String::new());
    };
    match kind {
        Kind::Section(description) => {
            mark(found);
            section(node, description, place, found);
        }
        Kind::Either(_, description) if matches!(node.data, Data::Map(_)) => {
            mark(found);
            section(node, description, place, found);
        }
        Kind::Either(kind, _) => value_at(node, kind, place, found),
        Kind::Variants(variants) => {
            mark(found);
            let word = node.at(variants.key.name).and_then(Node::text);
            if let Some((_, one)) = variants.of.iter().find(|(known, _)| Some(*known) == word) {
                section(node, one, place, found);
            }
        }
        // Where names may be those of people, the whole is one place.
        Kind::Map { names, of } if *names != Form::Personal => {
            mark(found);
            for entry in node.entries() {
                value_at(&entry.value, of, &below(place, &entry.name.text), found);
            }
        }
        _ => {
            let mut meaning = String::new();
            value_by(node, kind, &mut meaning);
            found.insert(place.to_vec(), meaning);
        }
    }
}

fn below(place: &[String], name: &str) -> Vec<String> {
    place.iter().cloned().chain([name.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::fs;
    use std::path::Path;

    use crate::{Document, whole_example};

    fn told(before: &str, after: &str) -> Vec<String> {
        let parsed = |text| Document::parse("f", text).unwrap();
        let changes = parsed(before).changes(&parsed(after));
        changes.iter().map(ToString::to_string).collect()
    }

    fn replaced(text: &str, from: &str, to: &str) -> String {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    }

    #[test]
    fn another_spelling_of_the_same_is_no_change() {
        let text = whole_example();
        assert_eq!(told(&text, &text), Vec::<String>::new());
        let spelt = replaced(&text, "refresh: 1m", "refresh: 60s # the same");
        assert_eq!(told(&text, &spelt), Vec::<String>::new());
        let default = replaced(&text, "  log: info\n", "");
        assert_eq!(told(&text, &default), Vec::<String>::new());
    }

    #[test]
    fn a_change_is_told_by_its_place_and_without_its_value() {
        let text = whole_example();
        let changed = replaced(&text, "refresh: 1m", "refresh: 2m");
        assert_eq!(told(&text, &changed), ["secrets.refresh changed"]);
    }

    #[test]
    fn a_table_is_one_place_so_that_nobody_in_it_is_named() {
        let table = |rows: &str| {
            whole_example().replacen(
                "tables:\n",
                &format!("tables:\n  people:\n    rows: {{ {rows} }}\n"),
                1,
            )
        };
        let told = told(&table("mikko.virtanen: admin"), &table("maija.meri: admin"));
        assert_eq!(told, ["tables.people.rows changed"]);
    }

    #[test]
    fn what_comes_or_goes_whole_is_one_change() {
        let minimal =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/minimal/silta.yaml");
        let text = fs::read_to_string(minimal).unwrap();
        let more = replaced(
            &text,
            "\nclients:\n",
            "\nclients:\n  another:\n    secret: env:OTHER\n    redirect_uris: [https://other.example/cb]\n    \
             claims: { mail: mail }\n",
        );
        assert_eq!(told(&text, &more), ["clients.another added"]);
        assert_eq!(told(&more, &text), ["clients.another removed"]);
        let claim = replaced(&more, "{ mail: mail }", "{ mail: mail, 010170-912X: mail }");
        assert_eq!(
            told(&more, &claim),
            ["clients.another.claims.… added"],
            "no name like a person's"
        );
        let renamed = replaced(&more, "{ mail: mail }", "{ post: mail }");
        let both = ["clients.another.claims.mail removed", "clients.another.claims.post added"];
        assert_eq!(told(&more, &renamed), both);
    }
}
