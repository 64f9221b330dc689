//! What a federation requires of every answer, and SAML leaves free: each is refused where it is required, and
//! accepted where not.

use silta_saml::algorithm::DataCipher;
use silta_saml::{Requirement, Requirements, ResponseError, SignedParts};
use silta_testkit::forge::EditPoint::{Assertion, Response};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, encrypted_part, text};
use silta_testkit::keys;

use crate::fixture::refusal;

#[test]
fn what_is_required_is_there_or_the_answer_is_refused_and_nobody_else_asks() {
    let strict = requiring(&Requirement::ALL);
    assert!(verdict(&strict, &good(&strict)).is_ok());
    for (requirement, from, to) in LACKING {
        let expected = Err(ResponseError::Required(requirement));
        let lacking = |idp: &FakeIdp| good(idp).swap(Assertion, from, to);
        assert_eq!(verdict(&strict, &lacking(&strict)), expected, "{from} {to}");
        let only = requiring(&[requirement]);
        assert_eq!(verdict(&only, &lacking(&only)), expected, "{from} {to}");
        let others = Requirement::ALL.into_iter().filter(|one| *one != requirement);
        let others = requiring(&others.collect::<Vec<_>>());
        assert_eq!(verdict(&others, &lacking(&others)), Ok(()), "{from} {to}");
    }
}

#[test]
fn a_response_without_an_id_is_refused_where_one_is_required_though_nothing_refers_to_it() {
    let strict = requiring(&[Requirement::ResponseId]);
    let free = requiring(&[]);
    for id in ["", " ID=\"\"", " ID=\" \""] {
        let lacking =
            |idp: &FakeIdp| good(idp).unsigned_response().swap(Response, " ID=\"_response\"", id);
        let expected = Err(ResponseError::Required(Requirement::ResponseId));
        assert_eq!(verdict(&strict, &lacking(&strict)), expected, "{id}");
        assert_eq!(verdict(&free, &lacking(&free)), Ok(()), "{id}");
    }
}

/// Where values must be there, nothing may be in the dark, whether it is used or not.
#[test]
fn what_is_encrypted_by_itself_is_not_there() {
    for (requirement, name, qname) in [
        (Requirement::TransientNameId, "EncryptedID", "saml:NameID"),
        (Requirement::AttributeValues, "EncryptedAttribute", "saml:Attribute"),
    ] {
        let hidden = move |xml: &str| {
            let to = (&*keys::SP, DataCipher::Aes256Gcm);
            text::replaced(xml, qname, &encrypted_part(name, qname, xml, to))
        };
        let strict = requiring(&[requirement]);
        let refused = verdict(&strict, &good(&strict).edit(Assertion, hidden));
        assert_eq!(refused, Err(ResponseError::Required(requirement)));
        let free = requiring(&[]);
        assert_eq!(verdict(&free, &good(&free).edit(Assertion, hidden)), Ok(()));
    }
}

#[test]
fn a_value_of_elements_alone_is_a_value() {
    let strict = requiring(&Requirement::ALL);
    let value = format!("<saml:AttributeValue>{}</saml:AttributeValue>", "<x xmlns=\"urn:x\"/>");
    assert_eq!(verdict(&strict, &good(&strict).swap(Assertion, VALUE, &value)), Ok(()));
}

/// One answer that each requirement refuses.
pub(crate) fn examples() -> [Requirement; 7] {
    Requirement::ALL.map(|requirement| {
        let idp = requiring(&[requirement]);
        let spoilt = if requirement == Requirement::ResponseId {
            good(&idp).unsigned_response().swap(Response, " ID=\"_response\"", "")
        } else {
            let (_, from, to) = LACKING.into_iter().find(|one| one.0 == requirement).unwrap();
            good(&idp).swap(Assertion, from, to)
        };
        match refusal(&idp, &spoilt, NOON) {
            ResponseError::Required(one) => one,
            other => unreachable!("{other}"),
        }
    })
}

fn requiring(all: &[Requirement]) -> FakeIdp {
    FakeIdp::plain().with_profile(|profile| {
        profile.signed = SignedParts::Assertion;
        profile.require = Requirements::new(all.to_vec());
    })
}

/// A plain answer that has all of them.
fn good(idp: &FakeIdp) -> ForgedResponse {
    let format = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
    let issuer = format!("<saml:Issuer Format=\"{format}\">");
    idp.response().plain().attributes(&[("spidCode", &["AGID-1"])]).swap(
        Assertion,
        "<saml:Issuer>",
        &issuer,
    )
}

fn verdict(idp: &FakeIdp, forged: &ForgedResponse) -> Result<(), ResponseError> {
    forged.sign().verify(&idp.expectation(), NOON).map(|_| ())
}

const VALUE: &str = "<saml:AttributeValue>AGID-1</saml:AttributeValue>";
/// Deviations of the assertion that all accept who do not ask.
const LACKING: [(Requirement, &str, &str); 17] = [
    (Requirement::IssuerFormat, " Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\"", ""),
    (Requirement::NotBefore, " NotBefore=\"2026-11-21T12:00:00Z\"", ""),
    (
        Requirement::NotOnOrAfter,
        " NotOnOrAfter=\"2026-11-21T12:05:00Z\"><saml:AudienceRestriction>",
        "><saml:AudienceRestriction>",
    ),
    (Requirement::TransientNameId, "person-7", ""),
    (Requirement::TransientNameId, "person-7", " \n"),
    (Requirement::TransientNameId, "nameid-format:transient", "nameid-format:persistent"),
    (Requirement::TransientNameId, "nameid-format:transient", "nameid-format:transient "),
    (Requirement::TransientNameId, TRANSIENT, ""),
    (Requirement::TransientNameId, TRANSIENT, " Format=\"\""),
    (Requirement::NameQualifier, " NameQualifier=", " Other="),
    (Requirement::NameQualifier, QUALIFIER, " NameQualifier=\"\""),
    (Requirement::NameQualifier, QUALIFIER, " NameQualifier=\" \""),
    (Requirement::AttributeValues, VALUE, ""),
    (Requirement::AttributeValues, VALUE, "<saml:AttributeValue/>"),
    (Requirement::AttributeValues, "AGID-1", " \n\t"),
    (
        Requirement::AttributeValues,
        VALUE,
        "<saml:AttributeValue>AGID-1</saml:AttributeValue><saml:AttributeValue/>",
    ),
    (
        Requirement::AttributeValues,
        VALUE,
        "<saml:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>",
    ),
];
const QUALIFIER: &str = " NameQualifier=\"https://idp.example/entity\"";
const TRANSIENT: &str = " Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\"";
