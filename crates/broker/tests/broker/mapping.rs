//! Attributes that do not make a person.

use silta_broker::{ErrorClass, FailedLogin, LoginError};
use silta_mapping::{AttributeError, MappingError};

use crate::fixture::{FAMILY, Fixture, GIVEN, HETU};
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

#[tokio::test]
async fn two_values_for_one_claim_are_nobodys_name() {
    let delivered: Delivered<'_> = &[(NATIONAL, &[HETU]), (GIVEN_NAME, &[GIVEN, "Other"])];
    let (_, failed) = refused(delivered).await;
    let several = MappingError::SeveralValues { claim: "given_name".to_owned() };
    assert_eq!(failed.error, LoginError::Mapping(several));
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
    let attribute = "nationalIdentificationNumber".to_owned();
    assert_eq!(failed.error, LoginError::Attributes(AttributeError::Duplicate { attribute }));
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
async fn a_control_character_reaches_no_claim_and_no_log() {
    let hostile = "Nordea\r\nSet-Cookie: a=b";
    let (fixture, failed) = refused(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[hostile])]).await;
    let attribute = "givenName".to_owned();
    let reason = LoginError::Attributes(AttributeError::ControlCharacter { attribute });
    assert_eq!(failed.error, reason);
    assert!(!fixture.audit.printed().contains("Set-Cookie"), "{}", fixture.audit.printed());
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
