//! Values and sections of a checked tree, as the program asks for them.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use silta_mapping::{Operation, Table};

use super::Reading;
use crate::check::join;
use crate::description::{Choice, Key, Section as Description};
use crate::operator::OperatorUse;
use crate::problem::{Problem, ValueLocation};
use crate::values;
use crate::yaml::{Class, Data, Node, Origin, Span};

/// A section that is complete: every key that must be there is.
#[derive(Clone, Copy)]
pub struct Section<'d> {
    value: Value<'d>,
    description: &'static Description,
}

impl<'d> Section<'d> {
    /// The value of a key that may be absent.
    #[must_use]
    pub fn optional(&self, key: &Key) -> Option<Value<'d>> {
        #[cfg(debug_assertions)]
        {
            let known = self.description.key(key.name).is_some();
            debug_assert!(known, "{} has no key {}", self.description.name, key.name);
            if let Some(asked) = &self.value.reading.asked {
                asked.borrow_mut().insert((self.description.name, key.name));
            }
        }
        let node = self.value.node.at(key.name)?;
        Some(Value { node, ..self.value })
    }

    /// Whether the section may have this key.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        self.description.key(key.name).is_some()
    }

    /// The value of a key that is there, by the file, a profile or a default.
    #[must_use]
    pub fn value(&self, key: &Key) -> Option<Value<'d>> {
        let found = self.optional(key);
        if found.is_none() {
            // The description and its reader disagree.
            let what = format!("{} is missing, and nobody noticed", key.name);
            self.value.refuse::<()>(what, "report this as a mistake of Silta");
        }
        found
    }

    /// The section itself, for problems that no single key has.
    #[must_use]
    pub fn itself(&self) -> Value<'d> {
        self.value
    }
}

/// A value that is checked by its description. One that is wrong is reported already, and yields `None`.
#[derive(Clone, Copy)]
pub struct Value<'d> {
    pub(super) node: &'d Node<'d>,
    pub(super) reading: &'d Reading<'d>,
}

impl<'d> Value<'d> {
    /// Adds a problem with this value; always `None`, so that it can end an expression.
    pub fn refuse<T>(&self, what: impl Into<String>, instead: impl Into<String>) -> Option<T> {
        self.push(self.location().problem(what, instead));
        None
    }

    /// Adds a warning about this value.
    pub fn warn(&self, what: impl Into<String>, instead: impl Into<String>) {
        self.push(self.location().warning(what, instead));
    }

    /// The same for an error whose sentence says both what is wrong and, after a semicolon, what to write instead.
    pub fn refuse_with<T>(&self, error: &dyn Error) -> Option<T> {
        let sentence = error.to_string();
        match sentence.split_once("; ") {
            Some((what, instead)) => self.refuse(what, instead),
            None => self.refuse(sentence, "correct it"),
        }
    }

    /// The same as a warning.
    pub fn warn_with(&self, error: &dyn Error) {
        let sentence = error.to_string();
        let (what, instead) = sentence.split_once("; ").unwrap_or((&sentence, "correct it"));
        self.warn(what, instead);
    }

    /// Its location.
    #[must_use]
    pub fn location(&self) -> ValueLocation {
        ValueLocation { span: self.node.span, path: self.reading.path(self.node.id) }
    }

    /// Whether the administrator wrote it, and no default or profile of ours.
    #[must_use]
    pub fn is_written(&self) -> bool {
        matches!(self.node.origin, Origin::File | Origin::OwnProfile)
    }

