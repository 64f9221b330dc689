//! Public vectors that lie in the package of a crate: read where cargo has unpacked it, and never copied.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of the package that this workspace's lock file names.
///
/// # Panics
/// When cargo has not fetched it.
#[must_use]
pub fn folder(package: &str, inside: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lock = fs::read_to_string(here.join("Cargo.lock")).expect("Cargo.lock");
    let (_, entry) =
        lock.split_once(&format!("name = \"{package}\"\nversion = \"")).expect("a locked package");
    let (version, _) = entry.split_once('"').expect("a version");
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo"))).expect("a home");
    let mut sources = fs::read_dir(home.join("registry/src")).expect("sources of crates");
    sources
        .find_map(|source| {
            let source = source.expect("a folder").path();
            let folder = source.join(format!("{package}-{version}")).join(inside);
            folder.exists().then_some(folder)
        })
        .unwrap_or_else(|| {
            panic!("{package} is missing; fetch it: cargo fetch --manifest-path judges/Cargo.toml")
        })
}

/// Every file below a folder whose name ends so, in the order of their names.
///
/// # Panics
/// When a folder cannot be read.
#[must_use]
pub fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// How many vectors of each folder have which verdict: the rows of one kind in the table of
/// `docs/reference/judges.md`.
#[derive(Debug)]
pub struct Verdicts {
    kind: &'static str,
    counts: BTreeMap<(String, String), usize>,
    wrong: Vec<String>,
}

impl Verdicts {
    /// None yet.
    #[must_use]
    pub fn of(kind: &'static str) -> Self {
        Self { kind, counts: BTreeMap::new(), wrong: vec![] }
    }

    /// One more, in the folder of this file.
    ///
    /// # Panics
    /// When the file has no folder.
    pub fn add(&mut self, file: &Path, verdict: &str) {
        let folder = file.parent().and_then(Path::file_name).expect("a folder");
        let row = (folder.to_string_lossy().into_owned(), verdict.to_owned());
        *self.counts.entry(row).or_default() += 1;
    }

    /// Something that must never be: the fault is Silta's, or this test's.
    pub fn wrong(&mut self, file: &Path, what: &str) {
        self.wrong.push(format!("{}: {what}", file.display()));
    }

    /// Prints the rows and compares them with those of the page.
    ///
    /// # Panics
    /// When they are not the same, or something was wrong.
    pub fn check(self) {
        let kind = self.kind;
        let rows = self.counts.iter();
        let ours: Vec<_> = rows
            .map(|((folder, verdict), count)| {
                format!("| {kind} | `{folder}` | {verdict} | {count} |")
            })
            .collect();
        println!("public vectors:\n{}", ours.join("\n"));
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/judges.md");
        let page = fs::read_to_string(page).expect("docs/reference/judges.md");
        let start = format!("| {kind} |");
        let theirs: Vec<_> = page.lines().filter(|line| line.starts_with(&start)).collect();
        assert_eq!(ours, theirs, "the rows of docs/reference/judges.md");
    }
}
