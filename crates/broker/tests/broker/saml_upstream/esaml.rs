//! Somebody from abroad logs in by a German eID-Server, whose answers are XML [BSI TR-03130-1 §5.3.2].

use std::sync::Arc;

use silta_broker::ConfiguredUpstream;
use silta_mapping::{Attribute, Dictionary, Kind};
use silta_saml::{
    Country, EncryptionRule, EsamlExpectation, IdentityFlavour, LevelAttribute, LevelSource,
    PeerProfile, SignedParts,
};

use super::{changed_message, request_id, with_profile};
use crate::fixture::{Fixture, NOON, configured, one_claim, party, suomifi_name};
use crate::wire::{claims, client_error, query_param};

#[tokio::test]
async fn a_person_from_abroad_logs_in_by_an_eid_server() {
    let fixture = fixture();
    let started = fixture.started().await;
    let answer = answer(&request_id(&started.message), ANSWER);
    let location = fixture.finish(&started, &answer).await.unwrap();
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    let claims = claims(&tokens);
    assert_eq!((&claims["acr"], &claims["birthdate"]), (&"high".into(), &"1964-08-12".into()));
}

#[tokio::test]
async fn whoever_stands_for_a_company_is_not_logged_in_as_a_person() {
    let fixture = fixture();
    let started = fixture.started().await;
    let other = ANSWER.replace("NaturalPerson", "LegalPersonRepresentative");
    let failed = fixture.finish(&started, &answer(&request_id(&started.message), &other)).await;
    let failed = failed.unwrap_err();
    assert_eq!(failed.error.reason(), "esaml_answer");
    assert_eq!(client_error(&failed).as_deref(), Some("server_error"));
}

fn fixture() -> Fixture {
    Fixture::with(|settings| {
        let level = LevelAttribute { name: "EidasExtension".to_owned(), prefix: String::new() };
        let profile = PeerProfile {
            signed: SignedParts::Response,
            encryption: EncryptionRule::Optional,
            level_from: LevelSource::Attribute(level),
            esaml: Some(EsamlExpectation {
                flavour: IdentityFlavour::NaturalPerson,
                sending_member_state: Country::parse("ES"),
            }),
            ..PeerProfile::default()
        };
        let dictionary = dictionary();
        let rules = one_claim(&dictionary, "birthdate", "DateOfBirth", true);
        settings.relying_parties.get_mut(&party("shop")).unwrap().rules = rules;
        let upstream = ConfiguredUpstream {
            dictionary,
            subject: vec!["PersonIdentifier".to_owned()],
            ..configured(Arc::new(with_profile(&["low", "high"], profile)))
        };
        settings.upstreams.insert(suomifi_name(), upstream);
    })
}

fn dictionary() -> Dictionary {
    let attribute = |name: &str, source: &str, kind| Attribute {
        name: name.to_owned(),
        sources: vec![source.to_owned()],
        kind,
        sensitive: true,
    };
    let all = vec![
        attribute("DateOfBirth", "DateOfBirth", Kind::Date),
        attribute("PersonIdentifier", "RestrictedID", Kind::Text),
        attribute("givenName", "GivenNames", Kind::Text),
        attribute("sn", "FamilyNames", Kind::Text),
        attribute("nationalIdentificationNumber", "unknown", Kind::Text),
    ];
    Dictionary::new(all).unwrap()
}

/// With these attributes, and a context that says nothing of the level.
fn answer(request_id: &str, attributes: &str) -> String {
    let context = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI";
    changed_message(request_id, (context, NOON), |assertion| {
        let (before, rest) = assertion.split_once("<saml:AttributeStatement>").unwrap();
        let (_, after) = rest.split_once("</saml:AttributeStatement>").unwrap();
        format!("{before}<saml:AttributeStatement>{attributes}</saml:AttributeStatement>{after}")
    })
}

const ANSWER: &str = "\
<saml:Attribute Name=\"DocumentValidity\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\" Version=\"1\">\
<eid:ReferenceDate>2026-11-21</eid:ReferenceDate><eid:Status>valid</eid:Status></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"UseEidas\"><saml:AttributeValue>true</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"EidasExtension\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:LevelOfAssurance>high</eid:LevelOfAssurance><eid:SendingMemberState>ES</eid:SendingMemberState>\
</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"IdentityFlavour\"><saml:AttributeValue>NaturalPerson</saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"RestrictedID\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:ID>45532F44452F31</eid:ID></saml:AttributeValue></saml:Attribute>\
<saml:Attribute Name=\"DateOfBirth\"><saml:AttributeValue xmlns:eid=\"http://bsi.bund.de/eID/\">\
<eid:DateString>19640812</eid:DateString><eid:DateValue>1964-08-12</eid:DateValue></saml:AttributeValue></saml:Attribute>";
