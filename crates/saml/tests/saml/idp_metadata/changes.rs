//! What new metadata may change of what was there before.

use silta_saml::{EndpointKind, IdentityProviderDescription, MetadataError, MetadataTrust};
use silta_testkit::forge::{IDP_ENTITY, NOON, text};
use silta_testkit::keys::{IDP, IDP_P256, ROGUE};

use super::fixture::{
    SERVICES, alone, days, entity, entity_of, federation, read, read_signed, role_of, signed,
    signing,
};

fn hosts() -> Vec<String> {
    vec!["idp.example".to_owned()]
}

/// What the second document changes of the first, in words.
fn changes(former: &str, newer: &str) -> Result<Vec<String>, MetadataError> {
    let [former, newer] = [former, newer].map(|document| read(document).unwrap());
    let changes = newer.changes_of(&former, &hosts())?;
    Ok(changes.iter().map(ToString::to_string).collect())
}

#[test]
fn the_same_metadata_again_changes_nothing() {
    assert_eq!(changes(&entity(), &entity()), Ok(vec![]));
    assert_eq!(changes(&entity(), &federation()), Ok(vec![]));
}

#[test]
fn a_rotation_of_keys_is_told_by_fingerprints() {
    let keys = |keys: &str| alone(&text::swapped(&role_of(&IDP), &signing(&IDP), keys));
    let both = keys(&[signing(&IDP), signing(&IDP_P256)].concat());
    let [old, new] = [&*IDP, &*IDP_P256].map(|key| key.certificate().fingerprint().to_string());
    assert_eq!(changes(&entity(), &both), Ok(vec![format!("added key {new}")]));
    assert_eq!(changes(&both, &keys(&signing(&IDP_P256))), Ok(vec![format!("removed key {old}")]));
    assert_eq!(
        changes(&entity(), &keys(&signing(&IDP_P256))),
        Ok(vec![format!("added key {new}"), format!("removed key {old}")])
    );
    assert!(new.starts_with("SHA-256 ") && new.len() == 8 + 95, "{new}");
}

#[test]
fn endpoints_may_move_on_hosts_that_are_listed() {
    let moved = [
        ("https://idp.example/sso\"", "https://idp.example/v2/sso\""),
        ("https://idp.example/slo\"", "https://IDP.example:8443/slo\""),
        ("https://idp.example/slo/answers", "https://idp.example/answers"),
    ];
    let newer = moved.iter().fold(entity(), |all, (from, to)| text::swapped(&all, from, to));
    let expected = [
        "sso by redirect moved from https://idp.example/sso to https://idp.example/v2/sso",
        "single logout by redirect moved from https://idp.example/slo to https://IDP.example:8443/slo",
        "logout responses by redirect moved from https://idp.example/slo/answers to https://idp.example/answers",
    ];
    assert_eq!(changes(&entity(), &newer).unwrap(), expected);
}

#[test]
fn endpoints_formats_and_wishes_may_come_and_go() {
    let sso = "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
               Location=\"https://idp.example/sso/post\"/>";
    let role = alone(&text::swapped(&role_of(&IDP), sso, ""));
    let less = text::swapped(&role, "Signed=\"true\"", "Signed=\"false\"");
    let less = text::without(&less, "md:NameIDFormat");
    let expected = [
        "sso by post removed from https://idp.example/sso/post",
        "other NameID formats",
        "takes unsigned requests as well now",
    ];
    assert_eq!(changes(&entity(), &less).unwrap(), expected);
    let expected = [
        "sso by post added at https://idp.example/sso/post",
        "other NameID formats",
        "takes only signed requests now",
    ];
    assert_eq!(changes(&less, &entity()).unwrap(), expected);
}

#[test]
fn refuses_an_endpoint_on_a_host_that_is_not_listed() {
    let [sso, slo] = [EndpointKind::SingleSignOn, EndpointKind::SingleLogout];
    for (place, service) in
        [("sso\"", sso), ("sso/post", sso), ("slo\"", slo), ("slo/answers", slo)]
    {
        for host in ["evil.example", "idp.example.evil.example", "evilidp.example", "[::1]"] {
            let from = format!("https://idp.example/{place}");
            let newer = text::swapped(&entity(), &from, &format!("https://{host}/{place}"));
            let refused = changes(&entity(), &newer).unwrap_err();
            assert_eq!(refused, MetadataError::UnlistedHost { service }, "{host} {place}");
        }
    }
    let read = read(&entity()).unwrap();
    assert_eq!(read.hosts(), hosts());
    assert_eq!(
        read.changes_of(&read, &[]).unwrap_err(),
        MetadataError::UnlistedHost { service: sso }
    );
}

#[test]
fn refuses_another_entity_in_the_place_of_the_one_before() {
    let other = text::swapped(&entity(), IDP_ENTITY, "https://other.example");
    let trust = MetadataTrust::Source;
    let other =
        IdentityProviderDescription::read(other.as_bytes(), "https://other.example", trust, NOON);
    let refused = other.unwrap().changes_of(&read(&entity()).unwrap(), &hosts());
    assert_eq!(refused.unwrap_err(), MetadataError::EntitySwapped);
}

/// A document that shrinks to nothing, or to another role, describes no identity provider, so there
/// is nothing that could take the place of the one before.
#[test]
fn nothing_takes_the_place_of_good_metadata_that_has_no_key_no_address_or_no_role() {
    let role = role_of(&IDP);
    for (newer, expected) in [
        (text::swapped(&role, &signing(&IDP), ""), MetadataError::NoSigningKey { left_out: 0 }),
        (text::swapped(&role, SERVICES, ""), MetadataError::NoSingleSignOn),
        (role.replace("IDPSSODescriptor", "SPSSODescriptor"), MetadataError::NoRole),
    ] {
        assert_eq!(read_signed(&signed(&alone(&newer))).unwrap_err(), expected);
    }
}

/// Whoever kept a former document, with a key that was taken back since, presents it while it is
/// still valid.
#[test]
fn refuses_a_signed_document_that_is_older_than_the_one_that_is_known() {
    let until = |count: i64, key| {
        let ours = entity_of(IDP_ENTITY, &role_of(key));
        let document = super::fixture::group(&ours);
        text::swapped(&document, &days(7).to_string(), &days(count).to_string())
    };
    let [former, newer] = [until(6, &ROGUE), until(7, &IDP)];
    let [old, new] = [&former, &newer].map(|document| read_signed(&signed(document)).unwrap());
    let refused = old.changes_of(&new, &hosts()).unwrap_err();
    assert_eq!(refused, MetadataError::RolledBack { valid_until: days(6) });
    assert_eq!(new.changes_of(&old, &hosts()).unwrap().len(), 2);
    // Where TLS says that it is the present one, an end is whatever the entity makes of it.
    assert_eq!(changes(&newer, &former).unwrap().len(), 2);
}
