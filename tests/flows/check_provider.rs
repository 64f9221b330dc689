//! `silta check` of an upstream with `protocol: oidc`: each mistake is named where it stands.

use silta_testkit::op::{Answer, HostileOp, JWKS, METADATA};
use silta_testkit::silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::op_fixture::{CLIENT_SECRET, section_of, with_upstream};

#[test]
fn every_mistake_in_the_section_of_a_provider_is_named() {
    for (changes, what) in [
        ("issuer:", "issuer is missing"),
        ("issuer: http://op.example", "upstreams.op.issuer: it does not start with https://"),
        ("issuer: https://op.example?tenant=a", "upstreams.op.issuer"),
        ("issuer: https://login.example", "it is our own public_url"),
        ("protocol: openid", "upstreams.op.protocol"),
        ("client_id:", "client_id is missing"),
        ("client_secret:", "client_secret is missing"),
        ("client_secret: plain-text-secret", "upstreams.op.client_secret"),
        ("authentication: none", "upstreams.op.authentication"),
        ("authentication: private_key_jwt", "client_secret says nothing with authentication"),
        ("id_token_algorithms: [HS256]", "upstreams.op.id_token_algorithms"),
        ("id_token_algorithms: [none]", "upstreams.op.id_token_algorithms"),
        ("loa:", "loa is missing"),
        ("loa: [a, [b, a]]", "upstreams.op.loa[1][1]: it stands in this list twice"),
        ("loa: [\"a b\"]", "it is no acr value"),
        ("scopes: [\"profile email\"]", "it is no scope"),
        ("origins: [https://keys.example/jwks]", "it is not an origin"),
        ("origins: [http://keys.example]", "upstreams.op.origins"),
        ("clock_skew: 10m", "it is more than 5m; write 5m or less"),
        ("subject: [vtjVerified]", "does not identify a person"),
        ("signed: both", "signed is not a key that is known here; it belongs to protocol: saml"),
        ("profile: suomifi", "profile is not a key that is known here"),
    ] {
        let (code, said) = checked(changes);
        assert_eq!(code, Some(64), "{changes}: {said}");
        assert!(said.contains(what), "{changes}: {said}");
    }
    let (code, said) = checked("");
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test]
async fn a_check_that_connects_asks_the_providers_and_says_what_to_do() {
    let op = HostileOp::start();
    let check = |issuer: &str| connected(&section_of(issuer, ""));
    let (code, said) = check(&op.issuer());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("upstreams.op: its metadata and keys can be used\n"), "{said}");
    assert!(said.contains(": it can be used\n"), "{said}");

    let nobody = "http://127.0.0.1:1";
    for (issuer, metadata, keys, cause, instead) in [
        (nobody, 200, 200, "nobody_listens", "are host and port in issuer right"),
        ("https://op.invalid", 200, 200, "not_resolved", "does DNS work here"),
        (&op.issuer(), 404, 200, "metadata", "/.well-known/openid-configuration"),
        (&op.issuer(), 200, 500, "keys", "ask the provider why its jwks_uri"),
    ] {
        op.answer(METADATA, answer(metadata, &op.metadata()));
        op.answer(JWKS, answer(keys, &op.metadata()));
        let (code, said) = check(issuer);
        assert_eq!(code, Some(69), "{said}");
        let what = format!("upstreams.op: {issuer} cannot be used ({cause}): ");
        let line = said.lines().find(|line| line.starts_with(&what));
        let line = line.unwrap_or_else(|| panic!("{what} in {said}"));
        assert!(line.contains(instead), "{line}");
        assert!(said.contains(": what it needs cannot be had\n"), "{said}");
    }
}

fn answer(status: u16, document: &serde_json::Value) -> Answer {
    if status == 200 { Answer::json(document) } else { Answer::status(status) }
}

/// What `silta check --connect` says of this upstream.
fn connected(section: &str) -> (Option<i32>, String) {
    let place = TestDir::new();
    place.write("op.secret", CLIENT_SECRET);
    let config = place.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    with_upstream(&config, section);
    let config = config.to_str().unwrap();
    let output = silta::run(&["check", "--connect", "--output", "json", "--config", config]);
    (output.status.code(), silta::said(&output))
}

/// What `silta check` says of the usual section with these changes.
fn checked(changes: &str) -> (Option<i32>, String) {
    let place = TestDir::new();
    place.write("op.secret", CLIENT_SECRET);
    let config = place.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    with_upstream(&config, &section_of("https://op.example", changes));
    let output = silta::run(&["check", "--output", "json", "--config", config.to_str().unwrap()]);
    (output.status.code(), silta::said(&output))
}
