//! Names and attributes that are encrypted by themselves to somebody else, of which every key names its
//! recipient.

use silta_saml::algorithm::DataCipher;
use silta_saml::namespace::SAML;
use silta_saml::{
    CheckOutcome, DecryptionError, EncryptedParts, ExplainedRequest, Explanation, PartCount,
    ResponseError, UsedContent,
};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, SP_ENTITY, encrypted_for, text};
use silta_testkit::keys::{self, KeyPair};

use crate::encrypted_parts::{ATTRIBUTE, NAME_ID};
use crate::fixture::{Identity, accepted, good, refusal};

/// Whatever its key and its cipher are, which are not judged.
#[test]
fn an_attribute_that_only_others_can_read_is_left_out() {
    let mut without = good();
    without.attributes.remove(0);
    let one: &[Holder] = &[(&keys::OTHER_SP, Some(OTHER))];
    let two: &[Holder] = &[(&keys::OTHER_SP, Some(OTHER)), (&keys::SP, Some("urn:third"))];
    let changes: [(&str, &str); 4] = [
        ("<xenc:EncryptedKey", "<xenc:EncryptedKey"),
        ("xmlenc11#aes256-gcm", "xmlenc#tripledes-cbc"),
        ("http://www.w3.org/2009/xmlenc11#rsa-oaep", "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        ("xenc:CipherValue>", "xenc:CipherReference>"),
    ];
    for holders in [one, two] {
        for (from, to) in changes {
            let idp = FakeIdp::plain();
            let made = held(&idp, ATTRIBUTE, holders);
            let made = made.edit(Assertion, move |xml| text::swapped(xml, from, to));
            let verified = made.sign().verify(&idp.expectation(), NOON).unwrap();
            assert_eq!(Identity::of(&verified), without, "{to}");
            assert_eq!(verified.encrypted_parts(), left_out(1), "{to}");
        }
    }
}

#[test]
fn the_keys_of_others_may_stand_beside_the_data() {
    let idp = FakeIdp::plain();
    let made = held(&idp, ATTRIBUTE, &[(&keys::OTHER_SP, Some(OTHER))]).edit(Assertion, |xml| {
        let key = text::element(xml, "xenc:EncryptedKey").to_owned();
        let without = text::without(xml, "ds:KeyInfo");
        text::after(&without, "</xenc:EncryptedData>", &key)
    });
    let explained =
        Explanation::of(&made.post(), &idp.expectation(), ExplainedRequest::Expected, NOON);
    assert_eq!(explained.checks.last().unwrap().1, CheckOutcome::NotNeeded);
    assert_eq!(explained.judged.unwrap().encrypted_parts, left_out(1));
}

/// A key that names nobody may be ours, and one that names us is.
#[test]
fn one_key_that_may_be_ours_makes_a_part_ours() {
    let idp = FakeIdp::plain();
    for kind in [ATTRIBUTE, NAME_ID] {
        for ours in [None, Some(SP_ENTITY)] {
            let other: Holder = (&keys::OTHER_SP, Some(OTHER));
            for holders in [[other, (&keys::SP, ours)], [(&keys::SP, ours), other]] {
                assert_eq!(accepted(&idp, &held(&idp, kind, &holders), NOON), good());
            }
            for holders in [&[(&*keys::OTHER_SP, ours)][..], &[other, (&keys::OTHER_SP, ours)]] {
                assert_eq!(refusal(&idp, &held(&idp, kind, holders), NOON), UNDECRYPTABLE);
            }
        }
    }
}

/// Without it nobody is there.
#[test]
fn a_name_that_only_others_can_read_is_refused_where_it_is_used() {
    let idp = FakeIdp::plain();
    let made = || held(&idp, NAME_ID, &[(&keys::OTHER_SP, Some(OTHER))]);
    assert_eq!(refusal(&idp, &made(), NOON), UNDECRYPTABLE);
    let unused = idp.clone().using(UsedContent { name_id: false, attributes: true });
    let verified = made().sign().verify(&unused.expectation(), NOON).unwrap();
    assert!(verified.name_id().is_none());
    assert_eq!(Identity::of(&verified).attributes, good().attributes);
    let unused = PartCount { name_id: true, attributes: 0 };
    assert_eq!(verified.encrypted_parts(), EncryptedParts { unused, ..EncryptedParts::default() });
}

/// Then it is not clear for whom they are.
#[test]
fn refuses_an_attribute_whose_keys_stand_otherwise_than_they_may() {
    let structure = ResponseError::Decryption(DecryptionError::Structure);
    let key = |xml: &str| text::element(xml, "xenc:EncryptedKey").to_owned();
    let bends: [fn(&str, &str) -> String; 5] = [
        |xml, key| text::replaced(xml, "xenc:EncryptedKey", &key.repeat(5)),
        |xml, _| text::without(xml, "ds:KeyInfo"),
        |xml, key| {
            let elsewhere = format!("{key}<ds:RetrievalMethod URI=\"#_elsewhere\"/>");
            text::replaced(xml, "xenc:EncryptedKey", &elsewhere)
        },
        |xml, _| {
            let data = text::element(xml, "xenc:EncryptedData").to_owned();
            text::after(xml, "</xenc:EncryptedData>", &data)
        },
        |xml, _| text::swapped(xml, "xmlenc#Element", "xmlenc#Content"),
    ];
    for (number, bend) in bends.into_iter().enumerate() {
        let idp = FakeIdp::plain();
        let made = held(&idp, ATTRIBUTE, &[(&keys::OTHER_SP, Some(OTHER))]);
        let made = made.edit(Assertion, move |xml| bend(xml, &key(xml)));
        assert_eq!(refusal(&idp, &made, NOON), structure, "{number}");
    }
}

/// Nothing of them is opened, so they cost nobody a private operation.
#[test]
fn as_many_as_fit_may_be_for_others_beside_as_many_as_are_opened() {
    let idp = FakeIdp::plain();
    let other = plain_attribute("urn:x");
    let other = encrypted("EncryptedAttribute", &other, &[(&keys::OTHER_SP, Some(OTHER))]);
    let ours = encrypted("EncryptedAttribute", &plain_attribute("urn:y"), &[(&keys::SP, None)]);
    let holding = |ours: String| {
        let all = format!("{}{ours}", other.repeat(20));
        idp.response()
            .plain()
            .edit(Assertion, move |xml| text::before(xml, "</saml:AttributeStatement>", &all))
    };
    let made = holding(ours.repeat(8));
    let verified = made.sign().verify(&idp.expectation(), NOON).unwrap();
    let opened = PartCount { name_id: false, attributes: 8 };
    assert_eq!(verified.encrypted_parts(), EncryptedParts { opened, ..left_out(20) });
    let too_many = ResponseError::TooManyEncrypted { limit: 8 };
    assert_eq!(refusal(&idp, &holding(ours.repeat(9)), NOON), too_many);
}

/// A good response in which the first element of this kind is encrypted to these.
fn held(idp: &FakeIdp, kind: &'static str, holders: &[Holder]) -> ForgedResponse {
    let name = if kind == NAME_ID { "EncryptedID" } else { "EncryptedAttribute" };
    let holders: Vec<Holder> = holders.to_vec();
    idp.response().plain().edit(Assertion, move |xml| {
        let declared = format!("{kind} xmlns:saml=\"{SAML}\"");
        let plaintext = text::element(xml, kind).replacen(kind, &declared, 1);
        text::replaced(xml, kind, &encrypted(name, &plaintext, &holders))
    })
}

fn encrypted(name: &str, plaintext: &str, holders: &[Holder]) -> String {
    encrypted_for(name, plaintext, holders, DataCipher::Aes256Gcm)
}

fn plain_attribute(name: &str) -> String {
    format!("<saml:Attribute xmlns:saml=\"{SAML}\" Name=\"{name}\"/>")
}

fn left_out(attributes: usize) -> EncryptedParts {
    let for_others = PartCount { name_id: false, attributes };
    EncryptedParts { for_others, ..EncryptedParts::default() }
}

type Holder = (&'static KeyPair, Option<&'static str>);

const OTHER: &str = "https://other.example/entity";
const UNDECRYPTABLE: ResponseError = ResponseError::Decryption(DecryptionError::Undecryptable);
