//! The metadata that we write, read back by a parser that knows nothing of ours.

#![expect(clippy::disallowed_methods, reason = "nothing here has an attribute in a namespace")]

use jiff::SignedDuration;
use roxmltree::{Document, Node};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::namespace::{DS, MD, MDUI};
use silta_saml::{
    AcsIndex, AttributeSet, Contact, ContactExtensions, ContactExtensionsError, ContactKind,
    Country, Logo, Organization, RequestedAttribute, SelfDescription, ServiceProviderMetadata,
    SignedParts, SpType, UiInfo,
};
use silta_testkit::forge::{ACS, FakeIdp, NOON};
use silta_testkit::keys::{IDP, SP, SP_NEXT};
use silta_testkit::peers;

#[test]
fn metadata_keeps_keys_for_signing_and_encryption_apart() {
    let [signing, encryption] = [IDP.certificate(), SP.certificate()];
    let xml = ServiceProviderMetadata {
        signing: std::slice::from_ref(&signing),
        encryption: &[encryption.clone(), SP_NEXT.certificate()],
        name_id_formats: &["urn:a", "urn:b"],
        ..METADATA
    }
    .to_xml();
    let document = Document::parse(&xml).unwrap();
    let entity = document.root_element();
    assert!(entity.has_tag_name((MD, "EntityDescriptor")));
    assert_eq!(entity.attribute("entityID"), Some("https://x.example/?a=1&b=\"2\""));
    let role = entity.first_element_child().unwrap();
    let names: Vec<_> = elements(role).map(|child| child.tag_name().name()).collect();
    // The order is the schema's [SAML2Meta §2.4.2, §2.4.4].
    let expected = [
        "Extensions",
        "KeyDescriptor",
        "KeyDescriptor",
        "KeyDescriptor",
        "NameIDFormat",
        "NameIDFormat",
        "AssertionConsumerService",
    ];
    assert_eq!(names, expected);
    let keys = elements(role).filter(|child| child.has_tag_name((MD, "KeyDescriptor")));
    let keys: Vec<_> = keys
        .map(|key| {
            let certificate =
                key.descendants().find(|node| node.has_tag_name((DS, "X509Certificate")));
            (key.attribute("use").unwrap(), certificate.unwrap().text().unwrap().to_owned())
        })
        .collect();
    let expected = [
        ("signing", signing.base64()),
        ("encryption", encryption.base64()),
        ("encryption", SP_NEXT.certificate().base64()),
    ];
    assert_eq!(keys, expected);
    let acs = elements(role).last().unwrap();
    assert_eq!((acs.attribute("Location"), acs.attribute("index")), (Some(ACS), Some("1")));
}

/// Both bindings, before the formats, as the schema has it [SAML2Meta §2.4.2].
#[test]
fn metadata_names_the_address_of_single_logout_for_both_bindings() {
    let slo = "https://broker.example/saml/slo?a=1&b";
    let formats = &["urn:a"];
    let described =
        ServiceProviderMetadata { slo_url: Some(slo), name_id_formats: formats, ..METADATA };
    let xml = described.to_xml();
    let document = Document::parse(&xml).unwrap();
    let role = document.root_element().first_element_child().unwrap();
    let names: Vec<_> = elements(role).map(|child| child.tag_name().name()).collect();
    let service = "SingleLogoutService";
    assert_eq!(names, ["Extensions", service, service, "NameIDFormat", "AssertionConsumerService"]);
    let services = elements(role).filter(|child| child.has_tag_name((MD, service)));
    let services = services.map(|one| {
        let binding = one.attribute("Binding").unwrap();
        (binding.rsplit(':').next().unwrap(), one.attribute("Location").unwrap())
    });
    assert_eq!(services.collect::<Vec<_>>(), [("HTTP-Redirect", slo), ("HTTP-POST", slo)]);
}

