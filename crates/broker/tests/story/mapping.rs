//! Attributes that do not make a person.

use silta_broker::{Class, Fault, LoginFault};
use silta_mapping::{AttributeFault, MappingFault};

use crate::wire::{carried, claims, told};
use crate::world::{FAMILY, GIVEN, HETU, World};

#[tokio::test]
async fn a_required_claim_without_a_value_is_named_in_the_fault() {
    let (_, fault) = refused(&[(NATIONAL, &[HETU]), (SURNAME, &[FAMILY])]).await;
    let missing = MappingFault::Missing { claim: "given_name".to_owned() };
    assert_eq!(fault.fault, LoginFault::Mapping(missing));
    assert!(fault.fault.to_string().contains("given_name"), "{}", fault.fault);
    // It is our operator who reads that; the client's developer learns the reference.
    let told = carried(fault.back.as_ref().unwrap(), "error_description").unwrap();
    assert!(!told.contains("given_name"), "{told}");
}

#[tokio::test]
async fn two_values_for_one_claim_are_nobodys_name() {
    let delivered: Delivered<'_> = &[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN, "Other"])];
    let (_, fault) = refused(delivered).await;
    let several = MappingFault::SeveralValues { claim: "given_name".to_owned() };
    assert_eq!(fault.fault, LoginFault::Mapping(several));
}

#[tokio::test]
async fn two_identity_numbers_are_nobody() {
    let (_, fault) = refused(&[(NATIONAL, &[HETU, "210281-9989"]), (GIVEN_NAME, &[GIVEN])]).await;
    assert_eq!(fault.fault, LoginFault::NoSubject);
}

#[tokio::test]
async fn two_identity_numbers_do_not_make_way_for_another_identifier() {
    let delivered: Delivered<'_> =
        &[(NATIONAL, &[HETU, "210281-9989"]), (FOREIGN, &["F-1"]), (GIVEN_NAME, &[GIVEN])];
    let (_, fault) = refused(delivered).await;
    assert_eq!(fault.fault, LoginFault::NoSubject);
}

#[tokio::test]
async fn an_identity_number_delivered_twice_is_nobody() {
    let delivered: Delivered<'_> =
        &[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN]), (NATIONAL, &["210281-9989"])];
    let (_, fault) = refused(delivered).await;
    let attribute = "nationalIdentificationNumber".to_owned();
    assert_eq!(fault.fault, LoginFault::Attributes(AttributeFault::Duplicate { attribute }));
}

#[tokio::test]
async fn nobody_is_identified_by_a_name_or_by_nothing() {
    for national in [&[][..], &[""], &[" \t\n"]] {
        let (_, fault) = refused(&[(NATIONAL, national), (GIVEN_NAME, &[GIVEN])]).await;
        assert_eq!(fault.fault, LoginFault::NoSubject, "{national:?}");
    }
    let (_, fault) = refused(&[(GIVEN_NAME, &[GIVEN]), (SURNAME, &[FAMILY])]).await;
    assert_eq!(fault.fault, LoginFault::NoSubject);
}

#[tokio::test]
async fn a_control_character_reaches_no_claim_and_no_log() {
    let hostile = "Nordea\r\nSet-Cookie: a=b";
    let (world, fault) = refused(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[hostile])]).await;
    let attribute = "givenName".to_owned();
    let reason = LoginFault::Attributes(AttributeFault::ControlCharacter { attribute });
    assert_eq!(fault.fault, reason);
    assert!(!world.diary.printed().contains("Set-Cookie"), "{}", world.diary.printed());
}

#[tokio::test]
async fn white_space_around_an_identity_number_makes_nobody_new() {
    let world = World::new();
    let plain = world.tokens().await;
    world.idp.asserts(&[(NATIONAL, &["\n  210281-9988 "]), (GIVEN_NAME, &[GIVEN])]);
    assert_eq!(claims(&world.tokens().await)["sub"], claims(&plain)["sub"]);
}

#[tokio::test]
async fn an_attribute_that_no_rule_names_is_not_kept() {
    let world = World::new();
    let home = "urn:oid:1.2.246.517.2002.2.4";
    world.idp.asserts(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN]), (home, &["Koskikatu 1"])]);
    let tokens = world.tokens().await;
    assert!(!claims(&tokens).to_string().contains("Koskikatu"));
}

/// The end of a login with these attributes. Each is the same to the client, and to a second
/// attempt with the same assertion.
async fn refused(delivered: Delivered<'_>) -> (World, Fault) {
    let world = World::new();
    world.idp.asserts(delivered);
    let begun = world.begun().await;
    let fault = world.answer(&begun, "_a").await.unwrap_err();
    assert_eq!((told(&fault).as_deref(), fault.fault.class()), (Some("server_error"), Class::Idp));
    let line = format!("shop refused at suomifi: {}", fault.fault.reason());
    assert_eq!(world.diary.last(), line);
    assert!(world.store.all("code").is_empty());
    let again = world.answer(&world.begun().await, "_a").await.unwrap_err();
    assert_eq!(again.fault, LoginFault::Replayed);
    (world, fault)
}

type Delivered<'a> = &'a [(&'a str, &'a [&'a str])];

const NATIONAL: &str = "urn:oid:1.2.246.21";
const FOREIGN: &str = "urn:oid:1.2.246.517.3002.111.17";
const GIVEN_NAME: &str = "urn:oid:2.5.4.42";
const SURNAME: &str = "urn:oid:2.5.4.4";
