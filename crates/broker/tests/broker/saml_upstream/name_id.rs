//! A NameID as what a person is known by, and as what a client is told.

use std::sync::Arc;

use serde_json::Value;
use silta_broker::upstream::SamlUpstream;
use silta_broker::{CallbackError, ConfiguredUpstream, LoginError};
use silta_mapping::{ClaimRules, NAME_ID, QUALIFIED_NAME_ID, qualified};
use silta_saml::algorithm::{DataCipher, SignatureAlgorithm};
use silta_saml::{
    DecryptionError, EncryptionRule, PeerProfile, ResponseError, ResponseHeader, SignedParts,
    post_value, sign_enveloped,
};
use silta_testkit::dictionary::suomifi;
use silta_testkit::forge::encrypted_part;
use silta_testkit::keys;

use super::{
    ACS, IDP, NAME, SP, changed_message, plain_assertion, request_id, upstream, with_profile,
};
use crate::fixture::{Fixture, NOON, configured, one_claim, party, suomifi_name};
use crate::wire::{claims, query_param};

/// A persistent NameID of which the identity provider sends no qualifier, and what it may begin to send. Everybody's
/// `sub` hangs on these octets, as on those of `model/subject.rs`.
#[tokio::test]
async fn a_persistent_name_is_the_same_person_with_its_qualifiers_and_without() {
    let golden = "0287fd2f1e5bda7031d33d80b11c4bd3eb217d26650fb07427d77b135745a12a";
    for qualifiers in [
        String::new(),
        format!(" NameQualifier=\"{IDP}\""),
        format!(" SPNameQualifier=\"{SP}\""),
        format!(" NameQualifier=\"{IDP}\" SPNameQualifier=\"{SP}\""),
        " NameQualifier=\"\" SPNameQualifier=\"\"".to_owned(),
    ] {
        let name = format!("<saml:NameID{qualifiers} Format=\"{PERSISTENT}\">_7f3a</saml:NameID>");
        let told = logged_in(&[PERSISTENT], &name).await.unwrap();
        assert_eq!((&told["sub"], &told["name"]), (&golden.into(), &"_7f3a".into()), "{name}");
    }
}

#[tokio::test]
async fn a_sub_of_a_name_stays_what_it_is_in_every_release() {
    for (format, attributes, text, golden) in [
        (
            PERSISTENT,
            " NameQualifier=\"https://realm.example\"",
            "_7f3a",
            "0424521ab83bbffcb8d3c056f35ed30841f3a4d451fc64769d78eee689e7cab5",
        ),
        (
            PERSISTENT,
            " SPNameQualifier=\"https://federation.example\"",
            "_7f3a",
            "82978b7bb81cbaa9224d649758316f0bfeff27a0cad971f86149d0aea9959ccb",
        ),
        (
            EMAIL,
            "",
            "kalle.koski@koulu.example.test",
            "3a50032ab807a2cf826ac2c1dae3812fd646520a227540b429b3f65981185013",
        ),
        (
            UNSPECIFIED,
            "",
            "KKoski",
            "f0acaf0b111b72aea2517203172e37e5eca3f20b11e4b5939687816b5724f6d7",
        ),
    ] {
        let name = format!("<saml:NameID{attributes} Format=\"{format}\">{text}</saml:NameID>");
        let told = logged_in(&[format], &name).await.unwrap();
        assert_eq!((&told["sub"], &told["name"]), (&golden.into(), &text.into()), "{name}");
    }
}

#[tokio::test]
async fn a_name_in_other_letters_is_another_person_and_one_without_a_format_is_unspecified() {
    let sub = async |name: &str| logged_in(&[UNSPECIFIED], name).await.unwrap()["sub"].clone();
    let plain = sub("<saml:NameID>KKoski</saml:NameID>").await;
    let said = format!("<saml:NameID Format=\"{UNSPECIFIED}\">\n KKoski\r\n</saml:NameID>");
    assert_eq!(sub(&said).await, plain);
    assert_ne!(sub("<saml:NameID>kkoski</saml:NameID>").await, plain);
}

