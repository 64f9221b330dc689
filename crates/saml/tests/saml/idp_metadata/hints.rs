//! What helps of a document that was refused: its names, bounded, and never its other texts.

use silta_saml::MetadataError;

const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

#[test]
fn a_document_without_the_entity_is_told_by_the_first_five_that_it_describes() {
    let entity = |one| format!("<EntityDescriptor entityID=\"https://{one}.example\"/>");
    let names = |count: usize| (1..=count).map(entity).collect::<Vec<_>>().concat();
    let group =
        |inside: &str| format!("<EntitiesDescriptor xmlns=\"{MD}\">{inside}</EntitiesDescriptor>");
    let hint = |error: MetadataError, text: &str| error.hint(text.as_bytes(), Some("urn:x"), &[]);
    let two = group(&names(2));
    for error in [MetadataError::EntityMissing, MetadataError::EntityNotNamed] {
        let told = "it describes https://1.example, https://2.example";
        assert_eq!(hint(error, &two).as_deref(), Some(told));
    }
    let told = hint(MetadataError::EntityMissing, &group(&names(8))).unwrap();
    assert!(told.ends_with("https://5.example and 3 more"), "{told}");
    let hostile = group("<EntityDescriptor entityID=\"a&#10;[2Jevil\"/>");
    let told = hint(MetadataError::EntityMissing, &hostile).unwrap();
    assert_eq!(told, "it describes another text of 9 characters");
    assert_eq!(hint(MetadataError::EntityMissing, "no XML"), None);
    assert_eq!(hint(MetadataError::WrongRoot, &two), None);
}

#[test]
fn metadata_of_a_service_provider_is_told_as_such() {
    let of = |role: &str| {
        format!(
            "<EntityDescriptor xmlns=\"{MD}\" entityID=\"https://sp.example\"><{role}/></EntityDescriptor>"
        )
    };
    let hint = |text: &str| MetadataError::NoRole.hint(text.as_bytes(), None, &[]);
    let told = "it describes a service provider (https://sp.example): is that our own metadata? Save the identity provider's";
    assert_eq!(hint(&of("SPSSODescriptor")).as_deref(), Some(told));
    assert_eq!(hint(&of("AttributeAuthorityDescriptor")), None);
}

#[test]
fn a_host_that_is_not_listed_is_told_with_the_key_to_write() {
    let service = |location: &str| format!("<SingleSignOnService Location=\"{location}\"/>");
    let services = [
        service("https://a.example/sso"),
        service("https://b.example:8443/sso"),
        service("https://b.example/post"),
    ];
    let text = format!(
        "<EntityDescriptor xmlns=\"{MD}\" entityID=\"urn:x\"><IDPSSODescriptor>{}</IDPSSODescriptor></EntityDescriptor>",
        services.concat()
    );
    let error = MetadataError::UnlistedHost { service: silta_saml::EndpointKind::SingleSignOn };
    let told = error.hint(text.as_bytes(), Some("urn:x"), &["a.example".to_owned()]).unwrap();
    assert_eq!(told, "write hosts: [a.example, b.example] if b.example is right");
}
