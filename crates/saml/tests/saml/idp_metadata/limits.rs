//! How much metadata may be, and what it may not cost.

use std::fmt::Write as _;

use silta_saml::{METADATA_LIMIT, MetadataError, XmlError};
use silta_testkit::forge::{IDP_ENTITY, text};
use silta_testkit::keys::IDP;

use super::fixture::{
    SIGNER, alone, entity, entity_of, federation, group, keys_of, read, read_signed, role_of,
    signed,
};

/// So many entities, ours the last.
fn entities(count: usize) -> String {
    let role = role_of(&SIGNER);
    let mut all = String::new();
    for at in 1..count {
        let _ = writeln!(all, "{}", entity_of(&format!("https://idp-{at}.example"), &role));
    }
    all + &entity_of(IDP_ENTITY, &role_of(&IDP))
}

#[test]
fn a_signed_federation_of_five_hundred_entities_is_read() {
    let document = signed(&group(&entities(500)));
    let read = read_signed(&document).unwrap();
    assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
}

#[test]
fn refuses_more_entities_and_says_what_to_take_instead() {
    let refused = read(&group(&entities(501))).unwrap_err();
    assert_eq!(refused, MetadataError::TooManyEntities { limit: 500 });
    assert!(refused.to_string().contains("take the address of this entity's own metadata"));
}

#[test]
fn refuses_a_document_beyond_the_limit_before_it_is_looked_at() {
    let refused = read(&"x".repeat(METADATA_LIMIT + 1)).unwrap_err();
    assert_eq!(refused, MetadataError::TooLarge { limit: METADATA_LIMIT });
    assert!(refused.to_string().contains("take the address of this entity's own metadata"));
    let filled =
        text::before(&federation(), "</md:EntitiesDescriptor>", &" ".repeat(METADATA_LIMIT));
    let expected = MetadataError::TooLarge { limit: METADATA_LIMIT };
    assert_eq!(read(&filled).unwrap_err(), expected);
    let just = &filled[filled.len() - METADATA_LIMIT..];
    let cause = XmlError::NotWellFormed;
    assert_eq!(read(just).unwrap_err(), MetadataError::Malformed { cause });
}

#[test]
fn refuses_what_is_not_utf_8() {
    let latin = [entity().as_bytes(), b"<!-- \xe4 -->"].concat();
    let read = silta_saml::IdentityProviderDescription::read(
        &latin,
        IDP_ENTITY,
        silta_saml::MetadataTrust::Source,
        silta_testkit::forge::NOON,
    );
    assert_eq!(read.unwrap_err(), MetadataError::NotUtf8);
}

#[test]
fn groups_nest_four_deep_and_no_deeper() {
    let nested = |depth: usize| {
        let inner = "<md:EntitiesDescriptor>".repeat(depth - 1);
        let ends = "</md:EntitiesDescriptor>".repeat(depth - 1);
        group(&format!("{inner}{}{ends}", entities(1)))
    };
    read(&nested(4)).unwrap();
    assert_eq!(read(&nested(5)).unwrap_err(), MetadataError::GroupsTooDeep { limit: 4 });
}

#[test]
fn refuses_elements_that_nest_deeper_than_real_ones() {
    let extended = |depth: usize| {
        let inside = format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let extensions = format!("<md:Extensions>{inside}</md:Extensions>");
        alone(&(extensions + &role_of(&IDP)))
    };
    read(&extended(30)).unwrap();
    for depth in [31, 1_000, 100_000] {
        let expected = MetadataError::Malformed { cause: XmlError::TooDeep };
        assert_eq!(read(&extended(depth)).unwrap_err(), expected, "{depth}");
    }
}

/// In one document as many as in any; and for its length no more than an honest one has.
#[test]
fn refuses_more_nodes_and_attributes_than_real_ones_have() {
    let extended = |inside: &str| {
        read(&text::before(&federation(), "</md:EntitiesDescriptor>", &format!("<x>{inside}</x>")))
    };
    let filling = |one: &str, count: usize| format!("{one}{}", " ".repeat(24)).repeat(count);
    let nodes = MetadataError::Malformed { cause: XmlError::TooManyNodes };
    assert_eq!(extended(&filling("<a/>", METADATA_LIMIT / 32 + 1)).unwrap_err(), nodes);
    assert_eq!(extended(&filling("<!---->", METADATA_LIMIT / 32 + 1)).unwrap_err(), nodes);
    assert_eq!(extended(&"<a/>".repeat(20_000)).unwrap_err(), nodes);
    assert_eq!(extended(&"<!---->".repeat(20_000)).unwrap_err(), nodes);
    // An equals sign in a text reserves as much as an attribute would.
    let attributes = MetadataError::Malformed { cause: XmlError::TooManyAttributes };
    assert_eq!(extended(&"=".repeat(METADATA_LIMIT / 32 + 1)).unwrap_err(), attributes);
    let crowded = format!("<a{}/>", " a=\"\"".repeat(65));
    assert_eq!(extended(&crowded).unwrap_err(), attributes);
}

#[test]
fn refuses_crowded_and_relative_namespaces_and_ids_in_a_namespace() {
    for (inside, cause) in [
        ("<a xmlns:a=\"a:\" xmlns:b=\"a:\">".repeat(33), XmlError::TooManyNamespaces),
        ("<a xmlns=\"relative\"/>".to_owned(), XmlError::RelativeNamespace),
        (format!("<a xmlns=\"urn:{}\"/>", "a".repeat(256)), XmlError::NamespaceTooLong),
        ("<a xml:id=\"_a\"/>".to_owned(), XmlError::QualifiedId),
        ("<a Id=\"_group\"/>".to_owned(), XmlError::DuplicateId),
    ] {
        let document = text::before(&federation(), "</md:EntitiesDescriptor>", &inside);
        assert_eq!(read(&document).unwrap_err(), MetadataError::Malformed { cause });
    }
}