#[tokio::test]
async fn a_name_that_names_nobody_for_ever_is_nobody() {
    let named = |format: &str| format!("<saml:NameID Format=\"{format}\">_7f3a</saml:NameID>");
    for (accepted, name) in [
        (&[TRANSIENT, PERSISTENT][..], named(TRANSIENT)),
        (&[PERSISTENT], named(EMAIL)),
        (&[PERSISTENT], "<saml:NameID>_7f3a</saml:NameID>".to_owned()),
        (&[EMAIL, UNSPECIFIED], named(PERSISTENT)),
        (&[PERSISTENT], format!("<saml:NameID Format=\"{PERSISTENT}\"/>")),
        (&[PERSISTENT], format!("<saml:NameID Format=\"{PERSISTENT}\"> \n\t</saml:NameID>")),
        (&[PERSISTENT], String::new()),
    ] {
        assert_eq!(logged_in(accepted, &name).await, Err(LoginError::NoSubject), "{name}");
    }
}

/// Where people are known by attributes, their NameID says nothing of who they are, and the other way round.
#[tokio::test]
async fn nobody_who_lacks_an_attribute_is_known_by_their_name_instead() {
    let name = format!("<saml:NameID Format=\"{PERSISTENT}\">_7f3a</saml:NameID>");
    let fixture = Fixture::with(|settings| {
        let upstream = named_by(upstream(), &[PERSISTENT]);
        settings.upstreams.insert(suomifi_name(), configured(Arc::new(upstream)));
    });
    let started = fixture.started().await;
    let message = changed_message(&request_id(&started.message), ("high", NOON), |assertion| {
        without_attributes(&renamed(&assertion, &name))
    });
    let failed = fixture.finish(&started, &message).await.unwrap_err();
    assert_eq!(failed.error, LoginError::NoSubject);
}

/// An identity provider may send an attribute of any name.
#[tokio::test]
async fn no_attribute_passes_for_a_name() {
    for attribute in [NAME_ID, QUALIFIED_NAME_ID, "NameID"] {
        let fixture = known_by_name(upstream(), &[PERSISTENT]);
        let started = fixture.started().await;
        let message = changed_message(&request_id(&started.message), ("high", NOON), |assertion| {
            assertion.replace("urn:oid:1.2.246.21", attribute)
        });
        let failed = fixture.finish(&started, &message).await.unwrap_err();
        assert_eq!(failed.error, LoginError::NoSubject, "{attribute}");
    }
}

/// As Google Workspace is first set up: the Response alone is signed, and nothing but an address is released.
#[tokio::test]
async fn an_answer_with_an_address_as_its_name_and_no_attribute_is_a_login() {
    let told = whole_login(SignedParts::Response, EMAIL, |name| {
        format!("<saml:NameID Format=\"{EMAIL}\">{name}</saml:NameID>")
    });
    assert_eq!(told.await["name"], "kalle.koski@koulu.example.test");
}

/// As AD FS does with a rule for the NameID alone: the assertion is signed, and the name has no format.
#[tokio::test]
async fn an_answer_with_a_name_without_a_format_and_no_attribute_is_a_login() {
    let told = whole_login(SignedParts::Assertion, UNSPECIFIED, |name| {
        format!("<saml:NameID>{name}</saml:NameID>")
    });
    assert_eq!(told.await["name"], "kalle.koski@koulu.example.test");
}

/// As Shibboleth and SimpleSAMLphp send it. Everybody's `sub` there hangs on these octets.
#[tokio::test]
async fn a_targeted_id_is_the_same_person_with_its_qualifiers_and_without() {
    let golden = "4d493f7e10eaf86dae86a31e5636b8d2b28879bacfa30be586e0b5a61167dc6e";
    for attributes in [
        format!(" Format=\"{PERSISTENT}\" NameQualifier=\"{IDP}\" SPNameQualifier=\"{SP}\""),
        format!(" Format=\"{PERSISTENT}\""),
        String::new(),
    ] {
        let name = format!("<saml:NameID{attributes}>_7f3a</saml:NameID>");
        let told = targeted(&[&name]).await.unwrap();
        assert_eq!((&told["sub"], &told["name"]), (&golden.into(), &"_7f3a".into()), "{name}");
    }
    let other = format!("<saml:NameID NameQualifier=\"{SP}\">_7f3a</saml:NameID>");
    assert_ne!(targeted(&[&other]).await.unwrap()["sub"], golden);
    // As the name of the subject it would be another kind of name.
    let named = format!("<saml:NameID Format=\"{PERSISTENT}\">_7f3a</saml:NameID>");
    assert_ne!(logged_in(&[PERSISTENT], &named).await.unwrap()["sub"], golden);
    // The same value twice is one.
    let twice = "<saml:NameID>_7f3a</saml:NameID>";
    assert_eq!(targeted(&[twice, twice]).await.unwrap()["sub"], golden);
}

