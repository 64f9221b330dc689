//! YAML as a tree whose every node knows where it stands in the file.

mod build;
mod node;
mod scalar;
mod syntax;

pub(crate) use build::parse;
pub use build::texts;
pub use node::Position;
pub(crate) use node::{Data, Entry, Name, Node, Origin, Span};
pub(crate) use scalar::{Class, Scalar};
