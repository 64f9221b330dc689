//! The problems of a configuration file, collected so that one run shows all of them.

use std::collections::HashSet;
use std::fmt;

use crate::yaml::{Position, Span};

/// One problem, and its location.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// The first character of what is wrong.
    pub start: Position,
    /// How many characters of its line to underline, 1 at least.
    pub width: u32,
    /// The path of the key, or nothing for the file as a whole.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub instead: String,
    /// Whether the configuration can be used all the same.
    pub is_warning: bool,
}

impl Problem {
    /// An error at a place.
    pub(crate) fn new(
        span: Span,
        path: impl Into<String>,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        let one_line = span.start.line == span.end.line && span.end.column > span.start.column;
        let width = if one_line { span.end.column - span.start.column } else { 1 };
        Self {
            start: span.start,
            width,
            path: path.into(),
            what: what.into(),
            instead: instead.into(),
            is_warning: false,
        }
    }

    /// The same as a warning: the configuration can be used all the same.
    #[must_use]
    pub fn into_warning(self) -> Self {
        Self { is_warning: true, ..self }
    }
}

/// The location of a value, for problems that are found later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueLocation {
    pub(crate) span: Span,
    pub(crate) path: String,
}

impl ValueLocation {
    /// A warning about the value at this location.
    #[must_use]
    pub fn warning(&self, what: impl Into<String>, instead: impl Into<String>) -> Problem {
        Problem::new(self.span, &*self.path, what, instead).into_warning()
    }
}

/// Every problem of one file, in the order of its lines, none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    file: String,
    problems: Vec<Problem>,
}

impl Problems {
    /// The problems of a file.
    #[must_use]
    pub fn new(file: &str, problems: Vec<Problem>) -> Self {
        let mut seen = HashSet::new();
        let (warnings, errors): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| problem.is_warning);
        // What an anchor marks is read wherever an alias stands for it; and of some lists an item that is there twice is no
        // mere doubt.
        let mut problems: Vec<_> = errors
            .into_iter()
            .chain(warnings)
            .filter(|one| seen.insert((one.start, one.what.clone(), one.instead.clone())))
            .collect();
        problems.sort_by_key(|problem| problem.start);
        Self { file: file.to_owned(), problems }
    }

    /// These problems too.
    #[must_use]
    pub fn and(mut self, others: impl IntoIterator<Item = Problem>) -> Self {
        self.problems.extend(others);
        Self::new(&self.file, self.problems)
    }

    /// A line each for those that are not among the `others`.
    #[must_use]
    pub fn beyond(&self, others: &Self) -> Vec<String> {
        let line = |problem: &Problem| {
            let problems = vec![problem.clone()];
            Self { file: self.file.clone(), problems }.to_string().trim_end().to_owned()
        };
        self.problems.iter().filter(|one| !others.problems.contains(one)).map(line).collect()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether all are warnings.
    #[must_use]
    pub fn are_warnings(&self) -> bool {
        self.problems.iter().all(|problem| problem.is_warning)
    }

    /// The file that they are in.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Each of them.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.problems
    }
}

/// One line a problem: `file:line:column  path: what is wrong; what to write instead`, with
/// `doubtful:` before the path of a warning.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            let Problem { start, path, what, instead, is_warning, .. } = problem;
            write!(f, "{}:{}:{}  ", self.file, start.line, start.column)?;
            if *is_warning {
                f.write_str("doubtful: ")?;
            }
            if !path.is_empty() {
                write!(f, "{path}: ")?;
            }
            writeln!(f, "{what}; {instead}")?;
        }
        Ok(())
    }
}
