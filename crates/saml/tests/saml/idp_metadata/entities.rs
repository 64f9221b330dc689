//! Which entity of a document is read.

use silta_saml::{IdentityProviderDescription, MetadataError, MetadataTrust, XmlError};
use silta_testkit::forge::{IDP_ENTITY, NOON, text};
use silta_testkit::keys::{IDP, ROGUE};

use super::fixture::{
    SIGNER, alone, endpoints_of, entity, entity_of, federation, group, keys_of, read, refuses,
    role_of,
};

#[test]
fn our_entity_is_found_in_groups_inside_groups() {
    let ours = entity_of(IDP_ENTITY, &role_of(&IDP));
    let other = entity_of("https://a.example", &role_of(&SIGNER));
    let inside =
        |entities: &str| format!("<md:EntitiesDescriptor>{entities}</md:EntitiesDescriptor>");
    for document in [
        group(&ours),
        group(&format!("{other}{}", inside(&ours))),
        group(&inside(&inside(&format!("{}{ours}", inside(&other))))),
    ] {
        let read = read(&document).unwrap();
        assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
        assert_eq!(endpoints_of(&read).len(), 3);
    }
}

/// What is read where nobody said which entity is meant.
fn read_alone(document: &str) -> Result<String, MetadataError> {
    let trust = MetadataTrust::Source;
    let read = IdentityProviderDescription::read_alone(document.as_bytes(), trust, NOON)?;
    Ok(read.entity_id().to_owned())
}

#[test]
fn the_only_entity_needs_no_name_and_one_of_several_does() {
    let ours = entity_of(IDP_ENTITY, &role_of(&IDP));
    for document in [entity(), group(&ours)] {
        assert_eq!(read_alone(&document).as_deref(), Ok(IDP_ENTITY));
    }
    assert_eq!(read_alone(&federation()), Err(MetadataError::EntityNotNamed));
    assert_eq!(read_alone(&group(&ours.repeat(2))), Err(MetadataError::EntityNotNamed));
    let inside = |entities: &str| format!("<md:EntitiesDescriptor/>{entities}");
    assert_eq!(read_alone(&group(&inside(""))), Err(MetadataError::EntityMissing));
}

#[test]
fn refuses_an_only_entity_without_a_name_or_with_one_that_is_no_uri() {
    for name in [String::new(), "a b".to_owned(), "a".repeat(1025)] {
        let document = entity().replace(IDP_ENTITY, &name);
        assert_eq!(read_alone(&document), Err(MetadataError::NoEntityId), "{name}");
    }
    let nameless = entity().replace("entityID=", "entity=");
    assert_eq!(read_alone(&nameless), Err(MetadataError::NoEntityId));
}

#[test]
fn refuses_a_document_without_our_entity() {
    refuses(MetadataError::EntityMissing, |good| {
        text::swapped(good, IDP_ENTITY, "https://evil.example")
    });
}

/// Not a prefix, not another case, not with white space around it.
#[test]
fn an_entity_id_is_compared_whole() {
    let near = [
        format!("{IDP_ENTITY}/"),
        IDP_ENTITY.to_uppercase(),
        format!(" {IDP_ENTITY}"),
        String::new(),
    ];
    for near in near {
        let named = format!("entityID=\"{near}\"");
        refuses(MetadataError::EntityMissing, |good| {
            text::swapped(good, &format!("entityID=\"{IDP_ENTITY}\""), &named)
        });
    }
    let qualified = " ext:entityID=\"https://idp.example/entity\" xmlns:ext=\"urn:x\"";
    refuses(MetadataError::EntityMissing, |good| {
        text::swapped(good, &format!(" entityID=\"{IDP_ENTITY}\""), qualified)
    });
}

#[test]
fn refuses_our_entity_twice_wherever_it_stands() {
    let again = entity_of(IDP_ENTITY, &role_of(&ROGUE));
    let inside = format!("<md:EntitiesDescriptor>{again}</md:EntitiesDescriptor>");
    for again in [again, inside] {
        for document in [
            text::after(&federation(), "cacheDuration=\"PT6H\">", &again),
            text::before(&federation(), "</md:EntitiesDescriptor>", &again),
        ] {
            assert_eq!(read(&document).unwrap_err(), MetadataError::EntityRepeated);
        }
    }
}

#[test]
fn refuses_an_entity_that_is_no_identity_provider_any_more() {
    let service_provider = "<md:SPSSODescriptor protocolSupportEnumeration=\
        \"urn:oasis:names:tc:SAML:2.0:protocol\"><md:AssertionConsumerService index=\"1\" \
        Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://sp.example\"/>\
        </md:SPSSODescriptor>";
    assert_eq!(read(&alone(service_provider)).unwrap_err(), MetadataError::NoRole);
    assert_eq!(read(&alone("<md:AffiliationDescriptor/>")).unwrap_err(), MetadataError::NoRole);
    assert_eq!(read(&alone("")).unwrap_err(), MetadataError::NoRole);
}

#[test]
fn refuses_an_identity_provider_that_does_not_speak_saml_2() {
    for list in
        ["urn:oasis:names:tc:SAML:1.1:protocol", "", "urn:oasis:names:tc:SAML:2.0:protocol2"]
    {
        let role = text::swapped(&role_of(&IDP), "urn:oasis:names:tc:SAML:2.0:protocol", list);
        assert_eq!(read(&alone(&role)).unwrap_err(), MetadataError::OtherProtocol, "{list}");
    }
    let role = role_of(&IDP);
    let absent = text::swapped(&role, "protocolSupportEnumeration", "ext");
    assert_eq!(read(&alone(&absent)).unwrap_err(), MetadataError::OtherProtocol);
    // Another role for SAML 1.1 is not ours.
    let former = text::swapped(&role_of(&ROGUE), "SAML:2.0:protocol", "SAML:1.1:protocol");
    let read = read(&alone(&format!("{former}{role}"))).unwrap();
    assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
}

#[test]
fn refuses_two_identity_providers_in_one_entity() {
    let twice = alone(&[role_of(&IDP), role_of(&ROGUE)].concat());
    assert_eq!(read(&twice).unwrap_err(), MetadataError::RoleRepeated);
}

#[test]
fn refuses_another_root() {
    for root in ["<x/>", "<md:IDPSSODescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>"]
    {
        assert_eq!(read(root).unwrap_err(), MetadataError::WrongRoot);
    }
    let wrapped = format!("<x>{}</x>", entity());
    assert_eq!(read(&wrapped).unwrap_err(), MetadataError::WrongRoot);
    let cause = XmlError::NotWellFormed;
    assert_eq!(read("").unwrap_err(), MetadataError::Malformed { cause });
}
