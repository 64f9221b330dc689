//! The dictionary: the internal name of each SAML attribute.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use thiserror::Error;

use crate::{Kind, NAME_ID};

/// One attribute that the configuration may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The internal name, used in rules: `[A-Za-z][A-Za-z0-9_]*`.
    pub name: String,
    /// The SAML `Name`s it is delivered under, compared byte for byte; none of [`NAME_ID`] alone.
    pub sources: Vec<String>,
    /// The type of its values.
    pub kind: Kind,
    /// Whether it must stay out of everything printed: it identifies a person, or says where they
    /// live, or that this may not be told.
    pub sensitive: bool,
}

/// The attributes that are recognised; all others are dropped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dictionary {
    by_name: BTreeMap<String, Attribute>,
    name_of: BTreeMap<String, String>,
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

    /// Adds an administrator's `own` entries to these. Adds only: a built-in entry cannot be
    /// replaced unnoticed, because its name or its sources would then be claimed twice.
    ///
    /// # Errors
    /// Every [`DictionaryError`] at once, as [`Dictionary::new`].
    pub fn extended_by(self, own: Vec<Attribute>) -> Result<Self, Vec<DictionaryError>> {
        Self::new(self.by_name.into_values().chain(own).collect())
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
    pub(crate) fn index(attributes: Vec<Attribute>) -> (Self, Vec<DictionaryError>) {
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
    use crate::suomifi;

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
    fn an_administrators_entries_come_on_top_of_the_built_in_ones() {
        let both = suomifi().extended_by(vec![entry("role", &["urn:example:role"])]).unwrap();
        assert_eq!(both.attributes().count(), suomifi().attributes().count() + 1);
        assert_eq!(both.name_of("urn:example:role"), Some("role"));
        assert_eq!(both.name_of("urn:oid:2.5.4.3"), Some("cn"));
    }

    #[test]
    fn a_built_in_entry_cannot_be_taken_over() {
        let name = suomifi().extended_by(vec![entry("cn", &["urn:example:cn"])]).unwrap_err();
        assert_eq!(name, [DictionaryError::DuplicateName { name: "cn".into() }]);
        let source = suomifi().extended_by(vec![entry("id", &["urn:oid:1.2.246.21"])]).unwrap_err();
        assert_eq!(
            source,
            [DictionaryError::SharedSource {
                uri: "urn:oid:1.2.246.21".into(),
                first: "nationalIdentificationNumber".into(),
                second: "id".into(),
            }]
        );
    }
}
