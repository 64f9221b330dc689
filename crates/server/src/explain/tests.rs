//! What is printed of responses that are accepted, refused, and hostile.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use silta_broker::{LoginError, UpstreamName};
use silta_saml::algorithm::DataCipher;
use silta_saml::{ExplainedRequest, Explanation, UsedContent};
use silta_testkit::dictionary::suomifi;
use silta_testkit::forge::{
    AUTHN_CONTEXTS, EditPoint, FakeIdp, ForgedResponse, NOON, encrypted_part, text,
};
use silta_testkit::keys;

use super::report::Report;

#[test]
fn an_accepted_response_is_told_by_names_levels_and_times() {
    let idp = FakeIdp::plain();
    for forged in [idp.response(), idp.response().plain()] {
        let (text, object) = told(&idp, &forged, ExplainedRequest::Expected);
        for line in [
            "upstream idp, judged as of 2026-11-21T12:00:00Z",
            "passed       InResponseTo is our request",
            &format!("level {}", AUTHN_CONTEXTS[1]),
            "authenticated at 2026-11-21T11:59:00Z",
            "NameID: one of Format urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            "attribute urn:oid:1.2.246.21: values: 1, known as nationalIdentificationNumber",
            "accepted; whether it came before, and the rules of clients, were not judged",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} in {text}");
        }
        assert_eq!((&object["verdict"], &object["reason"]), (&"accepted".into(), &Value::Null));
        assert_eq!(object["assertion"]["level"], AUTHN_CONTEXTS[1]);
        for value in ["person-7", "010190-999X", "Meikäläinen"] {
            assert!(!text.contains(value) && !object.to_string().contains(value), "{text}");
        }
    }
}

/// What is used of a name or attribute that is encrypted by itself is told as opened, the rest as left out.
#[test]
fn what_is_encrypted_by_itself_is_told_as_opened_or_as_unused() {
    let uses = UsedContent { name_id: false, attributes: true };
    let idp = FakeIdp::plain().using(uses);
    let to = (&*keys::SP, DataCipher::Aes256Gcm);
    let forged = idp.response().edit(EditPoint::Assertion, move |xml| {
        let name = text::replaced(xml, "saml:NameID", "<saml:EncryptedID/>");
        let attribute = encrypted_part("EncryptedAttribute", "saml:Attribute", &name, to);
        text::replaced(&name, "saml:Attribute", &attribute)
    });
    let (text, object) = told(&idp, &forged, ExplainedRequest::Expected);
    for line in [
        "passed       names and attributes that are encrypted by themselves open",
        "NameID: none",
        "encrypted by themselves: attributes: 1: opened",
        "encrypted by themselves: NameID: unused, so not decrypted",
        "attribute urn:oid:1.2.246.21: values: 1, known as nationalIdentificationNumber",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} in {text}");
    }
    assert_eq!(object["assertion"]["opened"], json!({ "name_id": false, "attributes": 1 }));
    assert_eq!(object["assertion"]["unused"], json!({ "name_id": true, "attributes": 0 }));
    assert_eq!(object["assertion"]["for_others"], json!({ "name_id": false, "attributes": 0 }));
}

#[test]
fn a_refused_response_is_told_up_to_the_check_that_fails() {
    let idp = FakeIdp::plain();
    let forged = idp.response().audience("https://other.example/entity");
    let (text, object) = told(&idp, &forged, ExplainedRequest::Whichever);
    for line in [
        "not judged   InResponseTo is our request; name it by --request",
        "passed       a bearer confirmation is for us, our request and now",
        "failed       Conditions hold for us and now: wrong_audience: the assertion is meant for another \
         audience: expected https://broker.example/entity; received https://other.example/entity",
        "not reached  AuthnStatement has a level and a time that are enough",
        "not reached  something of subject identifies the person",
        "refused: wrong_audience",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} in {text}");
    }
    assert_eq!(
        (&object["verdict"], &object["reason"]),
        (&"refused".into(), &"wrong_audience".into())
    );
    assert_eq!(object["assertion"], Value::Null);
}

#[test]
fn a_response_that_has_become_old_is_told_with_what_to_write() {
    let idp = FakeIdp::plain();
    let forged = idp.response().issued(NOON - jiff::SignedDuration::from_hours(1));
    let (text, _) = told(&idp, &forged, ExplainedRequest::Expected);
    assert!(
        text.contains("\nrefused: stale; to judge it as of when it came, write --at"),
        "{text}"
    );
}

