//! What is wrong with a configuration file, collected so that one run shows everything.

use std::fmt;

use saphyr::{Marker, ScanError};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    line: usize,
    column: usize,
    path: String,
    what: String,
    instead: String,
    /// Whether one can go on with it.
    doubt: bool,
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
            doubt: false,
        }
    }

    /// The same, but one can go on with it.
    pub(super) fn doubted(self) -> Self {
        Self { doubt: true, ..self }
    }

    pub(super) fn is_doubt(&self) -> bool {
        self.doubt
    }

    pub(super) fn syntax(error: &ScanError) -> Self {
        let what = format!("the file is not YAML here: {}", error.info());
        Self::new(*error.marker(), "", what, "correct the indentation or the quotes")
    }
}

/// Where a value stands, for what is found out about it later.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    at: Marker,
    path: String,
}

impl Place {
    pub(super) fn new(at: Marker, path: &str) -> Self {
        Self { at, path: path.to_owned() }
    }

    /// Something doubtful about what stands here.
    pub(super) fn doubt(&self, what: impl Into<String>, instead: impl Into<String>) -> Problem {
        Problem::new(self.at, &self.path, what, instead).doubted()
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

    /// The same and these.
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

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }
}

/// One line a problem: `file:line:column  path: what is wrong; what to write instead`, with
/// `doubtful:` before the path of those that one can go on with.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            let Problem { line, column, path, what, instead, doubt } = problem;
            write!(f, "{}:{line}:{column}  ", self.file)?;
            if *doubt {
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
