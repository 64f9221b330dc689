//! Reads YAML so that every problem has a location, no unknown key passes, and one run finds all
//! problems.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use saphyr::{LoadableYamlNode as _, MarkedYaml, Marker, Scalar, YamlData};
use silta_mapping::suggest;

use super::problem::{Problem, Problems, ValueLocation};

/// Reads a whole file. Keys that `read` does not read are refused. Returns the warnings too.
///
/// # Errors
/// [`Problems`]: every one, at once.
pub(super) fn read<T>(
    file: &str,
    text: &str,
    read: impl FnOnce(&Section<'_>) -> Option<T>,
) -> Result<(T, Problems), Problems> {
    let documents = MarkedYaml::load_from_str(text)
        .map_err(|error| Problems::new(file, vec![Problem::syntax(&error)]))?;
    let problems = RefCell::new(vec![]);
    let start = Marker::new(0, 1, 0);
    let found = if let [only] = documents.as_slice() {
        let value = Value { node: only, key: start, path: String::new(), problems: &problems };
        value.section().and_then(|section| {
            let found = read(&section);
            section.refuse_unknown();
            found
        })
    } else {
        let (what, instead) = ("it is not one YAML document", "write exactly one");
        problems.borrow_mut().push(Problem::new(start, "", what, instead));
        None
    };
    let problems = problems.into_inner();
    match found {
        Some(found) if problems.iter().all(Problem::is_warning) => {
            Ok((found, Problems::new(file, problems)))
        }
        _ => Err(Problems::new(file, problems)),
    }
}

/// Every text in a file; none of a file that is not YAML.
pub(super) fn texts(text: &str) -> Vec<String> {
    fn child(node: &MarkedYaml<'_>, texts: &mut Vec<String>) {
        match &node.data {
            YamlData::Value(Scalar::String(text)) => texts.push(text.as_ref().to_owned()),
            YamlData::Sequence(items) => items.iter().for_each(|item| child(item, texts)),
            YamlData::Mapping(mapping) => mapping.values().for_each(|value| child(value, texts)),
            _ => {}
        }
    }
    let mut texts = vec![];
    for document in MarkedYaml::load_from_str(text).unwrap_or_default() {
        child(&document, &mut texts);
    }
    texts
}

/// The text of one key at the top level of a file.
pub(super) fn text_of(text: &str, key: &str) -> Option<String> {
    let documents = MarkedYaml::load_from_str(text).ok()?;
    let [MarkedYaml { data: YamlData::Mapping(root), .. }] = documents.as_slice() else {
        return None;
    };
    let is_key = |node: &MarkedYaml<'_>| matches!(&node.data, YamlData::Value(Scalar::String(name)) if name == key);
    match &root.iter().find(|(name, _)| is_key(name))?.1.data {
        YamlData::Value(Scalar::String(text)) => Some(text.as_ref().to_owned()),
        _ => None,
    }
}

/// A mapping with known keys.
pub(super) struct Section<'d> {
    value: Value<'d>,
    entries: Vec<(String, Value<'d>)>,
    read_keys: RefCell<BTreeSet<&'static str>>,
}

impl<'d> Section<'d> {
    /// The value of a key that may be absent.
    pub(super) fn optional(&self, key: &'static str) -> Option<&Value<'d>> {
        self.read_keys.borrow_mut().insert(key);
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value of a key that must be there.
    pub(super) fn required(&self, key: &'static str, instead: &str) -> Option<&Value<'d>> {
        let found = self.optional(key);
        if found.is_none() {
            self.value.refuse::<()>(format!("{key} is missing"), format!("add {key}: {instead}"));
        }
        found
    }

    /// The section itself, for problems that no single key has.
    pub(super) fn value(&self) -> &Value<'d> {
        &self.value
    }

    /// Refuses every key that was not read: a misspelt key would otherwise silently do nothing.
    pub(super) fn refuse_unknown(&self) {
        let read_keys = self.read_keys.borrow();
        for (name, value) in &self.entries {
            if read_keys.contains(name.as_str()) {
                continue;
            }
            let instead = suggestion(name, read_keys.iter().copied());
            value.refuse_at(value.key, format!("{name} is not a key that is known here"), instead);
        }
    }
}

/// A value and its location.
pub(super) struct Value<'d> {
    node: &'d MarkedYaml<'d>,
    /// The location of its key, if it has one.
    key: Marker,
    path: String,
    problems: &'d RefCell<Vec<Problem>>,
}

impl<'d> Value<'d> {
    /// Adds a problem with this value; always `None`, so that it can end an expression.
    pub(super) fn refuse<T>(
        &self,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Option<T> {
        self.refuse_at(self.node.span.start, what, instead);
        None
    }

    /// Adds a warning about this value.
    pub(super) fn warn(&self, what: impl Into<String>, instead: impl Into<String>) {
        let problem = Problem::new(self.node.span.start, &self.path, what, instead).into_warning();
        self.problems.borrow_mut().push(problem);
    }

    /// Its location.
    pub(super) fn location(&self) -> ValueLocation {
        ValueLocation::new(self.node.span.start, &self.path)
    }

    fn refuse_at(&self, at: Marker, what: impl Into<String>, instead: impl Into<String>) {
        let problem = Problem::new(at, &self.path, what, instead);
        self.problems.borrow_mut().push(problem);
    }

    /// The same for an error whose sentence says both what is wrong and, after a semicolon, what to
    /// write instead.
    pub(super) fn refuse_with<T>(&self, error: &dyn std::error::Error) -> Option<T> {
        let sentence = error.to_string();
        match sentence.split_once("; ") {
            Some((what, instead)) => self.refuse(what, instead),
            None => self.refuse(sentence, "correct it"),
        }
    }

    /// The same as a warning.
    pub(super) fn warn_with(&self, error: &dyn std::error::Error) {
        let sentence = error.to_string();
        let (what, instead) = sentence.split_once("; ").unwrap_or((&sentence, "correct it"));
        self.warn(what, instead);
    }

    /// Text; numbers and booleans must be quoted to be text.
    pub(super) fn text(&self) -> Option<&'d str> {
        match &self.node.data {
            YamlData::Value(Scalar::String(text)) => Some(text),
            _ => self.refuse("it is not text", "write a text, in quotes if it looks like a number"),
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self) -> Option<bool> {
        match &self.node.data {
            YamlData::Value(Scalar::Boolean(value)) => Some(*value),
            _ => self.refuse("it is neither true nor false", "write true or false"),
        }
    }

    /// A number with a unit: `90s`, `5m`, `1h`.
    pub(super) fn duration(&self) -> Option<Duration> {
        let text = self.text()?;
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, unit) = text.split_at(digits);
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => 0,
        };
        match count.parse::<u32>() {
            Ok(count) if seconds > 0 => Some(Duration::from_secs(u64::from(count) * seconds)),
            _ => self.refuse("it is not a duration", "write a number with a unit: 90s, 5m or 1h"),
        }
    }

    /// A number of octets with its unit: `64KiB`.
    pub(super) fn size(&self) -> Option<usize> {
        let count = self.text()?.strip_suffix("KiB").and_then(|count| count.parse::<u16>().ok());
        match count {
            Some(count) => Some(usize::from(count) * 1024),
            None => self.refuse("it is not a size", "write a whole number with its unit: 64KiB"),
        }
    }

    /// One of a few words.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let instead = suggestion(text, words.iter().map(|(word, _)| *word));
            return self.refuse("it is not a word that is known here", instead);
        }
        found
    }

    /// A list; a single value counts as a list of one.
    pub(super) fn list(&self) -> Vec<Value<'d>> {
        match &self.node.data {
            YamlData::Sequence(items) => items
                .iter()
                .enumerate()
                .map(|(at, node)| self.child(node, format!("{}[{at}]", self.path)))
                .collect(),
            _ => vec![self.child(self.node, self.path.clone())],
        }
    }

    /// A mapping whose keys are known.
    pub(super) fn section(&self) -> Option<Section<'d>> {
        let entries = self.entries()?;
        let value = self.child(self.node, self.path.clone());
        Some(Section { value, entries, read_keys: RefCell::default() })
    }

    /// Whether it is a text that begins so.
    pub(super) fn begins_with(&self, beginning: &str) -> bool {
        matches!(&self.node.data, YamlData::Value(Scalar::String(text)) if text.starts_with(beginning))
    }

    /// Whether it is a mapping.
    pub(super) fn is_mapping(&self) -> bool {
        matches!(self.node.data, YamlData::Mapping(_))
    }

    /// A mapping whose keys are the administrator's own names.
    pub(super) fn entries(&self) -> Option<Vec<(String, Value<'d>)>> {
        let YamlData::Mapping(mapping) = &self.node.data else {
            return self.refuse("it is not a mapping", "write keys and values, indented below");
        };
        let mut entries = vec![];
        for (key, node) in mapping {
            let Some(name) = self.child(key, self.path.clone()).text() else { continue };
            let path = if self.path.is_empty() {
                name.to_owned()
            } else {
                format!("{}.{name}", self.path)
            };
            let value = Value { key: key.span.start, ..self.child(node, path) };
            entries.push((name.to_owned(), value));
        }
        Some(entries)
    }

    /// A JSON value, for constants.
    pub(super) fn json(&self) -> Option<serde_json::Value> {
        match &self.node.data {
            YamlData::Value(Scalar::String(text)) => Some(text.as_ref().into()),
            YamlData::Value(Scalar::Boolean(value)) => Some((*value).into()),
            YamlData::Value(Scalar::Integer(value)) => Some((*value).into()),
            _ => self.refuse("it is not a text, a whole number or a boolean", "write one of these"),
        }
    }

    fn child(&self, node: &'d MarkedYaml<'d>, path: String) -> Value<'d> {
        Value { node, key: node.span.start, path, problems: self.problems }
    }
}

/// What to write instead of an unknown word: the nearest one, or all.
pub(super) fn suggestion<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<_> = known.collect();
    match suggest(unknown, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("write one of {}", known.join(", ")),
    }
}
