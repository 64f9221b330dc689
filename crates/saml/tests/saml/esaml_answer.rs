//! What German eID-Servers answer: values that are XML, and what every answer must say [BSI TR-03130-1 §4.3.2, §5.3.2].

use silta_saml::algorithm::DataCipher;
use silta_saml::{
    Attribute, Country, EsamlExpectation, IdentityFlavour, LevelAttribute, LevelSource,
    ResponseError,
};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, encrypted_part, text};
use silta_testkit::keys::{self, KeyPair};

use crate::fixture::{Identity, accepts, accepts_at, refuses_at};

#[test]
fn every_type_of_the_guideline_is_read() {
    for (attribute, expected) in [
        (typed("DateOfBirth", &date("19640812", Some("1964-08-12"))), ("DateOfBirth", vec!["1964-08-12"])),
        // Of a date of which a part is unknown nothing is made up.
        (typed("DateOfBirth", &date("1964    ", None)), ("DateOfBirth", vec![])),
        (typed("RestrictedID", &one("ID", &hex("ES/DE/ä1"))), ("RestrictedID", vec!["ES/DE/ä1"])),
        (
            typed("RestrictedID", &format!("{}{}", one("ID", "45532F44452F31"), one("ID2", "00"))),
            ("RestrictedID", vec!["ES/DE/1"]),
        ),
        (typed("PlaceOfBirth", &one("FreetextPlace", " Sevilla\n")), ("PlaceOfBirth", vec!["Sevilla"])),
        (typed("PlaceOfBirth", &one("NoPlaceInfo", "unknown")), ("PlaceOfBirth", vec![])),
        (typed("PlaceOfResidence", &place()), ("PlaceOfResidence#Street", vec!["Calle 1"])),
        (typed("PlaceOfResidence", &place()), ("PlaceOfResidence#City", vec!["Sevilla"])),
        (typed("PlaceOfResidence", &place()), ("PlaceOfResidence#Country", vec!["E"])),
        (typed("PlaceOfResidence", &place()), ("PlaceOfResidence", vec![])),
        (attribute("GivenNames", "<saml:AttributeValue>ANA</saml:AttributeValue>"), ("GivenNames", vec!["ANA"])),
        (
            "<saml:Attribute xmlns:eid=\"http://bsi.bund.de/eID/\" Name=\"BirthName\" eid:AttributeNotOnChip=\"true\">\
             <saml:AttributeValue>x</saml:AttributeValue></saml:Attribute>"
                .to_owned(),
            ("BirthName", vec![]),
        ),
    ] {
        for identity in accepted(&format!("{GOOD}{attribute}")) {
            assert_eq!(identity.values(expected.0), expected.1, "{attribute}");
            assert_eq!(identity.values("EidasExtension#SendingMemberState"), ["ES"]);
            assert_eq!(identity.authn_context, AUTHN_CONTEXTS[1]);
        }
    }
}

/// As XML of every other peer is, under its name wherever it stands.
#[test]
fn a_value_that_is_not_as_its_type_has_it_is_left_out_whole() {
    for (name, value) in [
        ("DateOfBirth", date("19640812", Some("1964-08-13"))),
        ("DateOfBirth", date("19640812", Some("1964-08-12Z"))),
        ("DateOfBirth", date("1964081", None)),
        ("DateOfBirth", format!("{}{}", date("19640812", None), one("Other", "x"))),
        ("RestrictedID", one("ID", "4")),
        ("RestrictedID", one("ID", "zz")),
        ("RestrictedID", one("ID", "ff")),
        ("RestrictedID", one("ID", "")),
        ("RestrictedID", one("ID", &hex("ES/DE/1 2"))),
        ("RestrictedID", one("ID", &hex("ES/DE/1\n"))),
        ("RestrictedID", one("ID", &hex(&"x".repeat(257)))),
        ("RestrictedID", format!("{}{}", one("ID", "31"), one("ID", "32"))),
        ("PlaceOfBirth", format!("{}{}", one("FreetextPlace", "a"), one("FreetextPlace", "b"))),
        (
            "PlaceOfBirth",
            "<eid:StructuredPlace><eid:City>a</eid:City></eid:StructuredPlace>".to_owned(),
        ),
        ("PlaceOfBirth", one("FreetextPlace", "<eid:b/>")),
        ("PlaceOfBirth", "<FreetextPlace xmlns=\"urn:other\">a</FreetextPlace>".to_owned()),
        // Of this type nothing is asked for.
        ("AgeVerification", one("Result", "true")),
        ("GivenNames", one("ID", "31")),
    ] {
        let beside = typed(name, &one("FreetextPlace", "x"));
        for attributes in [typed(name, &value), format!("{}{beside}", typed(name, &value))] {
            for identity in accepted(&format!("{GOOD}{attributes}")) {
                let left = identity.attributes.iter().filter(|one| one.name.starts_with(name));
                assert_eq!(left.flat_map(|one| &one.values).count(), 0, "{attributes}");
            }
        }
    }
}