/// Everything that there is to say, as Suomi.fi asks for it, by schemas that nobody here wrote.
#[test]
fn metadata_that_says_everything_is_as_the_schemas_have_it() {
    let texts =
        |text: &str| ["fi", "sv", "en"].map(|tag| (tag.to_owned(), text.to_owned())).to_vec();
    let contact = |kind| Contact {
        kind,
        company: Some("Kunta".to_owned()),
        given_name: Some("Help".to_owned()),
        surname: Some("Desk".to_owned()),
        email: Some("help@example.fi".to_owned()),
        telephone: Some("+358 9 0000000".to_owned()),
        extensions: Some(extensions()),
    };
    let attribute = |name: &str, is_required| RequestedAttribute {
        name: name.to_owned(),
        friendly_name: "cn".to_owned(),
        is_required,
    };
    let about = SelfDescription {
        ui: UiInfo {
            display_name: texts("A & B"),
            description: texts("<b>"),
            information_url: texts("https://www.example/?a=1&b=2"),
            privacy_statement_url: texts("https://www.example/privacy"),
            logo: Some(Logo {
                url: "https://www.example/logo.png".to_owned(),
                height: 60,
                width: 80,
            }),
        },
        organization: Some(Organization {
            name: texts("Kunta"),
            display_name: texts("Kunta"),
            url: texts("https://www.example"),
        }),
        contacts: ContactKind::ALL.map(contact).to_vec(),
        entity_attributes: vec![(
            "urn:oid:1.2.246.517.3003.111.26".to_owned(),
            vec!["AES-GCM".to_owned(), "x".to_owned()],
        )],
        attribute_set: Some(AttributeSet {
            index: 3,
            service_name: texts("Kunta"),
            attributes: vec![attribute("urn:oid:2.5.4.3", true), attribute("mail", false)],
        }),
        sp_type: None,
        node_country: None,
    };
    let (signing, encryption) = ([IDP.certificate()], [SP.certificate(), SP_NEXT.certificate()]);
    let xml = ServiceProviderMetadata {
        slo_url: Some("https://broker.example/saml/slo"),
        id: Some("_1"),
        valid_until: Some(NOON),
        cache_duration: Some(SignedDuration::from_hours(6)),
        signing: &signing,
        encryption: &encryption,
        name_id_formats: &[TRANSIENT],
        about: &about,
        ..METADATA
    }
    .to_xml();
    assert_eq!(peers::judged_by_schema(&xml), "");
    let document = Document::parse(&xml).unwrap();
    let names = |node: Node<'_, '_>| {
        elements(node).map(|child| child.tag_name().name().to_owned()).collect::<Vec<_>>()
    };
    let entity = document.root_element();
    let mut expected = vec!["Extensions", "SPSSODescriptor", "Organization"];
    expected.extend(["ContactPerson"; 5]);
    assert_eq!(names(entity), expected);
    let role = elements(entity).nth(1).unwrap();
    let mut expected = vec!["Extensions", "KeyDescriptor", "KeyDescriptor", "KeyDescriptor"];
    expected.extend(["SingleLogoutService", "SingleLogoutService", "NameIDFormat"]);
    expected.extend(["AssertionConsumerService", "AttributeConsumingService"]);
    assert_eq!(names(role), expected);
    let email = document.descendants().find(|node| node.has_tag_name((MD, "EmailAddress")));
    assert_eq!(email.unwrap().text(), Some("mailto:help@example.fi"));
    let set = elements(role).last().unwrap();
    assert_eq!(set.attribute("index"), Some("3"));
    let asked = elements(set).filter(|child| child.has_tag_name((MD, "RequestedAttribute")));
    let asked: Vec<_> = asked
        .map(|one| ["Name", "NameFormat", "isRequired"].map(|name| one.attribute(name)))
        .collect();
    let uri = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
    let expected = [
        [Some("urn:oid:2.5.4.3"), Some(uri), Some("true")],
        // What is no URI has a format that nobody told us.
        [Some("mail"), None, Some("false")],
    ];
    assert_eq!(asked, expected);
    let names = document.descendants().filter(|node| node.has_tag_name((MDUI, "DisplayName")));
    let said: Vec<_> = names.filter_map(|one| one.text()).collect();
    assert_eq!(said, ["A & B"; 3]);
}

/// Who asks is said of the entity, and where our node is of the role [eIDAS SAML Message Format 1.4 §4.1, §4.2].
#[test]
fn what_eidas_nodes_read_stands_where_they_look_for_it() {
    let (sp_type, node_country) = (Some(SpType::Public), Country::parse("EL"));
    let about = SelfDescription { sp_type, node_country, ..SelfDescription::default() };
    let xml = ServiceProviderMetadata { about: &about, ..METADATA }.to_xml();
    assert_eq!(peers::judged_by_schema(&xml), "");
    let document = Document::parse(&xml).unwrap();
    let entity = document.root_element();
    let said = |parent: Node<'_, '_>| {
        let extensions = elements(parent).find(|one| one.has_tag_name((MD, "Extensions")));
        let inside = extensions.into_iter().flat_map(elements);
        let inside = inside.filter(|one| one.tag_name().namespace() == Some(EIDAS));
        let text = |one: Node<'_, '_>| one.text().unwrap().to_owned();
        inside.map(|one| (one.tag_name().name().to_owned(), text(one))).collect::<Vec<_>>()
    };
    let expected = |name: &str, text: &str| [(name.to_owned(), text.to_owned())];
    assert_eq!(said(entity), expected("SPType", "public"));
    let role = elements(entity).find(|one| one.has_tag_name((MD, "SPSSODescriptor")));
    assert_eq!(said(role.unwrap()), expected("NodeCountry", "EL"));
}

/// The judge is one that refuses.
#[test]
fn metadata_with_its_elements_in_another_order_is_not_as_the_schemas_have_it() {
    let xml = ServiceProviderMetadata { name_id_formats: &["urn:a"], ..METADATA }.to_xml();
    assert_eq!(peers::judged_by_schema(&xml), "");
    let format = "<md:NameIDFormat>urn:a</md:NameIDFormat>";
    let moved = xml.replace(format, "").replace("</md:SPSSO", &format!("{format}</md:SPSSO"));
    assert!(peers::judged_by_schema(&moved).contains("NameIDFormat"), "{moved}");
}

