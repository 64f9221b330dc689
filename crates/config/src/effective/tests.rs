//! The effective file of each example is a file itself, and means the same.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{Document, People, whole_example};

#[test]
fn every_example_is_printed_as_a_file_that_means_the_same() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let read = |name: &str| fs::read_to_string(examples.join(name).join("silta.yaml")).unwrap();
    let mut texts: Vec<_> =
        ["minimal", "suomifi-cognito", "fargate", "fargate-like"].map(read).into();
    texts.push(whole_example());
    for text in texts {
        let document = Document::parse("f", &text).unwrap();
        let effective = document.effective(People::Whole);
        let again = Document::parse("f", &effective).unwrap();
        let read = again.read(|_| Some(()));
        assert!(read.is_ok(), "{}{effective}", read.unwrap_err());
        assert_eq!(again.meaning(), document.meaning());
    }
}

#[test]
fn another_value_is_another_meaning_and_another_spelling_is_not() {
    let text = whole_example();
    let meaning = |text: &str| Document::parse("f", text).unwrap().meaning();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        meaning(&text.replacen(from, to, 1)) == meaning(&text)
    };
    assert!(changed("refresh: 1m", "refresh: 60s"));
    assert!(changed("trusted_proxies: [10.0.0.0/16]", "trusted_proxies: '10.0.0.0/16' # one"));
    assert!(changed("  log: info\n", ""));
    assert!(!changed("  log: info\n", "  log: warn\n"));
    assert!(!changed("refresh: 1m", "refresh: 2m"));
}

#[test]
fn constants_keep_their_kind() {
    let minimal = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/minimal/silta.yaml");
    let minimal = fs::read_to_string(minimal).unwrap();
    let text =
        minimal.replacen("    claims:\n", "    claims:\n      number: { constant: -5 }\n", 1);
    assert_ne!(text, minimal);
    let document = Document::parse("f", &text).unwrap();
    let effective = document.effective(People::Whole);
    assert!(effective.contains("constant: -5 #"), "{effective}");
    assert_eq!(Document::parse("f", &effective).unwrap().meaning(), document.meaning());
}

/// What of a text is wrong, but for what is missing.
fn said(text: &str) -> String {
    let read = Document::parse("f", text).unwrap().read(|_| Some(()));
    let problems = read.map_or_else(|problems| problems, |((), warnings)| warnings);
    let lines = problems.to_string();
    lines.lines().filter(|line| !line.contains(" is missing; ")).collect()
}

#[test]
fn values_about_people_are_left_out_of_what_is_shown_and_that_is_no_configuration() {
    let service_provider =
        "service_providers:\n  crm:\n    allow: { attribute: mail, values: [010170-912X] }\n";
    let document = Document::parse("f", service_provider).unwrap();
    let shown = document.effective(People::LeftOut);
    assert!(!shown.contains("010170"), "{shown}");
    assert!(shown.contains("left out: it may say something about a person"), "{shown}");
    assert!(said(&shown).contains("--effective left a value out here"), "{shown}");
    let whole = document.effective(People::Whole);
    assert!(whole.contains("010170-912X") && !said(&whole).contains("left a value out"), "{whole}");
}

/// Together with [`whole_example`] every key: those that cannot stand beside the others.
const OTHERS: &str = include_str!("others.yaml");

#[test]
fn a_file_with_every_key_is_printed_as_one_that_means_the_same() {
    let mut keys = BTreeSet::new();
    for text in [whole_example(), OTHERS.to_owned()] {
        let document = Document::parse("f", &text).unwrap();
        let read = document.read(|_| Some(()));
        assert!(read.is_ok(), "{}", read.unwrap_err());
        let whole = document.effective(People::Whole);
        let again = Document::parse("f", &whole).unwrap();
        let read = again.read(|_| Some(()));
        assert!(read.is_ok(), "{}{whole}", read.unwrap_err());
        assert_eq!(again.meaning(), document.meaning());
        let name = |line: &str| line.split([':', '#']).next().unwrap().trim().to_owned();
        keys.extend(whole.lines().flat_map(|line| line.split("- ").map(name).collect::<Vec<_>>()));
    }
    for section in crate::description::every_section() {
        for key in section.keys {
            assert!(keys.contains(key.name), "{} of {} is in no file", key.name, section.name);
        }
    }
}
