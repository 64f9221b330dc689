//! The dictionary: the internal name of each SAML attribute.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use thiserror::Error;

use crate::{Attribute, NAME_ID};

/// The attributes that are recognised of one upstream; all others are dropped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dictionary {
    by_name: BTreeMap<String, Attribute>,
    name_of: BTreeMap<String, String>,
    /// Whose sources were all taken by others, each with the one that has them.
    taken: BTreeMap<String, String>,
}

impl Dictionary {
    /// Checks the entries together.
    ///
    /// # Errors
    /// Every [`DictionaryError`] at once, in the order of the entries.
    pub fn new(attributes: Vec<Attribute>) -> Result<Self, Vec<DictionaryError>> {
        let (dictionary, errors) = Self::index(attributes);
        if errors.is_empty() { Ok(dictionary) } else { Err(errors) }
    }

    /// Lays entries that count at every upstream over those of this one. Of one name the sources are joined, the type
    /// is that of the entry on top, and what either calls sensitive is. A source that has another name here goes to
    /// the entry on top, and an entry with no source left is gone.
    ///
    /// # Errors
    /// Every [`DictionaryError`] of the entries on top, as [`Dictionary::new`].
    pub fn below(mut self, on_top: &[Attribute]) -> Result<Self, Vec<DictionaryError>> {
        let sources = |one: &Attribute| one.sources.clone();
        let owners: BTreeMap<_, _> = on_top
            .iter()
            .flat_map(|one| sources(one).into_iter().map(|source| (source, one.name.as_str())))
            .collect();
        let mut kept = vec![];
        for mut entry in self.by_name.into_values() {
            let owner = entry.sources.iter().find_map(|source| owners.get(source)).copied();
            let is_free = |source: &String| owners.get(source).is_none_or(|one| *one == entry.name);
            let (mut sources, had_some) = (entry.sources.clone(), !entry.sources.is_empty());
            sources.retain(is_free);
            entry.sources = sources;
            match owner {
                Some(owner) if had_some && entry.sources.is_empty() => {
                    self.taken.insert(entry.name, owner.to_owned());
                }
                _ => kept.push(entry),
            }
        }
        for one in on_top {
            let Some(below) = kept.iter_mut().find(|entry| entry.name == one.name) else {
                self.taken.remove(&one.name);
                kept.push(one.clone());
                continue;
            };
            below.kind = one.kind;
            below.sensitive |= one.sensitive;
            below.sources.retain(|source| !one.sources.contains(source));
            below.sources.splice(0..0, one.sources.iter().cloned());
        }
        let (dictionary, errors) = Self::index(kept);
        if errors.is_empty() { Ok(Self { taken: self.taken, ..dictionary }) } else { Err(errors) }
    }

    /// The entry that has taken every source of this one, which is therefore not there.
    #[must_use]
    pub fn taken_by(&self, name: &str) -> Option<&str> {
        self.taken.get(name).map(String::as_str)
    }

    /// The entry with this internal name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.by_name.get(name)
    }

    /// All entries, by internal name in alphabetical order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.by_name.values()
    }

    /// The internal name of what is delivered under the SAML `Name` `source`.
    // FriendlyName is never looked at: it is for people [SAML2Core §2.7.3.1], and its spelling varies.
    pub(crate) fn name_of(&self, source: &str) -> Option<&str> {
        self.name_of.get(source).map(String::as_str)
    }

    /// Indexes the valid entries, and lists the errors of the others.
    fn index(attributes: Vec<Attribute>) -> (Self, Vec<DictionaryError>) {
        let mut dictionary = Self::default();
        let mut errors = Vec::new();
        for attribute in attributes {
            let name = attribute.name.clone();
            let Entry::Vacant(place) = dictionary.by_name.entry(name.clone()) else {
                errors.push(DictionaryError::DuplicateName { name });
                continue;
            };
            if !is_name(&name) {
                errors.push(DictionaryError::BadName { name: name.clone() });
            }
            if attribute.sources.is_empty() && name != NAME_ID {
                errors.push(DictionaryError::NoSource { name: name.clone() });
            }
            for uri in &attribute.sources {
                // Compared byte for byte, one with a blank at its end would never match.
                if uri.is_empty() || uri.trim() != uri {
                    errors.push(DictionaryError::BadSource { name: name.clone() });
                }
                if let Some(first) = dictionary.name_of.insert(uri.clone(), name.clone()) {
                    let (uri, second) = (uri.clone(), name.clone());
                    errors.push(DictionaryError::SharedSource { uri, first, second });
                }
            }
            place.insert(attribute);
        }
        (dictionary, errors)
    }
}