/// Where only the Response must be signed, asking for more would be asking in vain.
#[test]
fn metadata_says_whether_assertions_must_be_signed() {
    for (parts, text) in [
        (SignedParts::Either, "true"),
        (SignedParts::Both, "true"),
        (SignedParts::Assertion, "true"),
        (SignedParts::Response, "false"),
    ] {
        let idp = FakeIdp::default().requiring(parts);
        let want_assertions_signed = idp.expectation().idp.signs_assertions();
        let xml = ServiceProviderMetadata { want_assertions_signed, ..METADATA }.to_xml();
        let document = Document::parse(&xml).unwrap();
        let role = document.root_element().first_element_child().unwrap();
        assert_eq!(role.attribute("WantAssertionsSigned"), Some(text));
        assert_eq!(role.attribute("AuthnRequestsSigned"), Some("true"));
    }
}

pub(crate) fn elements<'a, 'i: 'a>(parent: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    parent.children().filter(Node::is_element)
}

/// Those of Italy: nested, and without a text.
fn extensions() -> ContactExtensions {
    let mut extensions = ContactExtensions::new("urn:x:invoicing&").unwrap();
    for (path, text) in [
        ("Buyer/Data/Vat/Country", "IT"),
        ("Buyer/Data/Vat/Code", "<1>"),
        ("Buyer/Data/Name", "Comune"),
        ("Buyer/Seat/Cap", "00100"),
        ("Public", ""),
        ("Public", "again"),
    ] {
        extensions.add(path, text).unwrap();
    }
    extensions
}

#[test]
fn what_a_federation_wants_to_know_of_a_contact_stands_in_it_as_it_is_nested() {
    let about = SelfDescription {
        contacts: vec![Contact {
            kind: ContactKind::Other,
            company: Some("Kunta".to_owned()),
            given_name: None,
            surname: None,
            email: None,
            telephone: None,
            extensions: Some(extensions()),
        }],
        ..SelfDescription::default()
    };
    let xml = ServiceProviderMetadata { about: &about, ..METADATA }.to_xml();
    let expected = "<md:ContactPerson contactType=\"other\"><md:Extensions xmlns:ext=\"urn:x:invoicing&amp;\">\
                    <ext:Buyer><ext:Data><ext:Vat><ext:Country>IT</ext:Country><ext:Code>&lt;1&gt;</ext:Code></ext:Vat>\
                    <ext:Name>Comune</ext:Name></ext:Data><ext:Seat><ext:Cap>00100</ext:Cap></ext:Seat></ext:Buyer>\
                    <ext:Public/><ext:Public>again</ext:Public></md:Extensions><md:Company>Kunta</md:Company>\
                    </md:ContactPerson>";
    assert!(xml.contains(expected), "{xml}");
}

#[test]
fn a_contact_has_no_elements_of_samls_own_and_none_without_a_name() {
    let namespace = ContactExtensions::new("urn:oasis:names:tc:SAML:2.0:metadata").err();
    assert_eq!(namespace, Some(ContactExtensionsError::Namespace));
    let mut extensions = ContactExtensions::new("urn:x").unwrap();
    for path in [
        "",
        "a b",
        "a:b",
        "/a",
        "a/",
        "a//b",
        "1a",
        "<a",
        "a><b",
        "ä",
        "a/b/c/d/e/f/g/h/i",
        &"a".repeat(65),
    ] {
        assert_eq!(extensions.add(path, ""), Err(ContactExtensionsError::Path), "{path}");
    }
    assert_eq!(extensions.add("a/b/c/d/e/f/g/h-1.2_3", ""), Ok(()));
}

const METADATA: ServiceProviderMetadata<'_> = ServiceProviderMetadata {
    entity_id: "https://x.example/?a=1&b=\"2\"",
    id: None,
    valid_until: None,
    cache_duration: None,
    acs_url: ACS,
    acs_index: AcsIndex::DEFAULT,
    slo_url: None,
    signing: &[],
    encryption: &[],
    signature_algorithms: &SignatureAlgorithm::ALL,
    ciphers: &DataCipher::ALL,
    oaep_digests: &DigestAlgorithm::ALL,
    key_wraps: &[],
    want_assertions_signed: true,
    name_id_formats: &[],
    about: &NOTHING,
};
static NOTHING: SelfDescription = SelfDescription {
    ui: UiInfo {
        display_name: vec![],
        description: vec![],
        information_url: vec![],
        privacy_statement_url: vec![],
        logo: None,
    },
    organization: None,
    contacts: vec![],
    entity_attributes: vec![],
    attribute_set: None,
    sp_type: None,
    node_country: None,
};
const EIDAS: &str = "http://eidas.europa.eu/saml-extensions";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