    /// Whether it is a mistake that is reported already.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.node.is_wrong()
    }

    /// Text.
    #[must_use]
    pub fn text(&self) -> Option<&'d str> {
        self.expect(self.node.text(), "text")
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        let found = self.node.scalar().and_then(|scalar| match scalar.class {
            Class::Boolean(value) => Some(value),
            _ => None,
        });
        self.expect(found, "true or false")
    }

    /// A duration.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        let found = self.node.scalar().and_then(|scalar| values::duration(&scalar.written));
        self.expect(found, "a duration")
    }

    /// A number of octets.
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        let found = self.node.scalar().and_then(|scalar| values::size(&scalar.written));
        self.expect(found, "a size")
    }

    /// A whole number.
    #[must_use]
    pub fn number<T: TryFrom<i64>>(&self) -> Option<T> {
        let found = self.node.scalar().and_then(|scalar| match scalar.class {
            Class::Integer(number) => T::try_from(number).ok(),
            _ => None,
        });
        self.expect(found, "a number")
    }

    /// One of the words of a type.
    #[must_use]
    pub fn choice<T: Choice>(&self) -> Option<T> {
        let found = self.node.scalar().and_then(|scalar| {
            T::words().into_iter().find(|word| word.word == scalar.written).map(|word| word.means)
        });
        self.expect(found, "a word")
    }

    /// A JSON value, for constants.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        let found = self.node.scalar().and_then(|scalar| match scalar.class {
            Class::Text => Some((*scalar.written).into()),
            Class::Boolean(value) => Some(value.into()),
            Class::Integer(value) => Some(value.into()),
            Class::Float | Class::Null => None,
        });
        self.expect(found, "a constant")
    }

    /// A use of an operator of the mapping language, with the table that it names.
    #[must_use]
    pub fn operation(&self, tables: &BTreeMap<String, Arc<Table>>) -> Option<Operation> {
        let used = OperatorUse::of(self.node).ok();
        let built = used.and_then(|used| {
            let table = used.table().and_then(|(name, _)| tables.get(name)).cloned();
            used.operator.with(used.texts().ok()?, table).ok()
        });
        self.expect(built, "an operator")
    }

    /// The items of a list; a single value counts as a list of one.
    #[must_use]
    pub fn list(&self) -> Vec<Value<'d>> {
        self.node.items().iter().map(|node| Self { node, ..*self }).collect()
    }

    /// Reads every item, so that the problems of all are found; all of them, or nothing.
    #[must_use]
    pub fn each<T>(&self, mut read: impl FnMut(Value<'d>) -> Option<T>) -> Option<Vec<T>> {
        if self.is_wrong() {
            return None;
        }
        let read: Vec<_> = self.list().into_iter().map(&mut read).collect();
        let all: Option<Vec<_>> = read.into_iter().collect();
        all.filter(|all| !all.is_empty())
    }

    /// Whether it is a mapping.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self.node.data, Data::Map(_))
    }

    /// A mapping whose keys are known.
    #[must_use]
    pub fn section(&self, key: &Key) -> Option<Section<'d>> {
        self.section_of(crate::description::section_of(&key.kind)?)
    }

    /// The same by its description.
    #[must_use]
    pub fn section_of(&self, description: &'static Description) -> Option<Section<'d>> {
        let found = self.is_mapping().then_some(Section { value: *self, description });
        self.expect(found, "a section")
    }

    /// A mapping whose keys are the administrator's own names.
    #[must_use]
    pub fn entries(&self) -> Option<Vec<(&'d str, Value<'d>)>> {
        let entries = self.node.entries().iter();
        let all = entries.map(|entry| (&*entry.name.text, Self { node: &entry.value, ..*self }));
        self.expect(self.is_mapping().then(|| all.collect()), "a mapping")
    }

    /// Adds a problem with the name of one of its entries.
    pub fn refuse_name(&self, name: &str, what: impl Into<String>, instead: impl Into<String>) {
        let entry = self.node.entries().iter().find(|entry| entry.name.text == name);
        let span = entry.map_or(self.node.span, |entry| entry.name.span);
        let path = join(self.reading.path(self.node.id), name);
        self.push(ValueLocation { span, path }.problem(what, instead));
    }

    /// What was found, or a problem where the description promised it: the two disagree.
    fn expect<T>(&self, found: Option<T>, what: &str) -> Option<T> {
        if found.is_none() && !self.is_wrong() {
            let what = format!("it is not {what}, and nobody noticed");
            return self.refuse(what, "report this as a mistake of Silta");
        }
        found
    }

    fn push(&self, problem: Problem) {
        self.reading.problems.borrow_mut().push(problem);
    }
}

impl ValueLocation {
    fn problem(&self, what: impl Into<String>, instead: impl Into<String>) -> Problem {
        let span = match self.span {
            // A list or section may be long: its first character is enough.
            Span { start, end } if start.line != end.line => Span { start, end: start },
            one_line => one_line,
        };
        Problem::new(span, &*self.path, what, instead)
    }
}
