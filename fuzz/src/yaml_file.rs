//! The reader of the configuration file: whatever an administrator types, every problem has a place in the file,
//! none is reported twice, and what is printed as effective means the same.

#![expect(clippy::panic, reason = "a fuzz target fails by it")]

use std::collections::HashSet;
use std::str;

use silta_config::{Document, People};

use crate::Verdict;

/// Every problem names a line that the file has, and says what to write instead.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    let _ = silta_config::texts(text);
    let read = Document::parse("silta.yaml", text).and_then(|document| {
        let read = document.read(|_| Some(())).map(|((), warnings)| warnings);
        if read.is_ok() {
            means_the_same(&document);
        }
        read
    });
    let problems = match &read {
        Ok(warnings) => warnings,
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems
        }
    };
    let _ = problems.for_people(text, false);
    // A carriage return alone ends a line too [YAML 1.2.2 §5.4].
    // The parser also names the one after the last.
    let lines = text.matches(['\n', '\r']).count() + 2;
    let mut seen = HashSet::new();
    for problem in problems.all() {
        let line = usize::try_from(problem.start.line).unwrap_or(usize::MAX);
        assert!((1..=lines).contains(&line), "no such line: {problem:?}");
        assert!(!problem.what.is_empty() && !problem.instead.is_empty(), "{problem:?}");
        assert!(seen.insert(problem), "twice: {problem:?}");
    }
    Verdict::of(&read)
}

/// What is printed as effective is a good file too, and means the same.
fn means_the_same(document: &Document<'_>) {
    let _ = document.effective(People::LeftOut);
    let effective = document.effective(People::Whole);
    let again = Document::parse("effective", &effective);
    let again = again.unwrap_or_else(|problems| panic!("{problems}{effective}"));
    if let Err(problems) = again.read(|_| Some(())) {
        panic!("{problems}{effective}");
    }
    assert_eq!(again.meaning(), document.meaning(), "{effective}");
}
