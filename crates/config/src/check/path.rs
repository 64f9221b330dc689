//! Where a value is, as a text only when somebody asks.

use crate::quotable;

/// A step down from another place.
pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// Keys with dots between them, and indices in brackets.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(above, key) => join(above.text(), key),
            Self::Item(above, at) => format!("{}[{at}]", above.text()),
        }
    }
}

/// A path and a key below it.
pub(crate) fn join(mut path: String, key: &str) -> String {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(quotable(key).unwrap_or("…"));
    path
}
