//! Every reason for which Silta refuses what a judge accepts, and for which a judge cannot follow: the
//! tables of `docs/reference/judges.md`, which are read here, so that the page is what the tests use.

use crate::signature::Signed;

/// Somebody else who judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judge {
    /// bergshamra.
    Bergshamra,
    /// xmlsec1's library, by the `xmlsec` crate.
    Xmlsec,
    /// signxml.
    Signxml,
}

impl Judge {
    /// Its name on the page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bergshamra => "bergshamra",
            Self::Xmlsec => "xmlsec1",
            Self::Signxml => "signxml",
        }
    }
}

/// Both tables of the page.
#[derive(Debug)]
pub struct Explained {
    stricter: Vec<Row>,
    beyond: Vec<Row>,
}

/// The cells of a row.
#[derive(Debug)]
struct Row(Vec<String>);

impl Row {
    fn cell(&self, column: usize) -> &str {
        &self.0[column]
    }
}

impl Explained {
    /// Reads the page.
    #[must_use]
    pub fn read() -> Self {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/judges.md");
        let page = std::fs::read_to_string(page).expect("docs/reference/judges.md");
        let rows = |heading: &str, columns: usize| {
            let (_, section) = page.split_once(heading).expect("the heading of a table");
            let lines = section.lines().skip_while(|line| !line.starts_with('|'));
            let rows: Vec<_> = lines
                .take_while(|line| line.starts_with('|'))
                .skip(2)
                .map(|line| {
                    let cells = line.trim_matches('|').split('|');
                    Row(cells.map(|cell| cell.trim().replace('`', "")).collect())
                })
                .collect();
            for row in &rows {
                assert_eq!(row.0.len(), columns, "{row:?}");
            }
            rows
        };
        Self {
            stricter: rows("## What Silta alone refuses", 5),
            beyond: rows("## What a judge cannot check", 4),
        }
    }

    /// The row that says why Silta refuses for this reason what the judge accepts.
    #[must_use]
    pub fn stricter(&self, signed: &Signed, judge: Judge, reason: &str) -> Option<usize> {
        let change = format!("{:?}", signed.change);
        self.stricter.iter().position(|row| {
            row.cell(0) == change
                && row.cell(2) == reason
                && row.cell(3).split(", ").any(|name| name == judge.name())
        })
    }

    /// The row that says that the judge cannot check this at all, whatever it says of it.
    #[must_use]
    pub fn beyond(&self, signed: &Signed, judge: Judge) -> Option<usize> {
        let change = format!("{:?}", signed.change);
        let algorithm = format!("{} {:?}", signed.algorithm.name(), signed.curve);
        self.beyond.iter().position(|row| {
            row.cell(0) == judge.name()
                && (row.cell(1) == "any" || row.cell(1) == change)
                && (row.cell(2) == "any"
                    || row.cell(2).split(", ").any(|one| algorithm.starts_with(one)))
        })
    }

    /// What each row of the first table is about, in its order.
    pub fn stricter_rows(&self) -> impl Iterator<Item = String> {
        self.stricter.iter().map(|row| format!("{} {} ({})", row.cell(0), row.cell(2), row.cell(3)))
    }

    /// What each row of the second table is about, in its order.
    pub fn beyond_rows(&self) -> impl Iterator<Item = String> {
        self.beyond.iter().map(|row| format!("{} {} {}", row.cell(0), row.cell(1), row.cell(2)))
    }
}
