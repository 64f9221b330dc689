//! Responses as `spid-sp-test` makes them, by which Italy tests service providers, each with that tool's
//! own verdict: a judge that nobody here wrote.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::forge::{ACS, ASSERTION_ID, IDP_ENTITY, NOON, REQUEST, RESPONSE_ID, SP_ENTITY};
use crate::installed::installed;
use crate::keys;
use crate::peers::script;

/// One response.
#[derive(Debug, Clone, Deserialize)]
pub struct SpidCase {
    /// Its number there.
    pub case: String,
    /// What it is about, in Italian.
    pub name: String,
    /// Whether the tool wants it accepted.
    pub accepted: bool,
    /// XML.
    pub response: String,
}

/// Every response there is, to the request and in the world of [`crate::forge`], signed with the
/// identity provider's key.
///
/// # Panics
/// When the templates are not installed, or cannot be filled.
#[must_use]
pub fn spid_cases() -> Vec<SpidCase> {
    let pem = |pair: &keys::KeyPair| String::from_utf8(pair.key_pem()).unwrap();
    let at = |seconds: i64| (NOON + jiff::SignedDuration::from_secs(seconds)).to_string();
    let values = json!({
        "key": pem(&keys::IDP),
        "other_key": pem(&keys::ROGUE),
        "Issuer": IDP_ENTITY,
        "Audience": SP_ENTITY,
        "AssertionConsumerURL": ACS,
        "AuthnRequestID": REQUEST,
        "ResponseID": RESPONSE_ID,
        "AssertionID": ASSERTION_ID,
        "NameID": "person-7",
        "NameIDNameQualifier": IDP_ENTITY,
        "SessionIndex": "_session",
        "IssueInstant": at(0),
        "IssueInstantMillis": at(0).replace('Z', ".123Z"),
        "AuthnIstant": at(0),
        "NotOnOrAfter": at(300),
        "AuthnContextClassRef": "https://www.spid.gov.it/SpidL2",
    });
    serde_json::from_slice(&filled(&values)).expect("a list of cases")
}

fn filled(values: &Value) -> Vec<u8> {
    let mut command = Command::new(installed("spid/bin/python"));
    command.arg(script("spid_responses.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = command.spawn().expect("python starts");
    let mut stdin = program.stdin.take().expect("a pipe");
    stdin.write_all(values.to_string().as_bytes()).expect("python reads");
    drop(stdin);
    let done = program.wait_with_output().expect("python ends");
    assert!(done.status.success(), "the templates cannot be filled: {}", done.status);
    done.stdout
}
