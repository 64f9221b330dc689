//! Responses as `spid-sp-test` makes them, by which Italy tests service providers, each with that tool's
//! own verdict: a judge that nobody here wrote.

use std::io::Write as _;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use silta_saml::namespace::{SAML, SAMLP};
use silta_saml::{ServiceProvider, post_value};

use crate::forge::{
    ASSERTION_ID, EditPoint, FakeIdp, IDP_ENTITY, NOON, REQUEST, RESPONSE_ID, SentRequest,
};
use crate::installed::installed;
use crate::keys;
use crate::peers::script;
use crate::test_dir::QUICK_IDP;

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

/// Every response there is to this service provider, to the request and in the world of [`crate::forge`], signed with
/// the identity provider's key.
///
/// # Panics
/// When the templates are not installed, or cannot be filled.
#[must_use]
pub fn spid_cases(provider: &ServiceProvider) -> Vec<SpidCase> {
    let pem = |pair: &keys::KeyPair| String::from_utf8(pair.key_pem()).unwrap();
    let at = |seconds: i64| (NOON + jiff::SignedDuration::from_secs(seconds)).to_string();
    let values = json!({
        "key": pem(&keys::IDP),
        "other_key": pem(&keys::ROGUE),
        "Issuer": IDP_ENTITY,
        "Audience": provider.entity_id,
        "AssertionConsumerURL": provider.acs_url,
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

/// The value of `SAMLResponse` by which an identity provider of SPID lets a person in: a plain assertion that it signs, in a
/// Response that it does not.
///
/// # Panics
/// When something is missing that it is made of.
#[must_use]
pub fn spid_answer(request: &SentRequest, acs_url: &str, attributes: &[(&str, &[&str])]) -> String {
    let issuer = format!("<saml:Issuer Format=\"{ENTITY}\">");
    let answer = FakeIdp::default().response().issuer(QUICK_IDP).audience(&request.issuer);
    let answer = answer.acs_url(acs_url).in_response_to(&request.id).issued(now());
    let answer = answer.authenticated(now()).authn_context("https://www.spid.gov.it/SpidL2");
    let answer = answer.attributes(attributes).plain().unsigned_response();
    answer.swap(EditPoint::Assertion, "<saml:Issuer>", &issuer).post()
}

/// The same by which it lets nobody in, and which nobody signs, with this `StatusMessage`.
#[must_use]
pub fn spid_failure(request: &SentRequest, acs_url: &str, message: &str) -> String {
    let (id, now, status) = (&request.id, now(), "urn:oasis:names:tc:SAML:2.0:status");
    post_value(&format!(
        "<samlp:Response xmlns:samlp=\"{SAMLP}\" xmlns:saml=\"{SAML}\" ID=\"_failure\" Version=\"2.0\" \
         IssueInstant=\"{now}\" Destination=\"{acs_url}\" InResponseTo=\"{id}\">\
         <saml:Issuer Format=\"{ENTITY}\">{QUICK_IDP}</saml:Issuer><samlp:Status>\
         <samlp:StatusCode Value=\"{status}:Responder\"><samlp:StatusCode Value=\"{status}:AuthnFailed\"/>\
         </samlp:StatusCode><samlp:StatusMessage>{message}</samlp:StatusMessage></samlp:Status></samlp:Response>"
    ))
}

#[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
fn now() -> Timestamp {
    Timestamp::now()
}

const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

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