/// Why a dictionary is refused. Every text in it comes from our own configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DictionaryError {
    /// Not `[A-Za-z][A-Za-z0-9_]*`.
    #[error("attribute name `{name}`: write a letter, then letters, digits or `_`")]
    BadName {
        /// The name as configured.
        name: String,
    },
    /// Two entries with one internal name, of which one may be built in.
    #[error("attribute `{name}` is built in, or defined twice; give it another name")]
    DuplicateName {
        /// The internal name.
        name: String,
    },
    /// An entry without a source.
    #[error("attribute `{name}` has no source; write the Name it is delivered under")]
    NoSource {
        /// The internal name.
        name: String,
    },
    /// An empty source, or one with white space at an end.
    #[error("attribute `{name}`: a source is empty, or has a blank at an end; write it exactly")]
    BadSource {
        /// The internal name.
        name: String,
    },
    /// One delivered attribute cannot be two.
    #[error("source `{uri}` is claimed by `{first}` and by `{second}`; leave it to one of them")]
    SharedSource {
        /// The source claimed twice.
        uri: String,
        /// The internal name that claimed it first.
        first: String,
        /// The internal name that claimed it again; the same as `first` when listed twice.
        second: String,
    },
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::Kind;
    use crate::example::suomifi;

    fn entry(name: &str, sources: &[&str]) -> Attribute {
        Attribute {
            name: name.into(),
            sources: sources.iter().map(ToString::to_string).collect(),
            kind: Kind::Text,
            sensitive: false,
        }
    }

    #[test]
    fn tells_all_faults_at_once() {
        let errors = Dictionary::new(vec![
            entry("cn", &["urn:oid:2.5.4.3"]),
            entry("cn", &["urn:oid:2.5.4.4"]),
            entry("common-name", &["urn:oid:2.5.4.3"]),
            entry("nothing", &[]),
            entry("blank", &["", "urn:x "]),
        ])
        .unwrap_err();
        let name = |name: &str| name.to_owned();
        assert_eq!(
            errors,
            [
                DictionaryError::DuplicateName { name: name("cn") },
                DictionaryError::BadName { name: name("common-name") },
                DictionaryError::SharedSource {
                    uri: name("urn:oid:2.5.4.3"),
                    first: name("cn"),
                    second: name("common-name"),
                },
                DictionaryError::NoSource { name: name("nothing") },
                DictionaryError::BadSource { name: name("blank") },
                DictionaryError::BadSource { name: name("blank") },
            ]
        );
    }

    #[test]
    fn a_name_is_a_letter_then_letters_digits_and_underscores() {
        for good in ["a", "KotikuntaKuntaS", "line_2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "2nd", "_x", "given name", "näyttö", "a.b", "custom:x"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn what_counts_everywhere_comes_on_top_of_what_an_upstream_has() {
        let both = suomifi().below(&[entry("role", &["urn:example:role"])]).unwrap();
        assert_eq!(both.attributes().count(), suomifi().attributes().count() + 1);
        assert_eq!(both.name_of("urn:example:role"), Some("role"));
        assert_eq!(both.name_of("urn:oid:2.5.4.3"), Some("cn"));
    }

    #[test]
    fn of_one_name_the_sources_are_joined_and_what_either_calls_sensitive_is() {
        let same = entry("cn", &["urn:example:cn", "urn:oid:2.5.4.3"]);
        let same = Attribute { kind: Kind::Date, ..same };
        let both = suomifi().below(&[same]).unwrap();
        assert_eq!(both.attribute("cn").unwrap().kind, Kind::Date);
        let sources = &both.attribute("cn").unwrap().sources;
        assert_eq!(sources, &["urn:example:cn", "urn:oid:2.5.4.3"]);
        assert!(both.attribute("cn").unwrap().sensitive);
        assert_eq!(both.taken_by("cn"), None);
    }

    #[test]
    fn an_entry_on_top_takes_a_source_and_who_has_none_left_is_gone() {
        let two = Dictionary::new(vec![entry("a", &["urn:1", "urn:2"]), entry("b", &["urn:3"])]);
        let both = two.unwrap().below(&[entry("mine", &["urn:1", "urn:3"])]).unwrap();
        assert_eq!(both.attribute("a").unwrap().sources, ["urn:2"]);
        assert_eq!((both.attribute("b"), both.taken_by("b")), (None, Some("mine")));
        assert_eq!(both.taken_by("a"), None);
        assert_eq!(both.name_of("urn:1"), Some("mine"));
    }
}