/// The same octets as text would be another identifier, and so another person.
#[test]
fn text_is_no_value_of_an_attribute_that_has_a_type() {
    let name_id = "<saml:NameID>45532F44452F31</saml:NameID>";
    for (name, good) in [
        ("RestrictedID", one("ID", "45532F44452F31")),
        ("DateOfBirth", date("19640812", Some("1964-08-12"))),
        ("PlaceOfBirth", one("FreetextPlace", "Sevilla")),
        ("PlaceOfResidence", place()),
        ("LegalAddress", place()),
        ("AgeVerification", String::new()),
        ("PlaceVerification", String::new()),
        ("TransactionAttestation", String::new()),
        ("EIDType", String::new()),
    ] {
        let is_of = |one: &&Attribute| one.name.starts_with(name);
        let native =
            "<saml:AttributeValue LatinScript=\"false\">45532F44452F31</saml:AttributeValue>";
        for no_value in [
            typed(name, "45532F44452F31"),
            typed(name, ""),
            typed(name, &format!("45532F44452F31{good}")),
            typed(name, &format!("{good}45532F44452F31")),
            typed(name, name_id),
            attribute(name, native),
        ] {
            for attributes in [no_value.clone(), format!("{}{no_value}", typed(name, &good))] {
                for identity in accepted(&format!("{GOOD}{attributes}")) {
                    let left: Vec<_> = identity.attributes.iter().filter(is_of).collect();
                    let is_empty =
                        |one: &&Attribute| one.values.is_empty() && one.name_ids.is_empty();
                    assert!(left.iter().all(is_empty), "{attributes}");
                }
            }
        }
    }
    // Nor is it of one that each answer must have.
    let said = text::element(GOOD, "saml:AttributeValue");
    let attributes = GOOD.replacen(said, "<saml:AttributeValue>valid</saml:AttributeValue>", 1);
    let refused = ResponseError::EsamlAnswer { attribute: "DocumentValidity" };
    refuses_at(NOON, server, &refused, |good| with(good, &attributes));
    // Of another peer it is a value like any.
    let [identity, _] = accepts(|good| good.attributes(&[("RestrictedID", &["45532F44452F31"])]));
    assert_eq!(identity.values("RestrictedID"), ["45532F44452F31"]);
}

