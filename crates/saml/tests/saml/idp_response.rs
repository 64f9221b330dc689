//! What we answer as an identity provider, judged by our own service-provider side.

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssertionContent, Attribute, MessageError, NameId, Part, Response, ResponseError,
    ResponseHeader, ResponseIds, SignedParts, StatusError, Unverified, post_value, sign_enveloped,
};
use silta_testkit::forge::{
    ACS, AUTHN_CONTEXTS, FakeIdp, IDP_ENTITY, NOON, REQUEST, SP_ENTITY, text,
};
use silta_testkit::keys;

use crate::fixture::at;

/// The key may be at a service that never gives it away: it is asked twice, for the assertion first.
#[test]
fn response_and_assertion_are_both_signed_by_a_key_that_may_be_elsewhere() {
    for (pair, algorithm) in [
        (&*keys::IDP, SignatureAlgorithm::RsaSha256),
        (&*keys::IDP_P256, SignatureAlgorithm::EcdsaSha256),
    ] {
        let key = pair.signing(algorithm);
        let to_sign = HEADER.to_sign(IDS, &content(), key.credential()).unwrap();
        let signature = key.sign(to_sign.octets()).unwrap();
        let to_sign = to_sign.signed(&signature).unwrap();
        // A service that signs messages, and not digests, takes 4,096 octets at most.
        assert!(to_sign.octets().len() < 4_096);
        let signature = key.sign(to_sign.octets()).unwrap();
        let response = to_sign.signed(&signature);

        let idp = FakeIdp::plain().requiring(SignedParts::Both).signing_with(pair, algorithm);
        let posted = Unverified::<Response>::from_post(&post_value(&response)).unwrap();
        let read = posted.verify(&idp.expectation(), NOON).unwrap();
        assert_eq!(read.id(), "_assertion_1");
        assert_eq!(read.name_id(), Some(&name_id()));
        assert_eq!(read.authn_instant(), at(-60));
        assert_eq!(read.authn_context(), AUTHN_CONTEXTS[1]);
        assert_eq!(read.session_index(), Some("_session_1"));
        assert_eq!(read.attributes(), attributes());
        // Five minutes, and the skew.
        assert_eq!(read.valid_until(), at(360));
    }
}

/// A signature of one part put into the other is none of either.
#[test]
fn signatures_of_another_response_do_not_hold() {
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let to_sign = HEADER.to_sign(IDS, &content(), key.credential()).unwrap();
    let wrong = key.sign(b"something else").unwrap();
    let right = key.sign(to_sign.octets()).unwrap();
    for (inner, outer_is_right, part) in
        [(&wrong, true, Part::Assertion), (&right, false, Part::Response)]
    {
        let to_sign = HEADER.to_sign(IDS, &content(), key.credential()).unwrap();
        let to_sign = to_sign.signed(inner).unwrap();
        let outer =
            if outer_is_right { key.sign(to_sign.octets()).unwrap() } else { wrong.clone() };
        let posted = post_value(&to_sign.signed(&outer));
        let idp = FakeIdp::plain().requiring(SignedParts::Both);
        let refused = Unverified::<Response>::from_post(&posted)
            .unwrap()
            .verify(&idp.expectation(), NOON)
            .unwrap_err();
        let ResponseError::Message(MessageError::Signature { part: found, .. }) = refused else {
            unreachable!("{refused}")
        };
        assert_eq!(found, part);
    }
}

