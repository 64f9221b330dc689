//! The ways in which an element does not have the children that its schema gives it.

use thiserror::Error;

/// Why an element does not have the children that its schema gives it. Names are ours, never the
/// peer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StructureError {
    /// A required element is missing.
    #[error("the element {element} is missing")]
    Missing {
        /// Its local name.
        element: &'static str,
    },
    /// An element stands more often than it may.
    #[error("the element {element} stands more than once")]
    Repeated {
        /// Its local name.
        element: &'static str,
    },
    /// An element stands where the schema has no place for it.
    #[error("an element stands at a place where the schema has none for it")]
    UnexpectedElement {
        /// Which child element of its parent it is, counted from 0.
        child: usize,
    },
    /// Text stands between elements.
    #[error("text stands between elements")]
    UnexpectedText,
}
