//! `silta explain response` and `silta map test --response`: what an operator does with a response that was saved, on any
//! machine that has the configuration and its keys.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use silta_testkit::forge::SentRequest;
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::silta;
use silta_testkit::test_dir::{ConfigParams, LOA, TestDir};

#[test]
fn an_encrypted_response_is_explained_from_each_form_that_it_is_saved_in() {
    let place = Place::new();
    let posted = place.answer();
    let xml = STANDARD.decode(&posted).unwrap();
    let form = format!("SAMLResponse={}&RelayState=x", posted.replace('+', "%2B"));
    for saved in [posted.as_bytes(), &xml, form.as_bytes()] {
        let file = place.dir.write("saved", saved);
        let (code, said) = place.explain(&file, &["--request", REQUEST]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("\npassed       one of our keys opens it\n"), "{said}");
        assert!(said.contains("\npassed       InResponseTo is our request\n"), "{said}");
        assert!(said.contains(&format!("\nlevel {LOA}\n")), "{said}");
        let known = "urn:oid:1.2.246.21: values: 1, known as nationalIdentificationNumber\n";
        assert!(said.contains(known), "{said}");
        assert!(said.contains("\naccepted; "), "{said}");
        for value in ["invented-1", "Väinö", "Meikäläinen"] {
            assert!(!said.contains(value), "{said}");
        }
    }
}

#[test]
fn a_response_on_standard_input_is_explained_for_programs() {
    let place = Place::new();
    let mut explain = place.command(Path::new("-"), &["--output", "json", "--upstream", "idp"]);
    let mut running = explain.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(place.answer().as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!((&said["verdict"], &said["reason"]), (&"accepted".into(), &Value::Null));
    let outcome = |word: &str| {
        let checks = said["checks"].as_array().unwrap();
        checks.iter().find(|one| one["check"] == word).unwrap()["outcome"].clone()
    };
    assert_eq!(outcome("response_request"), "not_judged");
    assert_eq!(outcome("attributes"), "passed");
    assert_eq!(said["assertion"]["level"], LOA);
    assert_eq!(said["assertion"]["attributes"].as_array().unwrap().len(), 3);
    assert!(!said.to_string().contains("invented-1"), "{said}");
}

#[test]
fn a_response_that_is_refused_is_explained_up_to_the_check_that_fails() {
    let place = Place::new();
    let file = place.dir.write("saved", place.answer());
    let (code, said) = place.explain(&file, &["--request", "_another"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("\npassed       Issuer of the Response is the upstream\n"), "{said}");
    let failed = "\nfailed       InResponseTo is our request: not_our_request: the response answers \
                  another request\nnot reached  IssueInstant of the Response is of now\n";
    assert!(said.contains(failed), "{said}");
    assert!(said.ends_with("\nrefused: not_our_request\n"), "{said}");

    let (code, said) = place.explain(&file, &["--at", "2026-11-21T12:00:00Z"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("\nrefused: from_the_future\n"), "{said}");
    let (_, said) = place.explain(&file, &["--at", "2099-11-21T12:00:00Z"]);
    assert!(
        said.contains("\nrefused: stale; to judge it as of when it came, write --at"),
        "{said}"
    );

    let other = request("https://login.example/saml/other/metadata");
    let file = place.dir.write("saved", place.idp.answer(&other, 1));
    let (code, said) = place.explain(&file, &[]);
    assert_eq!(code, Some(1), "{said}");
    let expected = "wrong_audience: the assertion is meant for another audience: expected \
                    https://login.example/saml/idp/metadata; received \
                    https://login.example/saml/other/metadata\n";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn what_cannot_be_explained_is_told_with_what_to_write() {
    let place = Place::new();
    let good = place.dir.write("saved", place.answer());
    let empty = place.dir.write("empty", "");
    let nowhere = place.dir.folder().join("nowhere");
    for (file, more, why) in [
        (&nowhere, &[][..], "cannot be read"),
        (&empty, &[], "it is empty"),
        (&good, &["--upstream", "suomifi"], "these do: idp"),
        (&good, &["--at", "noon"], "invalid value 'noon'"),
    ] {
        let output = place.command(file, more).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{told}");
        assert!(told.contains(why), "{told}");
    }
}

/// Neither network nor Redis is there: the same answer becomes the claims that a login would have told.
#[test]
fn rules_are_tried_on_an_encrypted_response() {
    let place = Place::new();
    let file = place.dir.write("saved", place.answer());
    let map_test = |more: &[&str]| {
        let mut command = Command::new(silta::binary());
        command.args(["map", "test", "--response"]).arg(&file).args(more);
        let output = command.arg("--config").arg(&place.config).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), said + &String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = map_test(&["--output", "json"]);
    assert_eq!(code, Some(0), "{said}");
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(told["shop"]["claims"]["FI_firstName"], "Väinö", "{said}");
    assert!(told["shop"]["sub"].is_string(), "{told}");
    let (code, said) = map_test(&["--at", "2099-11-21T12:00:00Z"]);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("a login is refused: "), "{said}");
    assert!(said.contains("(stale); see silta explain response"), "{said}");
}

/// A configuration, and the identity provider that it trusts.
struct Place {
    dir: TestDir,
    config: PathBuf,
    idp: QuickIdp,
}

impl Place {
    fn new() -> Self {
        let dir = TestDir::new();
        let config = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
        let idp = QuickIdp::of(&dir);
        Self { dir, config, idp }
    }

    fn answer(&self) -> String {
        self.idp.answer(&request("https://login.example/saml/idp/metadata"), 1)
    }

    fn command(&self, file: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(silta::binary());
        command.args(["explain", "response"]).arg(file).args(more);
        command.arg("--config").arg(&self.config);
        command
    }

    fn explain(&self, file: &Path, more: &[&str]) -> (Option<i32>, String) {
        let output = self.command(file, more).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), said + &String::from_utf8(output.stderr).unwrap())
    }
}

/// The request of a service provider of this entityID, which has our ACS.
fn request(issuer: &str) -> SentRequest {
    SentRequest {
        id: REQUEST.to_owned(),
        issuer: issuer.to_owned(),
        acs_url: Some("https://login.example/saml/idp/acs".to_owned()),
        relay_state: None,
    }
}

const REQUEST: &str = "_0123456789abcdef0123456789abcdef";
