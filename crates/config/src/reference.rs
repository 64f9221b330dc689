//! What is written from the description is what the description says.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

use crate::{attributes_page, page, schema, whole_example};

/// Compares a file of the repository with what it should be; writes it when `SILTA_REFERENCE=write` says so.
fn is_current(path: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var("SILTA_REFERENCE").is_ok_and(|word| word == "write") {
        fs::write(&path, wanted).expect("the file can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{} is stale: run ./just reference", path.display());
}

#[test]
fn the_reference_page_is_not_stale() {
    is_current("docs/reference/configuration.md", &page());
}

#[test]
fn the_page_of_attributes_is_not_stale() {
    is_current("docs/reference/attributes.md", &attributes_page());
}

#[test]
fn the_schema_is_not_stale() {
    is_current("docs/reference/configuration.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_examples_of_all_keys_together_are_a_good_file() {
    let text = whole_example();
    let document = crate::Document::parse("whole", &text).expect("YAML");
    let read = document.read(|_| Some(()));
    if let Err(problems) = read {
        panic!("{problems}\n{text}");
    }
}
