//! Tables in files of their own.

use std::error::Error;
use std::fmt;

use silta_mapping::Table;

use crate::problem::Problem;
use crate::yaml::{self, Data, Node};

/// Why a file is no table. Nothing of what stands in it is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    line: u32,
    what: &'static str,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, what } = self;
        write!(f, "{what} in line {line}; write a value, a colon, and a text or a list of texts")
    }
}

impl Error for TableError {}

/// Reads a table: a YAML mapping from a value to a text, or to several.
///
/// # Errors
/// [`TableError`].
pub fn read_table(text: &str) -> Result<Table, TableError> {
    let wrong = |line, what| TableError { line, what };
    let first = |problems: &[Problem]| problems.first().map(|problem| problem.start.line);
    let parsed = yaml::parse(text);
    // What is wrong may repeat what stands there, so that its line has to do.
    let parsed = parsed.map_err(|problems| wrong(first(&problems).unwrap_or(1), "it is no YAML"));
    let (root, problems) = parsed?;
    if let Some(line) = first(&problems) {
        return Err(wrong(line, "it is no YAML that means one thing"));
    }
    if !matches!(root.data, Data::Map(_)) {
        return Err(wrong(1, "there is no mapping"));
    }
    let row = |entry: &yaml::Entry<'_>| match texts(&entry.value) {
        Some(texts) if !texts.is_empty() => Ok((entry.name.text.clone().into_owned(), texts)),
        _ => Err(wrong(entry.name.span.start.line, "there is no text")),
    };
    let rows = root.entries().iter().map(row).collect::<Result<Vec<_>, _>>();
    rows.map(Table::new)
}

fn texts(node: &Node<'_>) -> Option<Vec<String>> {
    match &node.data {
        Data::List(items) => items.iter().map(|item| item.text().map(str::to_owned)).collect(),
        _ => Some(vec![node.text()?.to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_row_leads_to_a_text_or_to_several() {
        let table = read_table("a: admin\n'1': [user, staff]\n").unwrap();
        let rows = [("a", vec!["admin"]), ("1", vec!["user", "staff"])];
        let rows =
            rows.map(|(key, to)| (key.to_owned(), to.into_iter().map(str::to_owned).collect()));
        assert_eq!(table, Table::new(rows));
    }

    #[test]
    fn what_is_no_row_is_told_by_its_line_alone() {
        for (text, line, what) in [
            ("- a", 1, "there is no mapping"),
            ("", 1, "it is no YAML"),
            ("a: b\nc:\n  d: e\n", 2, "there is no text"),
            ("a: []", 1, "there is no text"),
            ("a: b\nc: 1\n", 2, "there is no text"),
            ("a: [x, 1]", 1, "there is no text"),
            ("a: b\na: c\n", 2, "it is no YAML that means one thing"),
            ("a: [", 2, "it is no YAML"),
        ] {
            assert_eq!(read_table(text), Err(TableError { line, what }), "{text}");
        }
    }
}
