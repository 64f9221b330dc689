//! Tables: from a value to what it means here.

use std::collections::BTreeMap;
use std::fmt;

/// The rows of a table: from a value, compared octet for octet, to one or several others. `Debug` shows only how
/// many there are: an identifier of a person may be among them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Table(BTreeMap<String, Vec<String>>);

impl Table {
    /// A table of these rows; of one key the last counts.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        Self(rows.into_iter().collect())
    }

    /// What stands for this value.
    pub(crate) fn row(&self, value: &str) -> Option<&[String]> {
        self.0.get(value).map(Vec::as_slice)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_octet_for_octet_and_is_not_printed() {
        let row = ("210281-9988".to_owned(), vec!["admin".to_owned(), "user".to_owned()]);
        let table = Table::new([row]);
        assert_eq!(table.row("210281-9988"), Some(&["admin".to_owned(), "user".to_owned()][..]));
        for other in ["", "210281-998", "210281-9988 "] {
            assert_eq!(table.row(other), None, "{other:?}");
        }
        assert_eq!(format!("{table:?}"), "Table(1)");
    }
}
