//! A foreign judge of single logout, in both directions: pysaml2 asks, answers, and reads what we write.

use jiff::Timestamp;
use serde_json::{Value, json};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::{
    AcsIndex, LogoutMessage, LogoutRequest, LogoutResponse, LogoutStatus, MessageParameter, NameId,
    RequestId, ServiceProviderMetadata, post_value, sign_enveloped,
};
use silta_testkit::forge::{ACS, FakeIdp, IDP_ENTITY, SLO, SP_ENTITY, signed_redirect};
use silta_testkit::keys;
use silta_testkit::peers::Pysaml2Logout;
use silta_testkit::test_dir::TestDir;

use super::fixture::{Read, verify};

const THEIRS: &str = "https://idp.example/slo";

fn name() -> NameId {
    NameId {
        value: "AAdz+&<ä>".to_owned(),
        format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient".to_owned()),
        name_qualifier: Some(IDP_ENTITY.to_owned()),
        sp_name_qualifier: Some(SP_ENTITY.to_owned()),
    }
}

fn starting(dir: &TestDir) -> Pysaml2Logout {
    let metadata = ServiceProviderMetadata {
        entity_id: SP_ENTITY,
        id: None,
        valid_until: None,
        cache_duration: None,
        acs_url: ACS,
        acs_index: AcsIndex::DEFAULT,
        slo_url: Some(SLO),
        signing: &[keys::SP.certificate()],
        encryption: &[],
        signature_algorithms: &SignatureAlgorithm::ALL,
        ciphers: &DataCipher::ALL,
        oaep_digests: &DigestAlgorithm::ALL,
        key_wraps: &[],
        want_assertions_signed: true,
        name_id_formats: &[],
        about: &silta_saml::SelfDescription::default(),
    };
    let config = json!({
        "entity_id": IDP_ENTITY,
        "slo": THEIRS,
        // It reads the document without its declaration, as text.
        "sp_metadata": metadata.to_xml().split_once('\n').unwrap().1,
        "key": dir.write("idp.key", keys::IDP.key_pem()),
        "certificate": dir.write("idp.crt", keys::IDP.certificate_pem()),
        "sp_certificate": dir.write("sp.crt", keys::SP.certificate_pem()),
    });
    Pysaml2Logout::start(&dir.write("config.json", config.to_string()))
}

fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "pysaml2 reads the real clock as well")]
    Timestamp::now()
}

/// What we write, for either binding: as the query, and as the value of the field.
fn written(parameter: MessageParameter, xml: &str, relay_state: &str) -> [Value; 2] {
    let key = keys::SP.signing(SignatureAlgorithm::RsaSha256);
    let url = signed_redirect(THEIRS, (parameter, xml), Some(relay_state), &key);
    let query = url.split_once('?').unwrap().1;
    let posted = post_value(&sign_enveloped(xml, &key).unwrap());
    [json!({ "query": query }), json!({ (parameter.name()): posted })]
}

/// What pysaml2 wrote, by either binding.
fn read(parameter: MessageParameter, said: &Value) -> [Read; 2] {
    let query = said["redirect"].as_str().unwrap().split_once('?').unwrap().1;
    let posted = said["post"].as_str().unwrap();
    let posted = match parameter {
        MessageParameter::Request => LogoutMessage::from_post(Some(posted), None, None),
        MessageParameter::Response => LogoutMessage::from_post(None, Some(posted), None),
    };
    let idp = FakeIdp::default();
    [LogoutMessage::from_redirect(query), posted].map(|one| verify(one, &idp, now()).unwrap())
}

#[test]
fn pysaml2_ends_a_session_by_both_bindings_and_reads_our_answer() {
    let dir = TestDir::new();
    let mut idp = starting(&dir);
    let NameId { value, format, name_qualifier, sp_name_qualifier } = name();
    let said = idp.tell(&json!({ "ask": {
        "name_id": value, "format": format, "name_qualifier": name_qualifier,
        "sp_name_qualifier": sp_name_qualifier, "session_index": "_s-1", "relay_state": "a b&c",
    }}));
    let [redirected, posted] = read(MessageParameter::Request, &said).map(Read::request);
    assert_eq!((redirected.relay_state(), posted.relay_state()), (Some("a b&c"), None));
    for request in [&redirected, &posted] {
        assert_eq!(said["id"], request.id());
        assert!(*request.name_id() == name());
        assert_eq!(request.session_indexes(), ["_s-1"]);
    }
    for (status, codes) in [
        (LogoutStatus::Success, &["Success"][..]),
        (LogoutStatus::Partial, &["Success", "PartialLogout"]),
        (LogoutStatus::UnknownPrincipal, &["Requester", "UnknownPrincipal"]),
    ] {
        let response = LogoutResponse {
            id: "_answer",
            issued: now(),
            destination: THEIRS,
            issuer: SP_ENTITY,
            in_response_to: redirected.id(),
            status,
        };
        let [query, posted] = written(MessageParameter::Response, &response.to_xml(), "a b&c");
        let codes: Vec<_> =
            codes.iter().map(|one| format!("urn:oasis:names:tc:SAML:2.0:status:{one}")).collect();
        for line in [query, posted] {
            let judged = idp.tell(&line);
            if status == LogoutStatus::UnknownPrincipal {
                // It throws what is no success.
                assert!(judged["error"].as_str().unwrap().contains("UnknownPrincipal"), "{judged}");
            } else {
                assert_eq!(judged["status"], json!(codes), "{judged}");
                assert_eq!(judged["in_response_to"], redirected.id());
            }
        }
    }
}

#[test]
fn pysaml2_ends_the_session_that_we_name_and_says_so() {
    let dir = TestDir::new();
    let mut idp = starting(&dir);
    let id = RequestId::from_random([7; 16]);
    let name_id = name();
    let request = LogoutRequest {
        id: &id,
        issued: now(),
        destination: THEIRS,
        issuer: SP_ENTITY,
        name_id: &name_id,
        session_index: Some("_s-1"),
        vetuma_language: Some("sv"),
    };
    let [query, posted] = written(MessageParameter::Request, &request.to_xml(), "handle");
    for line in [&query, &posted] {
        let judged = idp.tell(line);
        for (field, value) in [
            ("name_id", Some(&name_id.value)),
            ("format", name_id.format.as_ref()),
            ("name_qualifier", name_id.name_qualifier.as_ref()),
            ("sp_name_qualifier", name_id.sp_name_qualifier.as_ref()),
        ] {
            assert_eq!(judged[field].as_str(), value.map(String::as_str), "{field}: {judged}");
        }
        assert_eq!(judged["session_indexes"], json!(["_s-1"]));
        for answer in read(MessageParameter::Response, &judged) {
            let answer = answer.response();
            assert_eq!(
                (answer.in_response_to(), answer.status()),
                (id.as_str(), LogoutStatus::Success)
            );
        }
    }
    // It does look: another person, and it says no.
    let spoilt = posted["SAMLRequest"].as_str().unwrap();
    let spoilt = openssl::base64::decode_block(spoilt).unwrap();
    let spoilt = String::from_utf8(spoilt).unwrap().replace("AAdz", "BBdz");
    let refused = idp.tell(&json!({ "SAMLRequest": post_value(&spoilt) }));
    assert!(refused["error"].is_string(), "{refused}");
    let spoilt = query["query"].as_str().unwrap().replace("RelayState=handle", "RelayState=other");
    let refused = idp.tell(&json!({ "query": spoilt }));
    assert!(refused["error"].is_string(), "{refused}");
}
