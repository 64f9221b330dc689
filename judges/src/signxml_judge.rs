//! signxml, which is Python: lxml's parser and canonicalization, and pyca/cryptography.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use silta_testkit::installed::installed;

use crate::signature::Signed;
use crate::verdict::Verdict;

/// Judges the signature of each root, in one process.
#[must_use]
pub fn verdicts(all: &[Signed]) -> Vec<Verdict> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = installed("venv/bin/python");
    let mut child = Command::new(python)
        .arg(here.join("signxml_verdicts.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut questions = child.stdin.take().expect("its input");
    let lines: Vec<String> = all
        .iter()
        .map(|one| {
            let certificate = String::from_utf8(one.curve.key().certificate_pem()).expect("PEM");
            json!({ "xml": one.text, "certificate_pem": certificate }).to_string()
        })
        .collect();
    let writing = std::thread::spawn(move || {
        for line in lines {
            writeln!(questions, "{line}").expect("it reads");
        }
    });
    let output = child.wait_with_output().expect("it ends");
    writing.join().expect("all is written");
    let answers: Vec<_> =
        String::from_utf8(output.stdout)
            .expect("text")
            .lines()
            .map(|line| {
                if line == "accepted" {
                    Verdict::Accepted
                } else {
                    Verdict::Refused(line.to_owned())
                }
            })
            .collect();
    assert_eq!(answers.len(), all.len(), "an answer to each question");
    answers
}
