//! Attributes that do not make a person.

use std::collections::BTreeMap;
use std::sync::Arc;

use silta_broker::{
    AllowedUpstream, ConfiguredUpstream, DenyRule, ErrorClass, FailedLogin, Language, LoginError,
    PageText, Settings, SubjectSource, UpstreamName,
};
use silta_mapping::{
    Attribute, AttributeError, AttributeFact, AttributeTest, Condition, Facts, Kind, MappingError,
    Operator, Spelling,
};
use silta_testkit::dictionary::suomifi;

use crate::fixture::{FAMILY, Fixture, GIVEN, HETU, one_claim, party, suomifi_name};
use crate::wire::{claims, client_error, query_param};

#[tokio::test]
async fn a_required_claim_without_a_value_is_named_in_the_fault() {
    let (_, failed) = refused(&[(NATIONAL, &[HETU]), (SURNAME, &[FAMILY])]).await;
    let missing = MappingError::Missing { claim: "given_name".to_owned() };
    assert_eq!(failed.error, LoginError::Mapping(missing));
    assert!(failed.error.to_string().contains("given_name"), "{}", failed.error);
    // It is our operator who reads that; the client's developer learns the reference.
    let client_error = query_param(failed.answer.as_ref().unwrap(), "error_description").unwrap();
    assert!(!client_error.contains("given_name"), "{client_error}");
}

/// So that whoever reads the log sees at once that the identity provider has another name for it.
#[tokio::test]
async fn where_an_attribute_is_missing_the_names_of_those_that_arrived_are_told_and_no_value() {
    let subject: Delivered<'_> = &[(GIVEN_NAME, &[GIVEN]), ("uid", &["210281-9989"])];
    let claim: Delivered<'_> = &[(NATIONAL, &[HETU]), (SURNAME, &[FAMILY])];
    let known = "; people are known by nationalIdentificationNumber or foreignpersonIdentifier";
    for (delivered, names) in [
        (subject, format!("what arrived is urn:oid:2.5.4.42, uid{known}")),
        (claim, "what arrived is urn:oid:1.2.246.21, urn:oid:2.5.4.4".to_owned()),
        (&[], format!("no attribute arrived{known}")),
    ] {
        let (fixture, _) = refused(delivered).await;
        let lines = fixture.audit.lines();
        let line = format!("shop misses an attribute at suomifi: {names}");
        assert!(lines.contains(&line), "{line} is not in {lines:?}");
    }
}

#[tokio::test]
async fn two_values_for_one_claim_are_nobodys_name() {
    let delivered: Delivered<'_> = &[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN, "Other"])];
    let (fixture, failed) = refused(delivered).await;
    let several = MappingError::SeveralValues { claim: "given_name".to_owned() };
    assert_eq!(failed.error, LoginError::Mapping(several));
    assert!(!fixture.audit.lines().iter().any(|line| line.contains("misses")), "it arrived");
}

#[tokio::test]
async fn two_identity_numbers_are_nobody() {
    let (_, failed) = refused(&[(NATIONAL, &[HETU, "210281-9989"]), (GIVEN_NAME, &[GIVEN])]).await;
    assert_eq!(failed.error, LoginError::NoSubject);
}

#[tokio::test]
async fn two_identity_numbers_do_not_make_way_for_another_identifier() {
    let delivered: Delivered<'_> =
        &[(NATIONAL, &[HETU, "210281-9989"]), (FOREIGN, &["F-1"]), (GIVEN_NAME, &[GIVEN])];
    let (_, failed) = refused(delivered).await;
    assert_eq!(failed.error, LoginError::NoSubject);
}

#[tokio::test]
async fn an_identity_number_delivered_twice_is_nobody() {
    let delivered: Delivered<'_> =
        &[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN]), (NATIONAL, &["210281-9989"])];
    let (_, failed) = refused(delivered).await;
    assert_eq!(failed.error, LoginError::NoSubject);
}

