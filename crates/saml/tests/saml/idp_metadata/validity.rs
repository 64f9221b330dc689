//! How long metadata holds.

use jiff::{SignedDuration, Timestamp};
use silta_saml::{MetadataError, MetadataPart};
use silta_testkit::forge::{IDP_ENTITY, NOON, text};
use silta_testkit::keys::IDP;

use super::fixture::{
    alone, days, entity, entity_of, federation, group, read, read_at, read_signed, role_of, signed,
};

fn ending(document: &str, end: &str) -> String {
    let from = format!("validUntil=\"{}\"", days(7));
    document.replacen(&from, &format!("validUntil=\"{end}\""), 1)
}

#[test]
fn refuses_a_document_at_the_very_instant_of_its_end() {
    for (document, part) in [(entity(), MetadataPart::Entity), (federation(), MetadataPart::Group)]
    {
        let valid_until = days(7);
        let just_before = valid_until - SignedDuration::from_nanos(1);
        assert_eq!(read_at(&document, just_before).unwrap().valid_until(), Some(valid_until));
        for now in [valid_until, days(8), days(4000)] {
            let expected = MetadataError::Expired { part, valid_until, now };
            assert_eq!(read_at(&document, now).unwrap_err(), expected);
        }
        let past = signed(&ending(&document, &days(-1).to_string()));
        let expected = MetadataError::Expired { part, valid_until: days(-1), now: NOON };
        assert_eq!(read_signed(&past).unwrap_err(), expected);
    }
}

/// The end of anything around the role is the end of the role.
#[test]
fn refuses_what_has_ended_inside_of_what_has_not() {
    let past = |name: &str, xml: &str| {
        let open = format!("<md:{name} ");
        text::swapped(xml, &open, &format!("{open}validUntil=\"{}\" ", days(-1)))
    };
    let ours = entity_of(IDP_ENTITY, &role_of(&IDP));
    let inner = format!("<md:EntitiesDescriptor Name=\"a\">{ours}</md:EntitiesDescriptor>");
    for (part, document) in [
        (MetadataPart::Role, alone(&past("IDPSSODescriptor", &role_of(&IDP)))),
        (MetadataPart::Role, group(&past("IDPSSODescriptor", &ours))),
        (MetadataPart::Entity, group(&past("EntityDescriptor", &ours))),
        (MetadataPart::Group, group(&past("EntitiesDescriptor", &inner))),
    ] {
        let expected = MetadataError::Expired { part, valid_until: days(-1), now: NOON };
        assert_eq!(read(&document).unwrap_err(), expected);
        assert_eq!(read_signed(&signed(&document)).unwrap_err(), expected);
    }
}

#[test]
fn the_first_end_and_the_shortest_cache_duration_count() {
    let role = text::swapped(
        &role_of(&IDP),
        "<md:IDPSSODescriptor ",
        &format!("<md:IDPSSODescriptor cacheDuration=\"PT1H\" validUntil=\"{}\" ", days(2)),
    );
    let read = read(&group(&entity_of(IDP_ENTITY, &role))).unwrap();
    assert_eq!(read.valid_until(), Some(days(2)));
    assert_eq!(read.refresh_within(), Some(SignedDuration::from_hours(1)));
}

/// Other entities of a federation end when they end.
#[test]
fn an_end_of_another_entity_is_nothing_to_ours() {
    let other = entity_of("https://a.example", &role_of(&IDP)).replace(
        "<md:EntityDescriptor ",
        &format!("<md:EntityDescriptor validUntil=\"{}\" ", days(-1)),
    );
    let document = group(&[other, entity_of(IDP_ENTITY, &role_of(&IDP))].concat());
    assert_eq!(read(&document).unwrap().valid_until(), Some(days(7)));
}

#[test]
fn refuses_a_signed_document_without_an_end_of_its_root() {
    for document in [entity(), federation()] {
        let endless = document.replacen(" validUntil=", " other=", 1);
        assert_eq!(read_signed(&signed(&endless)).unwrap_err(), MetadataError::Endless);
        assert_eq!(read(&endless).unwrap().valid_until(), None);
        // An end in a foreign namespace is none.
        let foreign = document.replacen(" validUntil=", " xmlns:x=\"urn:x\" x:validUntil=", 1);
        assert_eq!(read_signed(&signed(&foreign)).unwrap_err(), MetadataError::Endless);
    }
    // The end of the entity is none of the document: an old one could be presented for ever.
    let ours = entity_of(IDP_ENTITY, &role_of(&IDP)).replace(
        "<md:EntityDescriptor ",
        &format!("<md:EntityDescriptor validUntil=\"{}\" ", days(2)),
    );
    let endless = group(&ours).replacen(" validUntil=", " other=", 1);
    assert_eq!(read_signed(&signed(&endless)).unwrap_err(), MetadataError::Endless);
}

#[test]
fn refuses_a_signed_aggregate_that_is_valid_for_more_than_thirty_days() {
    let most = days(30) + SignedDuration::from_mins(5);
    for end in [days(29), days(30), most] {
        let read = read_signed(&signed(&ending(&federation(), &end.to_string()))).unwrap();
        assert_eq!(read.valid_until(), Some(end));
    }
    for valid_until in [most + SignedDuration::from_secs(1), days(31), Timestamp::MAX] {
        let written = if valid_until == Timestamp::MAX {
            "9999-12-31T23:59:59Z".to_owned()
        } else {
            valid_until.to_string()
        };
        let long = signed(&ending(&federation(), &written));
        let expected = MetadataError::TooLongAhead { valid_until, most };
        assert_eq!(read_signed(&long).unwrap_err(), expected);
    }
    // One entity changes seldom, and nobody else is in its document.
    let year = signed(&ending(&entity(), &days(365).to_string()));
    assert_eq!(read_signed(&year).unwrap().valid_until(), Some(days(365)));
}

#[test]
fn refuses_an_end_that_is_no_instant_with_a_time_zone() {
    for end in ["2026-12-01", "2026-12-01T00:00:00", "tomorrow", "", "2026-12-01T24:00:00Z"] {
        for (document, part) in
            [(entity(), MetadataPart::Entity), (federation(), MetadataPart::Group)]
        {
            let expected = MetadataError::NotAnInstant { part };
            assert_eq!(read(&ending(&document, end)).unwrap_err(), expected, "{end}");
            assert_eq!(read_signed(&signed(&ending(&document, end))).unwrap_err(), expected);
        }
    }
}

#[test]
fn a_cache_duration_is_a_hint_within_bounds() {
    let hinting = |hint: &str| {
        let document = text::swapped(&federation(), "\"PT6H\"", &format!("\"{hint}\""));
        read(&document).unwrap().refresh_within()
    };
    assert_eq!(hinting("PT6H"), Some(SignedDuration::from_hours(6)));
    assert_eq!(hinting("PT1S"), Some(SignedDuration::from_mins(5)));
    assert_eq!(hinting("P1Y"), Some(SignedDuration::from_hours(24)));
    assert_eq!(hinting("soon"), None);
    assert_eq!(read(&entity()).unwrap().refresh_within(), None);
}
