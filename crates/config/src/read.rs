//! Reads a checked tree into the program's types.

use std::cell::{OnceCell, RefCell};
#[cfg(debug_assertions)]
use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use crate::check::join;
use crate::description::{Choice, Key, Section as Description};
use crate::problem::{Problem, Problems, ValueLocation};
use crate::values;
use crate::yaml::{Class, Data, Node, Position, Span};

/// What all values of a file share.
#[derive(Debug)]
pub(crate) struct Reading<'d> {
    root: &'d Node<'d>,
    problems: RefCell<Vec<Problem>>,
    /// By a node's id: the one above it, and which of that one's items or entries it is.
    above: OnceCell<Vec<(u32, usize)>>,
    /// The keys that were asked for: a described key that nobody asks for would do nothing.
    #[cfg(debug_assertions)]
    asked: Option<RefCell<BTreeSet<(&'static str, &'static str)>>>,
}

impl<'d> Reading<'d> {
    pub(crate) fn of(root: &'d Node<'d>) -> Self {
        Self {
            root,
            problems: RefCell::default(),
            above: OnceCell::new(),
            #[cfg(debug_assertions)]
            asked: None,
        }
    }

    /// The same, and what is asked for is noted.
    #[cfg(debug_assertions)]
    pub(crate) fn noting(root: &'d Node<'d>) -> Self {
        Self { asked: Some(RefCell::default()), ..Self::of(root) }
    }

    pub(crate) fn root(&'d self) -> Value<'d> {
        Value { node: self.root, reading: self }
    }

    pub(crate) fn take_problems(&self) -> Vec<Problem> {
        self.problems.take()
    }

    /// The section and name of each key that was asked for.
    #[cfg(debug_assertions)]
    pub(crate) fn asked(&self) -> BTreeSet<(&'static str, &'static str)> {
        self.asked.as_ref().map(|asked| asked.borrow().clone()).unwrap_or_default()
    }

    fn path(&self, id: u32) -> String {
        let above = self.above.get_or_init(|| {
            let mut above = vec![];
            note_below(self.root, &mut above);
            above
        });
        let mut steps = vec![];
        let mut at = id;
        while at != self.root.id
            && let Some((next, step)) = above.get(index(at))
        {
            steps.push(*step);
            at = *next;
        }
        let (mut node, mut path) = (self.root, String::new());
        while let Some(step) = steps.pop() {
            let below = match &node.data {
                Data::Map(entries) => entries.get(step).map(|entry| {
                    path = join(std::mem::take(&mut path), &entry.name.text);
                    &entry.value
                }),
                Data::List(items) => {
                    path = format!("{path}[{step}]");
                    items.get(step)
                }
                // A single value in the place of a list has the path of the list.
                Data::One(item) => Some(&**item),
                Data::Scalar(_) | Data::Wrong => None,
            };
            let Some(below) = below else { break };
            node = below;
        }
        path
    }
}

fn note_below(node: &Node<'_>, above: &mut Vec<(u32, usize)>) {
    let items = node.items().iter();
    let below = items.chain(node.entries().iter().map(|entry| &entry.value));
    for (step, one) in below.enumerate() {
        let at = index(one.id);
        if above.len() <= at {
            above.resize(at + 1, (node.id, 0));
        }
        if let Some(place) = above.get_mut(at) {
            *place = (node.id, step);
        }
        note_below(one, above);
    }
}

fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// A section that is complete: every key that must be there is.
#[derive(Clone, Copy)]
pub struct Section<'d> {
    value: Value<'d>,
    #[cfg_attr(
        not(debug_assertions),
        expect(dead_code, reason = "who reads what is a question of tests")
    )]
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
    node: &'d Node<'d>,
    reading: &'d Reading<'d>,
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

/// All problems of a reading.
pub(crate) fn outcome<T>(
    file: &str,
    found: Option<T>,
    problems: Vec<Problem>,
) -> Result<(T, Problems), Problems> {
    let mut problems = problems;
    if found.is_none() && problems.iter().all(|problem| problem.is_warning) {
        let start = Position { line: 1, column: 1 };
        let (what, instead) =
            ("it cannot be used, and Silta does not know why", "report this as its mistake");
        problems.push(Problem::new(Span { start, end: start }, "the file", what, instead));
    }
    let problems = Problems::new(file, problems);
    match found {
        Some(found) if problems.are_warnings() => Ok((found, problems)),
        _ => Err(problems),
    }
}