#[tokio::test]
async fn the_same_identity_number_delivered_twice_is_the_same_person() {
    let fixture = Fixture::new();
    let plain = fixture.tokens().await;
    for twice in [
        &[(NATIONAL, &[HETU][..]), (GIVEN_NAME, &[GIVEN]), (NATIONAL, &[" 210281-9988"])][..],
        &[(NATIONAL, &[HETU, HETU]), (GIVEN_NAME, &[GIVEN])],
    ] {
        fixture.idp.asserts(twice);
        assert_eq!(claims(&fixture.tokens().await)["sub"], claims(&plain)["sub"]);
    }
}

/// Its own people are known by their numbers, and nothing else is told of them.
fn numbers_alone(settings: &mut Settings) {
    let entry = |name: &str| Attribute {
        name: name.to_owned(),
        sources: vec![name.to_owned()],
        kind: Kind::Text,
        sensitive: true,
    };
    let own = ["employeeNumber", "Role", "note", "uid"].map(entry);
    let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
    upstream.dictionary = suomifi().below(&own).unwrap();
    let rules = one_claim(&upstream.dictionary, "number", "employeeNumber", true);
    upstream.subject = vec!["employeeNumber".into()];
    settings.relying_parties.get_mut(&party("shop")).unwrap().rules = rules;
}

#[tokio::test]
async fn what_a_client_does_not_need_refuses_none_of_its_logins() {
    let number: (&str, &[&str]) = ("employeeNumber", &["4711"]);
    for beside in [
        &[("Role", &["kirjaaja"][..]), ("Role", &["tarkastaja"])][..],
        &[("note", &["a\0b"])],
        &[("note", &["rivi 1\r\nrivi 2"])],
        &[("uid", &["a"]), ("uid", &["b"])],
        &[("urn:oid:1.2.246.21", &[HETU]), ("urn:oid:1.2.246.21", &["210281-9989"])],
        &[("http://eidas.europa.eu/attributes/naturalperson/DateOfBirth", &["soon"])],
    ] {
        let fixture = Fixture::with(numbers_alone);
        let delivered: Vec<_> = beside.iter().copied().chain([number]).collect();
        fixture.idp.asserts(&delivered);
        let claims = claims(&fixture.tokens().await);
        assert_eq!(claims["number"], "4711", "{beside:?}");
    }
}

#[tokio::test]
async fn an_optional_claim_that_is_no_text_is_left_out_and_told_to_the_operator() {
    let fixture = Fixture::new();
    let delivered: Delivered<'_> =
        &[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN]), (SURNAME, &["De\0mo"])];
    fixture.idp.asserts(delivered);
    let claims = claims(&fixture.tokens().await);
    assert_eq!((&claims["given_name"], claims.get("family_name")), (&GIVEN.into(), None));
    let line = "shop is not told at suomifi: claim `family_name`: a delivered value has a \
                character that XML does not have";
    assert!(fixture.audit.lines().iter().any(|one| one == line), "{:?}", fixture.audit.lines());
    assert!(!fixture.audit.printed().contains("De\0mo"));
}

#[tokio::test]
async fn the_ends_of_lines_in_an_address_reach_the_client_as_line_feeds_and_no_log() {
    for (came, told) in [
        ("Kuja 1\r\n00100 Helsinki", "Kuja 1\n00100 Helsinki"),
        ("Kuja 1\r00100 Helsinki", "Kuja 1\n00100 Helsinki"),
        ("Kuja 1\n00100 Helsinki", "Kuja 1\n00100 Helsinki"),
    ] {
        let fixture = Fixture::new();
        fixture.idp.asserts(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[came])]);
        assert_eq!(claims(&fixture.tokens().await)["given_name"], told, "{came:?}");
        assert!(!fixture.audit.printed().contains("Helsinki"));
    }
}

#[tokio::test]
async fn an_identity_number_that_is_no_text_is_nobodys() {
    let (_, failed) = refused(&[(NATIONAL, &["210281\09988"]), (GIVEN_NAME, &[GIVEN])]).await;
    let attribute = "nationalIdentificationNumber".to_owned();
    let reason = LoginError::Attributes(AttributeError::ForbiddenCharacter { attribute });
    assert_eq!(failed.error, reason);
}

