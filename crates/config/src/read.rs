//! Reads a checked tree into the program's types.

mod value;

use std::cell::{OnceCell, RefCell};
#[cfg(debug_assertions)]
use std::collections::BTreeSet;

use crate::check::join;
use crate::problem::{Problem, Problems};
use crate::yaml::{Data, Node, Position, Span};
pub use value::{Section, Value};

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
