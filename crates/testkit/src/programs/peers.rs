//! The peers of `tests/peers` that nobody here wrote: providers, relying parties, browsers, and judges of
//! signatures and documents.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::browser::{Browser, Form};
use crate::installed::{installed, root};

mod pysaml2;
mod relying_party;
mod xmlsec1;

pub use pysaml2::{Pysaml2, Pysaml2Logout, Pysaml2Sp};
pub use relying_party::{Library, RelyingParty};
pub use xmlsec1::{xmlsec1, xmlsec1_at, xmlsec1_sign};

/// Drives Chromium through a visit, as `browser.mjs` describes it.
///
/// # Panics
/// When a step fails.
#[must_use]
pub fn chromium(visit: &Value) -> Value {
    visited("browser.mjs", visit)
}

/// Drives Firefox through a visit, as `firefox.mjs` describes it.
///
/// # Panics
/// When a step fails.
#[must_use]
pub fn firefox(visit: &Value) -> Value {
    visited("firefox.mjs", visit)
}

fn visited(script: &str, visit: &Value) -> Value {
    let output = node(script).arg(visit.to_string()).output().expect("node starts");
    let seen: Value = serde_json::from_slice(&output.stdout).expect("a line of JSON");
    assert!(output.status.success(), "{script} stopped: {seen:#}");
    seen
}

/// What signxml and cryptography think of an AuthnRequest, as `verify_authn_request.py` describes.
///
/// # Panics
/// When it says nothing.
#[must_use]
pub fn verify_authn_request(question: &Value) -> Value {
    let mut command = python("verify_authn_request.py");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), question).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).expect("a line of JSON")
}

/// What the OASIS schemas have against a SAML document, as `judge_schema.py` describes.
///
/// # Panics
/// When the judge says nothing and does not accept it.
#[must_use]
pub fn judged_by_schema(document: &str) -> String {
    let mut command = python("judge_schema.py");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    said
}

/// A form that the identity provider made, for `browser` to hold back or to send later.
///
/// # Panics
/// When the address does not lead to one.
pub async fn answer_of_idp(browser: &mut Browser, authorize: &str) -> Form {
    let page = browser.open(authorize).await;
    assert_eq!(page.status, 200, "{} answers", page.url.path());
    let form = page.form().expect("a form");
    // Where requests are posted, the first form carries ours.
    if form.fields.iter().any(|(name, _)| name == "SAMLRequest") {
        return browser.submit(&form).await.form().expect("a form of the identity provider");
    }
    form
}

/// Whether check-jsonschema accepts these files by a schema, and what it says.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn check_schema(schema: &Path, files: &[PathBuf]) -> (bool, String) {
    let mut command = Command::new(installed("schema/bin/check-jsonschema"));
    command.arg("--schemafile").arg(schema).args(files);
    let output = command.output().expect("check-jsonschema starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// What pyca/cryptography agrees on by ECDH-ES with its own ConcatKDF: a line of `ecdh_es.py` for each of these.
///
/// # Panics
/// When the venv of the peers is missing, or a line is not understood.
#[must_use]
pub fn ecdh_es(lines: &[String]) -> Vec<String> {
    answers("ecdh_es.py", lines)
}

/// What signxml, cryptography and lxml make of requests with an encrypted part, as `encrypted_request.py` describes.
///
/// # Panics
/// When the venv of the peers is missing, or it says nothing.
#[must_use]
pub fn encrypted_requests(questions: &[Value]) -> Vec<Value> {
    let lines: Vec<_> = questions.iter().map(Value::to_string).collect();
    let answers = answers("encrypted_request.py", &lines);
    answers.iter().map(|one| serde_json::from_str(one).expect("a line of JSON")).collect()
}

/// What pysaml2 and SimpleSAMLphp take of our metadata as a service provider, as `import_sp.py` describes.
///
/// # Panics
/// When one of them is missing, or refuses it.
#[must_use]
pub fn imported_sp(metadata: &str) -> [Value; 2] {
    let mut php = Command::new("php");
    php.arg(script("import_sp.php")).arg(installed("simplesamlphp"));
    [python("import_sp.py"), php].map(|mut program| {
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(metadata.as_bytes()).unwrap();
        serde_json::from_slice(&child.wait_with_output().unwrap().stdout).expect("a line of JSON")
    })
}

/// What signxml, cryptography and lxml read of signed messages, as `outline.py` describes.
///
/// # Panics
/// When the venv of the peers is missing, or it says nothing.
#[must_use]
pub fn outlines(questions: &[Value]) -> Vec<Value> {
    let lines: Vec<_> = questions.iter().map(Value::to_string).collect();
    let answers = answers("outline.py", &lines);
    answers.iter().map(|one| serde_json::from_str(one).expect("a line of JSON")).collect()
}

/// What a program answers to all these lines.
fn answers(script: &str, lines: &[String]) -> Vec<String> {
    let mut program = python(script);
    let mut child =
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(lines.join("\n").as_bytes()).expect("python reads");
    drop(input);
    let output = child.wait_with_output().expect("python ends");
    assert!(output.status.success(), "{script} failed");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// Python with the packages of `tests/peers`, given one of its programs.
pub(crate) fn python(script: &str) -> Command {
    let mut command = Command::new(installed("venv/bin/python"));
    command.arg(self::script(script));
    command
}

/// A program of `tests/peers` by its path.
pub(crate) fn script(name: &str) -> PathBuf {
    root().join("tests/peers").join(name)
}

/// A program of `tests/peers` for node, with what npm installed.
pub(crate) fn node(script: &str) -> Command {
    let peers = root().join("tests/peers");
    assert!(
        peers.join("node_modules").exists(),
        "the npm peers are missing; install them: tests/peers/setup"
    );
    let mut command = Command::new("node");
    command.arg(peers.join(script));
    command
}