/// A natural person's name would be that of somebody who stands for a company.
#[test]
fn an_answer_that_does_not_say_what_it_must_is_refused() {
    let refused = |attribute| ResponseError::EsamlAnswer { attribute };
    for (from, to, attribute) in [
        ("VALID", "expired", "DocumentValidity"),
        ("VALID", "", "DocumentValidity"),
        ("VALID", "valid</eid:Status><eid:Status>valid", "DocumentValidity"),
        ("Name=\"DocumentValidity\"", "Name=\"Other\"", "DocumentValidity"),
        ("<saml:AttributeValue>true", "<saml:AttributeValue>false", "UseEidas"),
        ("Name=\"UseEidas\"", "Name=\"Other\"", "UseEidas"),
        (">NaturalPerson<", ">LegalPersonRepresentative<", "IdentityFlavour"),
        (">NaturalPerson<", "><", "IdentityFlavour"),
        ("Name=\"IdentityFlavour\"", "Name=\"Other\"", "IdentityFlavour"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let attributes = GOOD.replacen(from, to, 1);
        refuses_at(NOON, server, &refused(attribute), |good| with(good, &attributes));
    }
    // One that is good does not make up for one that is not.
    for (twice, attribute) in [
        (GOOD.replace("VALID", "revoked"), "DocumentValidity"),
        (GOOD.replace("NaturalPerson", "LegalPerson"), "IdentityFlavour"),
    ] {
        let attributes = format!("{GOOD}{twice}");
        refuses_at(NOON, server, &refused(attribute), |good| with(good, &attributes));
    }
}

/// A server that asked another country than it was told, or nobody knows which, tells us of a stranger.
#[test]
fn an_answer_from_another_country_than_was_asked_is_refused() {
    // The level is another's to say here, so that no other reason comes before.
    let asked = |state| {
        server_asked_for(state)
            .with_profile(|profile| profile.level_from = LevelSource::AuthnContext)
    };
    for state in [None, Some("ES")] {
        accepts_at(NOON, || asked(state), |good| with(good, GOOD));
    }
    let refused = ResponseError::EsamlAnswer { attribute: "EidasExtension#SendingMemberState" };
    refuses_at(NOON, || asked(Some("PT")), &refused, |good| with(good, GOOD));
    let refused = ResponseError::EsamlAnswer { attribute: "EidasExtension" };
    let whole = text::element(EXTENSION, "saml:AttributeValue");
    let plain = format!("<saml:AttributeValue>{}</saml:AttributeValue>", AUTHN_CONTEXTS[1]);
    for (from, to) in [
        // None that can be read.
        (">ES<", ">es<"),
        (">ES<", ">ESP<"),
        (">ES<", "><"),
        ("<eid:SendingMemberState>ES</eid:SendingMemberState>", ""),
        ("<x xmlns", "ES<x xmlns"),
        (whole, plain.as_str()),
        ("Name=\"EidasExtension\"", "Name=\"EidasExtension\" AttributeNotOnChip=\"true\""),
        // Two, also where they say the same.
        (whole, whole.repeat(2).as_str()),
        (EXTENSION, EXTENSION.repeat(2).as_str()),
        (EXTENSION, format!("{}{EXTENSION}", EXTENSION.replace(">ES<", ">PT<")).as_str()),
        ("Name=\"EidasExtension\"", "Name=\"Other\""),
    ] {
        let attributes = GOOD.replacen(EXTENSION, &EXTENSION.replacen(from, to, 1), 1);
        assert_ne!(attributes, GOOD, "{from}");
        for state in [None, Some("ES")] {
            refuses_at(NOON, || asked(state), &refused, |good| with(good, &attributes));
        }
    }
}

/// The file, the extension and the identifier may each have another name of Greece.
#[test]
fn an_answer_from_greece_has_either_of_its_letters() {
    let from = |state: &str| GOOD.replace(">ES<", &format!(">{state}<"));
    for asked in ["EL", "GR"] {
        for (state, made_by) in [("EL", "GR"), ("GR", "EL"), (asked, asked)] {
            let attributes = format!("{}{}", from(state), restricted(&format!("{made_by}/DE/1")));
            accepts_at(NOON, || server_asked_for(Some(asked)), |good| with(good, &attributes));
        }
    }
}

/// The identifier is what the subject is made of.
#[test]
fn an_identifier_that_another_country_made_is_refused() {
    let legal = |value: &str| {
        let value = format!("<saml:AttributeValue>{value}</saml:AttributeValue>");
        attribute("LegalPersonIdentifier", &value)
    };
    for identifier in ["ES/DE/1", "ES/DE/a/b"] {
        for attributes in [restricted(identifier), legal(&format!("\n{identifier} "))] {
            accepted(&format!("{GOOD}{attributes}"));
        }
    }
    for identifier in
        ["PT/DE/1", "DE/ES/1", "es/DE/1", "ESP/DE/1", "ES/de/1", "ES/DE/", "ES/DE", "ES/1", "1"]
    {
        for (name, attributes) in [
            ("RestrictedID", restricted(identifier)),
            ("LegalPersonIdentifier", legal(identifier)),
            // One that is good does not make up for it.
            ("RestrictedID", format!("{}{}", restricted("ES/DE/1"), restricted(identifier))),
        ] {
            let attributes = format!("{GOOD}{attributes}");
            let refused = ResponseError::EsamlAnswer { attribute: name };
            refuses_at(NOON, server, &refused, |good| with(good, &attributes));
        }
    }
}

/// A second extension would be hidden from the one check, and an identifier from the other.
#[test]
fn what_was_encrypted_by_itself_is_judged_too() {
    let encrypted = |attribute: &str| {
        let to: (&KeyPair, _) = (&keys::SP, DataCipher::Aes256Gcm);
        format!("{GOOD}{}", encrypted_part("EncryptedAttribute", "saml:Attribute", attribute, to))
    };
    for identity in accepted(&encrypted(&restricted("ES/DE/1"))) {
        assert_eq!(identity.values("RestrictedID"), ["ES/DE/1"]);
    }
    let said = |name| attribute(name, "<saml:AttributeValue>true</saml:AttributeValue>");
    for (attribute, hidden) in [
        ("RestrictedID", restricted("PT/DE/1")),
        ("EidasExtension", EXTENSION.to_owned()),
        ("DocumentValidity", said("DocumentValidity")),
        ("UseEidas", said("UseEidas")),
        ("IdentityFlavour", said("IdentityFlavour")),
    ] {
        let attributes = encrypted(&hidden);
        let refused = ResponseError::EsamlAnswer { attribute };
        refuses_at(NOON, server, &refused, |good| with(good, &attributes));
    }
}

#[test]
fn the_level_is_the_one_of_the_extension() {
    let low = GOOD.replace("LEVEL", AUTHN_CONTEXTS[0]);
    let weak = || server().requiring_level(1);
    let identity = accepts_at(NOON, server, |good| with(good, &low));
    assert_eq!(identity[0].authn_context, AUTHN_CONTEXTS[0]);
    let error = crate::fixture::refusal(&weak(), &with(weak().response(), &low), NOON);
    assert_eq!(error.reason(), "weak_authn_context");
    for unknown in
        [GOOD.replace("LEVEL", "urn:other"), GOOD.replace("\"EidasExtension\"", "\"Other\"")]
    {
        let error = crate::fixture::refusal(&server(), &with(server().response(), &unknown), NOON);
        assert_eq!(error.reason(), "unknown_authn_context");
    }
}

fn accepted(attributes: &str) -> [Identity; 2] {
    accepts_at(NOON, server, |good| with(good, attributes))
}

fn server() -> FakeIdp {
    server_asked_for(None)
}

fn server_asked_for(state: Option<&str>) -> FakeIdp {
    FakeIdp::plain().with_profile(|profile| {
        profile.esaml = Some(EsamlExpectation {
            flavour: IdentityFlavour::NaturalPerson,
            sending_member_state: state.and_then(Country::parse),
        });
        let level = LevelAttribute { name: "EidasExtension".to_owned(), prefix: String::new() };
        profile.level_from = LevelSource::Attribute(level);
    })
}

fn with(good: ForgedResponse, attributes: &str) -> ForgedResponse {
    let attributes = attributes.replace("LEVEL", AUTHN_CONTEXTS[1]);
    good.attributes(&[("urn:x", &["x"])])
        .edit(Assertion, move |xml| text::replaced(xml, "saml:Attribute", &attributes))
}

fn typed(name: &str, value: &str) -> String {
    let value = format!(
        "<saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">{value}</saml:AttributeValue>"
    );
    attribute(name, &value)
}

fn attribute(name: &str, values: &str) -> String {
    format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
}

fn restricted(identifier: &str) -> String {
    typed("RestrictedID", &one("ID", &hex(identifier)))
}

fn one(name: &str, text: &str) -> String {
    format!("<eid:{name}>{text}</eid:{name}>")
}

fn date(parts: &str, value: Option<&str>) -> String {
    let value = value.map(|value| one("DateValue", value));
    format!("{}{}", one("DateString", parts), value.unwrap_or_default())
}

fn place() -> String {
    let parts = [("Street", "Calle 1"), ("City", "Sevilla"), ("Country", "E")];
    one("StructuredPlace", &parts.map(|(name, text)| one(name, text)).concat())
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |all, octet| format!("{all}{octet:02x}"))
}

/// The one in [`GOOD`].
const EXTENSION: &str = "\
<saml:Attribute Name=\"EidasExtension\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">
<eid:LevelOfAssurance> LEVEL </eid:LevelOfAssurance><eid:SendingMemberState>ES</eid:SendingMemberState>\
<x xmlns=\"urn:original\"/></saml:AttributeValue></saml:Attribute>";

/// As §4.10.4 of the guideline prints it, with line breaks around values.
const GOOD: &str = "\
<saml:Attribute Name=\"DocumentValidity\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\" Version=\"1\">
<eid:ReferenceDate>2026-11-21</eid:ReferenceDate><eid:Status>VALID</eid:Status></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"UseEidas\"><saml:AttributeValue>true</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"EidasExtension\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">
<eid:LevelOfAssurance> LEVEL </eid:LevelOfAssurance><eid:SendingMemberState>ES</eid:SendingMemberState>\
<x xmlns=\"urn:original\"/></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"IdentityFlavour\"><saml:AttributeValue>NaturalPerson</saml:AttributeValue></saml:Attribute>";