#[tokio::test]
async fn a_targeted_id_that_names_nobody_for_ever_is_nobody() {
    let of = |format: &str| format!("<saml:NameID Format=\"{format}\">_7f3a</saml:NameID>");
    let (transient, address, unspecified) = (of(TRANSIENT), of(EMAIL), of(UNSPECIFIED));
    let (one, other) = ("<saml:NameID>_7f3a</saml:NameID>", "<saml:NameID>_other</saml:NameID>");
    for values in [
        &[transient.as_str()][..],
        &[&address],
        &[&unspecified],
        &["_7f3a"],
        &[one, "_7f3a"],
        &[one, other],
        &["<saml:NameID> </saml:NameID>"],
        &["<saml:EncryptedID/>"],
        &[],
    ] {
        assert_eq!(targeted(values).await.unwrap_err(), LoginError::NoSubject, "{values:?}");
    }
}

/// Opened where it says who the person is, and left out where nobody asks.
#[tokio::test]
async fn an_encrypted_name_and_an_encrypted_attribute_are_who_the_person_is() {
    let plain = format!("<saml:NameID Format=\"{PERSISTENT}\">_7f3a</saml:NameID>");
    let encrypted = encrypted_part("EncryptedID", "saml:NameID", &plain, to_us());
    let expected = logged_in(&[PERSISTENT], &plain).await.unwrap();
    let opening = opening();
    let told = learnt(known_by_name(opening, &[PERSISTENT]), |assertion| {
        without_attributes(&renamed(assertion, &encrypted))
    });
    let told = told.await.unwrap();
    assert_eq!((&told["sub"], &told["name"]), (&expected["sub"], &"_7f3a".into()));

    let open = "<saml:NameID>_7f3a</saml:NameID>";
    let attribute =
        encrypted_part("EncryptedAttribute", "saml:Attribute", &targeted_id(&[open]), to_us());
    let told = learnt(known_by_targeted_id(self::opening()), |assertion| {
        let statement = format!("<saml:AttributeStatement>{attribute}</saml:AttributeStatement>");
        // Nobody uses the NameID, and this one could not be opened.
        let assertion = renamed(assertion, "<saml:EncryptedID/>");
        without_attributes(&assertion)
            .replace("</saml:Assertion>", &format!("{statement}</saml:Assertion>"))
    });
    assert_eq!(told.await.unwrap()["sub"], targeted(&[open]).await.unwrap()["sub"]);
    // Where it is used it must open.
    let unopened = learnt(known_by_name(self::opening(), &[PERSISTENT]), |assertion| {
        renamed(assertion, "<saml:EncryptedID/>")
    });
    let structure = ResponseError::Decryption(DecryptionError::Structure);
    let structure = LoginError::Upstream(CallbackError::Saml(structure));
    assert_eq!(unopened.await.unwrap_err(), structure);
}

fn to_us() -> (&'static keys::KeyPair, DataCipher) {
    (&keys::SP, DataCipher::Aes256Gcm)
}

/// The usual upstream with a key of ours.
fn opening() -> SamlUpstream {
    let mut upstream = upstream();
    let parties = Arc::make_mut(&mut upstream.parties);
    parties.service_provider.decryption_keys = vec![keys::SP.decryption()];
    SamlUpstream { logout: None, ..upstream }
}

/// What a client learns of the person whose eduPersonTargetedID has these values.
async fn targeted(values: &[&str]) -> Result<Value, LoginError> {
    let attribute = targeted_id(values);
    learnt(known_by_targeted_id(upstream()), |assertion| {
        let (before, rest) = assertion.split_once("<saml:AttributeStatement>").unwrap();
        let (_, after) = rest.split_once("</saml:AttributeStatement>").unwrap();
        format!("{before}<saml:AttributeStatement>{attribute}</saml:AttributeStatement>{after}")
    })
    .await
}

fn targeted_id(values: &[&str]) -> String {
    let value = |one: &&str| format!("<saml:AttributeValue>{one}</saml:AttributeValue>");
    let values: String = values.iter().map(value).collect();
    format!("<saml:Attribute Name=\"urn:oid:1.3.6.1.4.1.5923.1.1.1.10\">{values}</saml:Attribute>")
}

