//! The effective file of each example is a file itself, and means the same.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use crate::{Document, whole_example};

#[test]
fn every_example_is_printed_as_a_file_that_means_the_same() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let read = |name: &str| fs::read_to_string(examples.join(name).join("silta.yaml")).unwrap();
    let mut texts: Vec<_> =
        ["minimal", "suomifi-cognito", "fargate", "fargate-like"].map(read).into();
    texts.push(whole_example());
    for text in texts {
        let document = Document::parse("f", &text).unwrap();
        let effective = document.effective();
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
fn constants_keep_their_kind_and_values_about_people_are_left_out() {
    let minimal = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/minimal/silta.yaml");
    let minimal = fs::read_to_string(minimal).unwrap();
    let text =
        minimal.replacen("    claims:\n", "    claims:\n      number: { constant: -5 }\n", 1);
    assert_ne!(text, minimal);
    let document = Document::parse("f", &text).unwrap();
    let effective = document.effective();
    assert!(effective.contains("constant: -5 #"), "{effective}");
    assert_eq!(Document::parse("f", &effective).unwrap().meaning(), document.meaning());

    let service_provider =
        "service_providers:\n  crm:\n    allow: { attribute: mail, values: [010170-912X] }\n";
    let document = Document::parse("f", service_provider).unwrap();
    let effective = document.effective();
    assert!(!effective.contains("010170"), "{effective}");
    assert!(effective.contains("left out: it may say something about a person"), "{effective}");
}