#[test]
fn every_failure_is_told_by_a_status_that_is_read_back_as_it_was_meant() {
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    for (status, codes) in [
        (StatusError::UnknownPrincipal, "Requester/UnknownPrincipal"),
        (StatusError::RequestVersionTooLow, "VersionMismatch/RequestVersionTooLow"),
        (StatusError::AuthnFailed, "Responder/AuthnFailed"),
        (StatusError::NoPassive, "Responder/NoPassive"),
        (StatusError::RequestDenied, "Responder/RequestDenied"),
        (StatusError::NoAuthnContext, "Requester/NoAuthnContext"),
        (StatusError::InvalidNameIdPolicy, "Requester/InvalidNameIDPolicy"),
        (StatusError::Requester, "Requester"),
        (StatusError::Responder, "Responder"),
    ] {
        let response = HEADER.error_response("_response_1", status);
        assert_eq!(text::status_codes(&response).join("/"), codes);
    }
    for status in StatusError::ALL {
        let response = HEADER.error_response("_response_1", status);
        let signed = sign_enveloped(&response, &key).unwrap();
        let idp = FakeIdp::default();
        let refused = Unverified::<Response>::from_post(&post_value(&signed))
            .unwrap()
            .verify(&idp.expectation(), NOON)
            .unwrap_err();
        assert_eq!(refused, ResponseError::Status(status));
    }
}

/// AWS compares names of attributes with their formats aside, other readers by both.
#[test]
fn an_attribute_with_a_plain_name_is_not_said_to_be_a_uri() {
    let assertion = HEADER.assertion("_assertion_1", &content());
    let format = "NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:";
    assert!(assertion.contains(&format!("Name=\"memberOf\" {format}basic\"")), "{assertion}");
    assert!(assertion.contains(&format!("Name=\"urn:oid:2.5.4.4\" {format}uri\"")), "{assertion}");
}

/// Whatever a value holds, it is a value.
#[test]
fn nothing_that_is_written_becomes_markup() {
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let evil = "</saml:NameID><saml:NameID>attacker\" x=\"&lt;]]>\r\n\t";
    let name_id = NameId { value: evil.to_owned(), format: Some(evil.to_owned()), ..name_id() };
    let attributes = [Attribute::of_texts(evil, vec![evil.to_owned()])];
    let content = AssertionContent {
        name_id: &name_id,
        attributes: &attributes,
        session_index: evil,
        ..content()
    };
    let to_sign = HEADER.to_sign(IDS, &content, key.credential()).unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    let to_sign = to_sign.signed(&signature).unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    let posted = post_value(&to_sign.signed(&signature));
    let idp = FakeIdp::plain().requiring(SignedParts::Both);
    let read = Unverified::<Response>::from_post(&posted)
        .unwrap()
        .verify(&idp.expectation(), NOON)
        .unwrap();
    assert_eq!(read.name_id(), Some(&name_id));
    assert_eq!(read.session_index(), Some(evil));
    assert_eq!(read.attributes(), attributes);
}

fn content() -> AssertionContent<'static> {
    static NAME_ID: std::sync::LazyLock<NameId> = std::sync::LazyLock::new(name_id);
    static ATTRIBUTES: std::sync::LazyLock<Vec<Attribute>> = std::sync::LazyLock::new(attributes);
    AssertionContent {
        name_id: &NAME_ID,
        authn_instant: at(-60),
        authn_context: AUTHN_CONTEXTS[1],
        session_index: "_session_1",
        attributes: &ATTRIBUTES,
    }
}

fn name_id() -> NameId {
    NameId {
        value: "person-7@vpn.example".to_owned(),
        format: Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".to_owned()),
        name_qualifier: None,
        sp_name_qualifier: None,
    }
}

fn attributes() -> Vec<Attribute> {
    let attribute = |name: &str, values: &[&str]| {
        Attribute::of_texts(name, values.iter().map(|value| (*value).to_owned()).collect())
    };
    vec![
        attribute("memberOf", &["staff", "admins"]),
        attribute("urn:oid:2.5.4.4", &["Meikäläinen"]),
    ]
}

const HEADER: ResponseHeader<'static> = ResponseHeader {
    issuer: IDP_ENTITY,
    audience: SP_ENTITY,
    acs_url: ACS,
    in_response_to: REQUEST,
    issued: NOON,
};
const IDS: ResponseIds<'static> =
    ResponseIds { response: "_response_1", assertion: "_assertion_1" };
