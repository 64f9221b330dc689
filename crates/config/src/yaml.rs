//! YAML as a tree whose every node knows where it stands in the file.

mod build;
mod node;
mod scalar;
mod syntax;

pub(crate) use build::parse;
pub use build::{MAX_OCTETS, texts};
pub use node::Position;
pub(crate) use node::{Data, Entry, Name, Node, Origin, Span};
pub(crate) use scalar::{Class, Scalar};

/// The lines of a text [YAML 1.2.2 §5.4].
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}
