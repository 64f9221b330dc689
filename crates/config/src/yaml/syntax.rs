//! What is wrong with a text that is no YAML.

use saphyr_parser::ScanError;

use super::{Position, Span};
use crate::problem::Problem;

/// The problem of a text that the parser cannot read on; `open` are the names around that place.
pub(super) fn problem(_text: &str, error: &ScanError, _open: &[Span]) -> Problem {
    let start: Position = Position::of(error.marker());
    let what = format!("the file is not YAML here: {}", error.info());
    Problem::new(Span { start, end: start }, "", what, "correct the indentation or the quotes")
}
