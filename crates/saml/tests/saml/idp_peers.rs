//! Foreign judges of us as an identity provider: pysaml2 asks and reads, xmlsec1 verifies.

use jiff::Timestamp;
use serde_json::json;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssertionContent, Attribute, IdentityProviderMetadata, NameId, ReceivedAuthnRequest,
    ResponseHeader, ResponseIds, UnverifiedAuthnRequest, post_value, sign_enveloped,
};
use silta_testkit::forge::{ACS, IDP_ENTITY, NOON, REQUEST, SP_ENTITY, SSO, registered};
use silta_testkit::keys;
use silta_testkit::peers::{Pysaml2Sp, xmlsec1_at};
use silta_testkit::test_dir::TestDir;

/// Both of its signatures, in the query and inside; then what we answer to it.
#[test]
fn pysaml2_asks_by_both_bindings_and_reads_our_answer() {
    let dir = TestDir::new();
    let mut sp = asking(&dir);
    #[expect(clippy::disallowed_methods, reason = "pysaml2 reads the real clock as well")]
    let now = Timestamp::now();
    let provider = registered(SP_ENTITY, &[ACS], Some(&keys::SP));
    let query = sp.redirect().split_once('?').unwrap().1;
    let redirected = UnverifiedAuthnRequest::from_redirect(query).unwrap();
    let posted = UnverifiedAuthnRequest::from_post(sp.post(), None).unwrap();
    let [redirected, posted] =
        [redirected, posted].map(|one| one.verify(|_| Some(&provider), SSO, now).unwrap());
    assert_eq!((redirected.id(), redirected.acs_url()), (posted.id(), ACS));
    assert_eq!((redirected.relay_state(), posted.relay_state()), (Some("a relay state"), None));
    for request in [&redirected, &posted] {
        assert!(request.is_signed() && request.wishes().force_authn);
        assert!(!request.wishes().is_passive);
        assert_eq!(request.wishes().context.as_ref().unwrap().classes, ["urn:a"]);
    }

    let response = answer(&redirected, now);
    let read = sp.judge(&post_value(&response));
    assert_eq!(
        read,
        json!({
            "number": 1,
            "name_id": "person-7@vpn.example",
            "format": EMAIL,
            "attributes": { "memberOf": ["staff", "admins"], "FirstName": ["Väinö"] },
            "authn_context": "urn:a",
            "session_index": "_session_1",
        })
    );
    // It does look: another person, and it says no.
    let refused = sp.judge(&post_value(&response.replace("person-7", "person-8")));
    assert!(refused["error"].is_string(), "{refused}");
    let other = answer(&redirected, now).replace(redirected.id(), "_another_request");
    let refused = sp.judge(&post_value(&other));
    assert!(refused["error"].is_string(), "{refused}");
}

#[test]
fn xmlsec1_verifies_both_signatures_of_our_answer() {
    let dir = TestDir::new();
    let certificate = dir.write("idp.crt", keys::IDP.certificate_pem());
    let header = header(REQUEST, NOON);
    let good = dir.write("good.xml", signed(&header));
    let spoilt = dir.write("spoilt.xml", signed(&header).replace("person-7", "person-8"));
    let refused = header.error_response("_response_1", silta_saml::StatusError::NoPassive);
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let refused = dir.write("refused.xml", sign_enveloped(&refused, &key).unwrap());
    let of_response = "/*/*[local-name()='Signature']";
    let of_assertion = "/*/*[local-name()='Assertion']/*[local-name()='Signature']";
    for signature in [of_response, of_assertion] {
        assert_eq!(xmlsec1_at(signature, &good, &certificate), Ok(()), "{signature}");
        let refusal = xmlsec1_at(signature, &spoilt, &certificate).unwrap_err();
        assert!(refusal.contains("FAIL"), "{signature}: {refusal}");
    }
    assert_eq!(xmlsec1_at(of_response, &refused, &certificate), Ok(()));
}

fn asking(dir: &TestDir) -> Pysaml2Sp {
    let metadata = IdentityProviderMetadata {
        entity_id: IDP_ENTITY,
        sso_url: SSO,
        signing: &[keys::IDP.certificate()],
        want_authn_requests_signed: true,
        name_id_formats: &[EMAIL],
    };
    let config = json!({
        "entity_id": SP_ENTITY,
        "acs": ACS,
        // It reads the document without its declaration, as text.
        "idp_metadata": metadata.to_xml().split_once('\n').unwrap().1,
        "key": dir.write("sp.key", keys::SP.key_pem()),
        "certificate": dir.write("sp.crt", keys::SP.certificate_pem()),
        "force_authn": true,
        "authn_context": ["urn:a"],
    });
    Pysaml2Sp::start(&dir.write("config.json", config.to_string()))
}

fn answer(request: &ReceivedAuthnRequest, now: Timestamp) -> String {
    signed(&ResponseHeader { in_response_to: request.id(), ..header(REQUEST, now) })
}

fn signed(header: &ResponseHeader<'_>) -> String {
    let attribute = |name: &str, values: &[&str]| {
        Attribute::of_texts(name, values.iter().map(|value| (*value).to_owned()).collect())
    };
    let content = AssertionContent {
        name_id: &NameId {
            value: "person-7@vpn.example".to_owned(),
            format: Some(EMAIL.to_owned()),
            name_qualifier: None,
            sp_name_qualifier: None,
        },
        authn_instant: header.issued,
        authn_context: "urn:a",
        session_index: "_session_1",
        attributes: &[
            attribute("memberOf", &["staff", "admins"]),
            attribute("FirstName", &["Väinö"]),
        ],
    };
    let ids = ResponseIds { response: "_response_1", assertion: "_assertion_1" };
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let to_sign = header.to_sign(ids, &content, key.credential()).unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    let to_sign = to_sign.signed(&signature).unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    to_sign.signed(&signature)
}

fn header(in_response_to: &str, issued: Timestamp) -> ResponseHeader<'_> {
    ResponseHeader { issuer: IDP_ENTITY, audience: SP_ENTITY, acs_url: ACS, in_response_to, issued }
}

const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