#[tokio::test]
async fn nobody_is_identified_by_a_name_or_by_nothing() {
    for national in [&[][..], &[""], &[" \t\n"]] {
        let (_, failed) = refused(&[(NATIONAL, national), (GIVEN_NAME, &[GIVEN])]).await;
        assert_eq!(failed.error, LoginError::NoSubject, "{national:?}");
    }
    let (_, failed) = refused(&[(GIVEN_NAME, &[GIVEN]), (SURNAME, &[FAMILY])]).await;
    assert_eq!(failed.error, LoginError::NoSubject);
}

#[tokio::test]
async fn what_is_no_character_in_xml_reaches_no_claim_and_no_log() {
    let hostile = "Nordea\u{1b}[2J";
    let (fixture, failed) = refused(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[hostile])]).await;
    let claim = "given_name".to_owned();
    let reason = LoginError::Mapping(MappingError::ForbiddenCharacter { claim });
    assert_eq!(failed.error, reason);
    assert!(!fixture.audit.printed().contains("[2J"), "{}", fixture.audit.printed());
}

#[tokio::test]
async fn white_space_around_an_identity_number_makes_nobody_new() {
    let fixture = Fixture::new();
    let plain = fixture.tokens().await;
    fixture.idp.asserts(&[(NATIONAL, &["\n  210281-9988 "]), (GIVEN_NAME, &[GIVEN])]);
    assert_eq!(claims(&fixture.tokens().await)["sub"], claims(&plain)["sub"]);
}

#[tokio::test]
async fn an_attribute_that_no_rule_names_is_not_kept() {
    let fixture = Fixture::new();
    let home = "urn:oid:1.2.246.517.2002.2.4";
    fixture.idp.asserts(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN]), (home, &["Koskikatu 1"])]);
    let tokens = fixture.tokens().await;
    assert!(!claims(&tokens).to_string().contains("Koskikatu"));
}

fn people_of_turku() -> DenyRule {
    let test = AttributeTest::Any(vec!["853".to_owned()]);
    let attributes = vec![AttributeFact { attribute: "KotikuntaKuntanumero".to_owned(), test }];
    let when = Facts { attributes, ..Facts::default() };
    let say = |sentence: &str| sentence.to_owned();
    DenyRule {
        condition: Condition { when, unless: Facts::default() },
        text: Arc::new(PageText {
            finnish: say("Ei Turun asukkaille."),
            swedish: say("Inte för Åbobor."),
            english: say("Not for residents of Turku."),
        }),
    }
}

const TURKU: Delivered<'static> =
    &[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN]), ("urn:oid:1.2.246.517.2002.2.18", &["853"])];

#[tokio::test]
async fn a_person_whom_a_deny_rule_keeps_out_reads_why_and_the_client_is_not_answered() {
    let fixture = Fixture::with(|settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.deny = vec![people_of_turku()];
    });
    fixture.idp.asserts(TURKU);
    let failed = fixture.finish(&fixture.started().await, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Denied(people_of_turku().text));
    assert_eq!((failed.error.class(), failed.error.reason()), (ErrorClass::User, "denied"));
    assert!(failed.answer.is_none());
    let text = failed.error.page_text().map(|text| text.as_ref().of(Language::Swedish).as_str());
    assert_eq!(text, Some("Inte för Åbobor."));
    assert_eq!(fixture.audit.last(), "shop refused at suomifi: denied");
    assert!(fixture.store.all("code").is_empty());

    fixture.idp.asserts(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN])]);
    assert!(fixture.finish(&fixture.started().await, "_b").await.is_ok());
}

/// An attribute that names people at another upstream of the same client is not believed here; no is believed.
#[tokio::test]
async fn a_person_is_kept_out_also_by_what_is_not_believed() {
    let fixture = Fixture::with(|settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.deny = vec![people_of_turku()];
        let other = UpstreamName::parse("other").unwrap();
        let AllowedUpstream { min_acr, .. } = shop.upstreams.first().unwrap().clone();
        shop.upstreams.push(AllowedUpstream { name: other.clone(), min_acr });
        let known = settings.upstreams.get(&suomifi_name()).unwrap();
        let other_upstream = ConfiguredUpstream {
            adapter: known.adapter.clone(),
            dictionary: known.dictionary.clone(),
            subject: vec!["KotikuntaKuntanumero".to_owned()],
            spelling: Spelling::default(),
            subject_source: SubjectSource::named(other.clone()),
            least_level: None,
            passive: false,
            sso: false,
            tells_logouts: false,
        };
        settings.upstreams.insert(other, other_upstream);
    });
    fixture.idp.asserts(TURKU);
    let failed = fixture.finish(&fixture.started().await, "_a").await.unwrap_err();
    assert_eq!(failed.error.reason(), "denied");
}

