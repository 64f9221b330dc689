//! Messages of ours on their way, as programs that others wrote are asked about them.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silta_testkit::browser::Page;
use silta_testkit::peers;
use silta_testkit::test_dir::TestDir;

/// What `outline.py` is asked about the message that this page sends a browser with: by redirect, or by its form.
pub(crate) fn question(dir: &TestDir, page: &Page, parameter: &str) -> Value {
    let certificate = fs::read_to_string(dir.folder().join("saml-signing.crt")).unwrap();
    let mut question = json!({ "certificate_pem": certificate });
    if let Some(form) = page.form() {
        let xml = String::from_utf8(STANDARD.decode(form.field(parameter)).unwrap()).unwrap();
        question["xml"] = xml.into();
    } else {
        // As it stands in the header: written anew it could have other octets.
        let location = page.headers["location"].to_str().unwrap();
        question["query"] = location.split_once('?').unwrap().1.into();
    }
    question
}

/// What is read of each of these messages is what stands beside it.
#[track_caller]
pub(crate) fn assert_read_as(messages: &[(Value, String)]) {
    let questions: Vec<_> = messages.iter().map(|(question, _)| question.clone()).collect();
    for (read, (_, expected)) in peers::outlines(&questions).iter().zip(messages) {
        assert_eq!(read["valid"], true, "{read}");
        assert_eq!(lines(read["outline"].as_str().unwrap()), lines(expected));
    }
}

/// For comparing.
pub(crate) fn lines(outline: &str) -> Vec<&str> {
    outline.trim().lines().collect()
}