/// Whoever prints a message to a terminal prints nothing that moves its cursor.
#[test]
fn names_that_could_forge_a_line_are_told_by_their_length() {
    let idp = FakeIdp::plain();
    let evil = "a\n\u{9b}2Jevil";
    let forged = idp.response().attributes(&[(evil, &["person-7"]), ("uid", &["x", "y"])]);
    let (text, object) = told(&idp, &forged, ExplainedRequest::Expected);
    let count = evil.chars().count();
    let line = format!(
        "attribute another text of {count} characters: values: 1, not known to the configuration"
    );
    assert!(text.lines().any(|one| one == line), "{text}");
    assert!(
        text.contains("\nattribute uid: values: 2, not known to the configuration\n"),
        "{text}"
    );
    assert!(!text.contains("evil") && !object.to_string().contains("evil"), "{text}");
}

/// Whoever looks at it compares certificates, not words.
#[test]
fn where_a_key_is_at_fault_certificates_are_told() {
    let idp = FakeIdp::plain();
    let forged = idp.response().unsigned_assertion().response_signed_by(&keys::ROGUE);
    let (text, object) = told(&idp, &forged, ExplainedRequest::Expected);
    let (known, carried) = (keys::IDP.certificate(), keys::ROGUE.certificate());
    let lines = [
        format!("the upstream's certificates: {}", known.fingerprint()),
        format!("certificates in the message (not proven): {}", carried.fingerprint()),
    ];
    for line in &lines {
        assert!(text.lines().any(|one| one == line), "{line} in {text}");
    }
    assert_eq!(object["hints"], json!(lines));
    assert!(text.ends_with("refused: signature_no_key_matches\n"), "{text}");

    let other = FakeIdp::default();
    let forged = other.response().held_by(&[(&*keys::OTHER_SP, None)]);
    let (text, _) = told(&other, &forged, ExplainedRequest::Expected);
    let ours = format!(
        "none of our keys opens it; does the identity provider encrypt to our present certificate? Ours: {}",
        keys::SP.certificate().fingerprint()
    );
    assert!(text.lines().any(|one| one == ours), "{text}");
    assert!(text.ends_with("refused: undecryptable\n"), "{text}");
}

/// A login would refuse it, although nothing is wrong with the message.
#[test]
fn a_response_that_identifies_nobody_is_told_as_refused_with_the_names_that_came() {
    let idp = FakeIdp::plain();
    let forged = idp.response().attributes(&[("uid", &["person-7"])]);
    let nobody = Some(Err(LoginError::NoSubject));
    let (text, object) = told_of((&idp, &forged), ExplainedRequest::Expected, nobody);
    for line in [
        &format!(
            "failed       something of subject identifies the person: no_subject: {}",
            LoginError::NoSubject
        ),
        "attribute uid: values: 1, not known to the configuration",
        "refused: no_subject",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} in {text}");
    }
    assert_eq!((&object["verdict"], &object["reason"]), (&"refused".into(), &"no_subject".into()));
    let last = object["checks"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["check"], &last["outcome"]), (&"identified".into(), &"failed".into()));
    assert!(!text.contains("person-7") && !object.to_string().contains("person-7"), "{text}");
}

/// What is printed for people and for programs, where whoever is accepted is identified.
fn told(idp: &FakeIdp, forged: &ForgedResponse, request: ExplainedRequest) -> (String, Value) {
    told_of((idp, forged), request, None)
}

/// The same of another finding about the subject.
fn told_of(
    (idp, forged): (&FakeIdp, &ForgedResponse),
    request: ExplainedRequest,
    identified: Option<Result<(), LoginError>>,
) -> (String, Value) {
    let expect = idp.expectation();
    let explanation = Explanation::of(&forged.post(), &expect, request, NOON);
    let accepted = explanation.judged.is_ok().then_some(Ok(()));
    let report = Report {
        upstream: &UpstreamName::parse("idp").unwrap(),
        at: NOON,
        explanation,
        dictionary: &suomifi(),
        identified: identified.or(accepted),
        parties: (expect.idp, expect.provider),
    };
    let refusal = report.refusal();
    let object = serde_json::from_str(&report.json(refusal.as_ref())).unwrap();
    (report.text(refusal.as_ref()), object)
}