/// What makes one person of two spellings keeps them out in each.
#[tokio::test]
async fn a_person_is_kept_out_in_every_spelling_of_their_name() {
    let fixture = Fixture::with(|settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        let test = AttributeTest::Any(vec!["Ada-1".to_owned()]);
        let attribute = "foreignpersonIdentifier".to_owned();
        let attributes = vec![AttributeFact { attribute, test }];
        let when = Facts { attributes, ..Facts::default() };
        let condition = Condition { when, unless: Facts::default() };
        shop.deny = vec![DenyRule { condition, ..people_of_turku() }];
        let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
        let lower = Operator::named("lower").unwrap().with(BTreeMap::new(), None).unwrap();
        upstream.spelling = Spelling::of(vec![lower]).unwrap();
    });
    for (name, expected) in [("Ada-1", Some("denied")), ("ADA-1", Some("denied")), ("ada-2", None)]
    {
        let foreign = "urn:oid:1.2.246.517.3002.111.17";
        fixture.idp.asserts(&[(foreign, &[name]), (GIVEN_NAME, &[GIVEN])]);
        let started = fixture.started().await;
        let reason = fixture.finish(&started, name).await.err().map(|failed| failed.error.reason());
        assert_eq!(reason, expected, "{name}");
    }
}

#[tokio::test]
async fn without_a_page_a_denied_person_is_told_to_the_client() {
    let fixture = Fixture::with(|settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.deny = vec![people_of_turku()];
        for upstream in settings.upstreams.values_mut() {
            upstream.passive = true;
        }
    });
    fixture.idp.asserts(TURKU);
    let started = fixture.start(&[("prompt", "none")]).await.unwrap();
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_person_who_lacks_a_claim_reads_what_the_administrator_says_of_it() {
    let text = people_of_turku().text;
    let fixture = Fixture::with(|settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.missing.insert("given_name".to_owned(), text.clone());
    });
    fixture.idp.asserts(&[(NATIONAL, &[HETU])]);
    let failed = fixture.finish(&fixture.started().await, "_a").await.unwrap_err();
    let error = MappingError::Missing { claim: "given_name".to_owned() };
    assert_eq!(failed.error, LoginError::ClaimMissing { error, text });
    assert_eq!((failed.error.reason(), failed.answer.is_none()), ("claim_missing", true));
    assert!(fixture.audit.lines().iter().any(|line| line.contains("misses an attribute")));
}

/// The end of a login with these attributes. Each is the same to the client, and to a second
/// attempt with the same assertion.
async fn refused(delivered: Delivered<'_>) -> (Fixture, FailedLogin) {
    let fixture = Fixture::new();
    fixture.idp.asserts(delivered);
    let started = fixture.started().await;
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(
        (client_error(&failed).as_deref(), failed.error.class()),
        (Some("server_error"), ErrorClass::Idp)
    );
    let line = format!("shop refused at suomifi: {}", failed.error.reason());
    assert_eq!(fixture.audit.last(), line);
    assert!(fixture.store.all("code").is_empty());
    let again = fixture.finish(&fixture.started().await, "_a").await.unwrap_err();
    assert_eq!(again.error, LoginError::Replayed);
    (fixture, failed)
}

type Delivered<'a> = &'a [(&'a str, &'a [&'a str])];

pub(crate) const NATIONAL: &str = "urn:oid:1.2.246.21";
const FOREIGN: &str = "urn:oid:1.2.246.517.3002.111.17";
pub(crate) const GIVEN_NAME: &str = "urn:oid:2.5.4.42";
const SURNAME: &str = "urn:oid:2.5.4.4";
