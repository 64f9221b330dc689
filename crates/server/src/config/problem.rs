//! The problems of a configuration file, collected so that one run shows all of them.

use std::fmt;

use saphyr::{Marker, ScanError};

/// One problem, and its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    line: usize,
    column: usize,
    path: String,
    what: String,
    instead: String,
    /// Whether the configuration can be used all the same.
    is_warning: bool,
}

impl Problem {
    pub(super) fn new(
        at: Marker,
        path: &str,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            line: at.line(),
            column: at.col() + 1,
            path: path.to_owned(),
            what: what.into(),
            instead: instead.into(),
            is_warning: false,
        }
    }

    /// The same as a warning: the configuration can be used all the same.
    pub(super) fn into_warning(self) -> Self {
        Self { is_warning: true, ..self }
    }

    pub(super) fn is_warning(&self) -> bool {
        self.is_warning
    }

    pub(super) fn syntax(error: &ScanError) -> Self {
        let what = format!("the file is not YAML here: {}", error.info());
        Self::new(*error.marker(), "", what, "correct the indentation or the quotes")
    }
}

/// The location of a value, for problems that are found later.
#[derive(Debug, Clone)]
pub(crate) struct ValueLocation {
    at: Marker,
    path: String,
}

impl ValueLocation {
    pub(super) fn new(at: Marker, path: &str) -> Self {
        Self { at, path: path.to_owned() }
    }

    /// A warning about the value at this location.
    pub(super) fn warning(&self, what: impl Into<String>, instead: impl Into<String>) -> Problem {
        Problem::new(self.at, &self.path, what, instead).into_warning()
    }
}

/// Every problem of one file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problems {
    file: String,
    problems: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(file: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Self { file: file.to_owned(), problems }
    }

    /// These problems too.
    pub(super) fn and(mut self, others: impl IntoIterator<Item = Problem>) -> Self {
        self.problems.extend(others);
        Self::new(&self.file, self.problems)
    }

    /// A line each for those that are not among the `others`.
    pub(crate) fn beyond(&self, others: &Self) -> Vec<String> {
        let line = |problem: &Problem| {
            let problems = vec![problem.clone()];
            Self { file: self.file.clone(), problems }.to_string().trim_end().to_owned()
        };
        self.problems.iter().filter(|one| !others.problems.contains(one)).map(line).collect()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }
}

/// One line a problem: `file:line:column  path: what is refuse; what to write instead`, with
/// `doubtful:` before the path of a warning.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            let Problem { line, column, path, what, instead, is_warning } = problem;
            write!(f, "{}:{line}:{column}  ", self.file)?;
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