fn known_by_targeted_id(upstream: SamlUpstream) -> Fixture {
    Fixture::with(|settings| {
        let subject = vec![qualified(TARGETED_ID)];
        let known = ConfiguredUpstream { subject, ..configured(Arc::new(upstream)) };
        settings.upstreams.insert(suomifi_name(), known);
        let rules = one_claim(&suomifi(), "name", TARGETED_ID, true);
        settings.relying_parties.get_mut(&party("shop")).unwrap().rules = rules;
    })
}

/// What a client learns of an assertion that was changed so.
async fn learnt(
    fixture: Fixture,
    change: impl FnOnce(&str) -> String,
) -> Result<Value, LoginError> {
    let started = fixture.started().await;
    let message = changed_message(&request_id(&started.message), ("high", NOON), |assertion| {
        change(&assertion)
    });
    let location = fixture.finish(&started, &message).await.map_err(|failed| failed.error)?;
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    Ok(claims(&tokens))
}

/// What a client learns of the person of this name, where formats are accepted.
async fn logged_in(accepted: &[&str], name: &str) -> Result<Value, LoginError> {
    let fixture = known_by_name(upstream(), accepted);
    let started = fixture.started().await;
    let message = changed_message(&request_id(&started.message), ("high", NOON), |assertion| {
        without_attributes(&renamed(&assertion, name))
    });
    let location = fixture.finish(&started, &message).await.map_err(|failed| failed.error)?;
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    Ok(claims(&tokens))
}

/// What a client learns where one part alone is signed, and the name is written so.
async fn whole_login(
    signed: SignedParts,
    accepted: &str,
    write: impl FnOnce(&str) -> String,
) -> Value {
    let profile =
        PeerProfile { signed, encryption: EncryptionRule::Optional, ..PeerProfile::default() };
    let fixture = known_by_name(with_profile(&["high"], profile), &[accepted]);
    let started = fixture.started().await;
    let request = request_id(&started.message);
    let answer = ResponseHeader {
        issuer: IDP,
        audience: SP,
        acs_url: ACS,
        in_response_to: &request,
        issued: NOON,
    };
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let assertion = plain_assertion(&answer, ("high", NOON));
    let name = write("kalle.koski@koulu.example.test");
    let assertion = without_attributes(&renamed(&assertion, &name));
    let message = if signed == SignedParts::Assertion {
        answer.response("_response", &sign_enveloped(&assertion, &key).unwrap())
    } else {
        sign_enveloped(&answer.response("_response", &assertion), &key).unwrap()
    };
    let location = fixture.finish(&started, &post_value(&message)).await.unwrap();
    let code = query_param(&location, "code").unwrap();
    claims(&fixture.redeem(&code, &[]).await.unwrap())
}

/// The usual broker before this upstream, whose people are known by their NameID.
fn known_by_name(upstream: SamlUpstream, accepted: &[&str]) -> Fixture {
    let upstream = named_by(upstream, accepted);
    Fixture::with(|settings| {
        settings.upstreams.insert(suomifi_name(), by_name(configured(Arc::new(upstream))));
        settings.relying_parties.get_mut(&party("shop")).unwrap().rules = told_the_name();
    })
}

fn named_by(upstream: SamlUpstream, accepted: &[&str]) -> SamlUpstream {
    let accepted_name_ids = accepted.iter().map(|&format| format.to_owned()).collect();
    SamlUpstream { accepted_name_ids, ..upstream }
}

fn by_name(configured: ConfiguredUpstream) -> ConfiguredUpstream {
    ConfiguredUpstream { subject: vec![QUALIFIED_NAME_ID.to_owned()], ..configured }
}

fn told_the_name() -> ClaimRules {
    one_claim(&suomifi(), "name", NAME_ID, true)
}

/// The assertion with this instead of its NameID.
fn renamed(assertion: &str, name: &str) -> String {
    let old = format!("<saml:NameID>{NAME}</saml:NameID>");
    assert!(assertion.contains(&old), "{assertion}");
    assertion.replace(&old, name)
}

fn without_attributes(assertion: &str) -> String {
    let (before, rest) = assertion.split_once("<saml:AttributeStatement>").unwrap();
    let (_, after) = rest.split_once("</saml:AttributeStatement>").unwrap();
    format!("{before}{after}")
}

const TARGETED_ID: &str = "eduPersonTargetedID";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
