//! The nodes of the tree.

use std::borrow::Cow;

use saphyr_parser::Marker;

use super::Scalar;

/// A place in the file: line and column from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Position {
    /// The place that the parser names.
    pub(crate) fn of(marker: &Marker) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
    }
}

/// From the first character to the one behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    /// The first character.
    pub(crate) start: Position,
    /// The one behind the last.
    pub(crate) end: Position,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The administrator wrote it.
    File,
    /// The default of its key.
    Default,
    /// The profile of this name.
    Profile(&'static str),
    /// A profile of the administrator's.
    OwnProfile,
}

/// A value.
#[derive(Debug, Clone)]
pub(crate) struct Node<'t> {
    /// Another one for each node of a tree.
    pub(crate) id: u32,
    /// Where it stands; for a value that the file does not have, where its section stands.
    pub(crate) span: Span,
    /// Where it comes from.
    pub(crate) origin: Origin,
    /// What it is.
    pub(crate) data: Data<'t>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Data<'t> {
    /// A text, number, boolean or nothing.
    Scalar(Scalar<'t>),
    /// A list.
    List(Vec<Node<'t>>),
    /// A single value where a list is expected: a list of one.
    One(Box<Node<'t>>),
    /// Names with values, each name once.
    Map(Vec<Entry<'t>>),
    /// A mistake that is reported already: whoever reads it says nothing more.
    Wrong,
}

/// A name and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'t> {
    /// The name.
    pub(crate) name: Name<'t>,
    /// The value.
    pub(crate) value: Node<'t>,
}

/// The name of an entry.
#[derive(Debug, Clone)]
pub(crate) struct Name<'t> {
    /// Its text.
    pub(crate) text: Cow<'t, str>,
    /// Where it stands.
    pub(crate) span: Span,
}

impl<'t> Node<'t> {
    /// A reported mistake in the place of this value.
    pub(crate) fn make_wrong(&mut self) {
        self.data = Data::Wrong;
    }

    /// Whether it is a reported mistake.
    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self.data, Data::Wrong)
    }

    /// Its scalar, if it is one.
    pub(crate) fn scalar(&self) -> Option<&Scalar<'t>> {
        match &self.data {
            Data::Scalar(scalar) => Some(scalar),
            Data::List(_) | Data::One(_) | Data::Map(_) | Data::Wrong => None,
        }
    }

    /// Its text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        self.scalar().and_then(Scalar::text)
    }

    /// The items of a list, or of a single value in its place.
    pub(crate) fn items(&self) -> &[Node<'t>] {
        match &self.data {
            Data::List(items) => items,
            Data::One(item) => std::slice::from_ref(item),
            Data::Scalar(_) | Data::Map(_) | Data::Wrong => &[],
        }
    }

    /// The entries of a map.
    pub(crate) fn entries(&self) -> &[Entry<'t>] {
        match &self.data {
            Data::Map(entries) => entries,
            Data::Scalar(_) | Data::List(_) | Data::One(_) | Data::Wrong => &[],
        }
    }

    /// The value of this name in a map.
    pub(crate) fn at(&self, name: &str) -> Option<&Node<'t>> {
        self.entries().iter().find(|entry| entry.name.text == name).map(|entry| &entry.value)
    }

    /// Its text and every text below it.
    pub(crate) fn texts(&self) -> Vec<&str> {
        match &self.data {
            Data::Scalar(_) => self.text().into_iter().collect(),
            Data::List(items) => items.iter().flat_map(Self::texts).collect(),
            Data::One(item) => item.texts(),
            Data::Map(entries) => entries.iter().flat_map(|entry| entry.value.texts()).collect(),
            Data::Wrong => vec![],
        }
    }

    /// Gives it and all below it new ids.
    pub(crate) fn renumber(&mut self, next: &mut u32) {
        self.change(&mut |node| {
            *next = next.saturating_add(1);
            node.id = *next;
        });
    }

    /// Says of it and all below it where they come from.
    pub(crate) fn come_from(&mut self, origin: Origin) {
        self.change(&mut |node| node.origin = origin);
    }

    /// Says of it and all below it where the section stands that they fill.
    pub(crate) fn stand_at(&mut self, span: Span) {
        self.change(&mut |node| node.span = span);
    }

    /// Changes it, and then all below it.
    fn change(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        match &mut self.data {
            Data::Scalar(_) | Data::Wrong => {}
            Data::List(items) => items.iter_mut().for_each(|item| item.change(change)),
            Data::One(item) => item.change(change),
            Data::Map(entries) => entries.iter_mut().for_each(|one| one.value.change(change)),
        }
    }

    /// The same without the text that it was read from.
    pub(crate) fn into_owned(self) -> Node<'static> {
        let Self { id, span, origin, data } = self;
        let owned = |text: Cow<'t, str>| Cow::Owned(text.into_owned());
        let data = match data {
            Data::Scalar(Scalar { written, class }) => {
                Data::Scalar(Scalar { written: owned(written), class })
            }
            Data::List(items) => Data::List(items.into_iter().map(Node::into_owned).collect()),
            Data::One(item) => Data::One(Box::new(item.into_owned())),
            Data::Map(entries) => {
                let one = |Entry { name, value }: Entry<'t>| Entry {
                    name: Name { text: owned(name.text), span: name.span },
                    value: value.into_owned(),
                };
                Data::Map(entries.into_iter().map(one).collect())
            }
            Data::Wrong => Data::Wrong,
        };
        Node { id, span, origin, data }
    }
}
