//! The requests that we write, read back by a parser that knows nothing of ours.

#![expect(clippy::disallowed_methods, reason = "nothing here has an attribute in a namespace")]

use roxmltree::{Document, Node};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::{DS, SAML, SAMLP};
use silta_saml::{
    AcsReference, AuthnRequest, Comparison, IssuerForm, RequestId, RequestProfile,
    RequestedAuthnContext, SignError, sign_enveloped,
};
use silta_testkit::forge::{ACS, NOON, REQUEST, SP_ENTITY};
use silta_testkit::keys::SP;

use crate::metadata::elements;

#[test]
fn a_request_says_what_it_asks_in_the_order_of_the_schema() {
    let xml = request(&RequestProfile {
        name_id_format: Some(TRANSIENT.to_owned()),
        idp_list: vec!["https://other.example/a?b&c".to_owned()],
        ..RequestProfile::default()
    });
    let document = Document::parse(&xml).unwrap();
    let request = document.root_element();
    assert!(request.has_tag_name((SAMLP, "AuthnRequest")));
    for (name, value) in [
        ("ID", REQUEST),
        ("Version", "2.0"),
        ("IssueInstant", "2026-11-21T12:00:00Z"),
        ("Destination", "https://idp.example/sso?a=1&b=<>"),
        ("ForceAuthn", "true"),
        ("AssertionConsumerServiceURL", ACS),
    ] {
        assert_eq!(request.attribute(name), Some(value));
    }
    let names: Vec<_> = elements(request).map(|child| child.tag_name().name()).collect();
    let expected = ["Issuer", "Extensions", "NameIDPolicy", "RequestedAuthnContext", "Scoping"];
    assert_eq!(names, expected);
    let context = elements(request).nth(3).unwrap();
    assert_eq!(context.attribute("Comparison"), Some("minimum"));
    let classes: Vec<_> = elements(context).filter_map(|class| class.text()).collect();
    assert_eq!(classes, ["urn:a", "urn:b"]);
    let language = request.descendants().find(|node| node.tag_name().name() == "LG").unwrap();
    assert_eq!(language.tag_name().namespace(), Some("urn:vetuma:SAML:2.0:extensions"));
    assert_eq!(language.text(), Some("sv"));
    let entries = request.descendants().filter(|node| node.has_tag_name((SAMLP, "IDPEntry")));
    let entries: Vec<_> = entries.map(|one| one.attribute("ProviderID")).collect();
    assert_eq!(entries, [Some("https://other.example/a?b&c")]);
}

#[test]
fn a_request_says_only_what_its_profile_says() {
    let plain = request(&RequestProfile::default());
    let document = Document::parse(&plain).unwrap();
    let said = |request: &str| {
        let document = Document::parse(request).unwrap();
        let root = document.root_element();
        let issuer = root.first_element_child().unwrap();
        let of = |node: Node<'_, '_>, name: &str| node.attribute(name).map(str::to_owned);
        let attributes = [
            "AssertionConsumerServiceURL",
            "ProtocolBinding",
            "AssertionConsumerServiceIndex",
            "AttributeConsumingServiceIndex",
            "ProviderName",
        ];
        let mut said: Vec<_> = attributes.iter().map(|name| (*name, of(root, name))).collect();
        said.extend(["Format", "NameQualifier"].map(|name| (name, of(issuer, name))));
        said.retain(|(_, value)| value.is_some());
        said.into_iter().map(|(name, value)| (name, value.unwrap())).collect::<Vec<_>>()
    };
    assert!(document.descendants().all(|node| !node.has_tag_name((SAMLP, "NameIDPolicy"))));
    assert!(document.descendants().all(|node| !node.has_tag_name((SAMLP, "Scoping"))));
    let post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
    let by_url = [("AssertionConsumerServiceURL", ACS), ("ProtocolBinding", post)];
    for (profile, more) in [
        (RequestProfile::default(), vec![]),
        (
            RequestProfile { issuer: IssuerForm::Entity, ..RequestProfile::default() },
            vec![("Format", ENTITY)],
        ),
        (
            RequestProfile { issuer: IssuerForm::Qualified, ..RequestProfile::default() },
            vec![("Format", ENTITY), ("NameQualifier", SP_ENTITY)],
        ),
        (
            RequestProfile {
                attribute_consuming_service: Some(0),
                provider_name: Some("Kunta <& \"X\"".to_owned()),
                ..RequestProfile::default()
            },
            vec![("AttributeConsumingServiceIndex", "0"), ("ProviderName", "Kunta <& \"X\"")],
        ),
    ] {
        let expected: Vec<_> =
            by_url.into_iter().chain(more).map(|(name, value)| (name, value.to_owned())).collect();
        assert_eq!(said(&request(&profile)), expected, "{profile:?}");
    }
    // One excludes the other [SAML2Core §3.4.1]; our metadata has this index.
    let by_index = RequestProfile { acs: AcsReference::Index, ..RequestProfile::default() };
    let index = ("AssertionConsumerServiceIndex", "1".to_owned());
    assert_eq!(said(&request(&by_index)), [index]);
}

/// [SAML2Core §3.4.1.1, erratum E14]
#[test]
fn creation_is_never_allowed_of_a_transient_name() {
    for (format, allowed) in [
        (TRANSIENT, None),
        ("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", Some("true")),
        ("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", Some("true")),
    ] {
        let name_id_format = Some(format.to_owned());
        let xml = request(&RequestProfile { name_id_format, ..RequestProfile::default() });
        let document = Document::parse(&xml).unwrap();
        let policy =
            document.descendants().find(|node| node.has_tag_name((SAMLP, "NameIDPolicy"))).unwrap();
        let said = (policy.attribute("Format"), policy.attribute("AllowCreate"));
        assert_eq!(said, (Some(format), allowed));
    }
}

/// The schema has the signature right after the issuer [SAML2Core §3.2.1].
#[test]
fn a_signature_stands_right_after_the_issuer() {
    let key = SP.signing(SignatureAlgorithm::RsaSha256);
    let signed = sign_enveloped(&request(&RequestProfile::default()), &key).unwrap();
    let document = Document::parse(&signed).unwrap();
    let second = elements(document.root_element()).nth(1).unwrap();
    assert!(second.has_tag_name((DS, "Signature")));
    let reference = second.descendants().find(|node| node.has_tag_name((DS, "Reference"))).unwrap();
    assert_eq!(reference.attribute("URI"), Some(format!("#{REQUEST}").as_str()));
}

#[test]
fn what_has_no_id_or_no_issuer_cannot_be_signed() {
    let key = SP.signing(SignatureAlgorithm::RsaSha256);
    let issuer = format!("<Issuer xmlns=\"{SAML}\">x</Issuer>");
    for xml in
        ["", "<x", "<x ID=\"_1\"/>", "<x ID=\"_1\"><Issuer/></x>", &format!("<x>{issuer}</x>")]
    {
        assert!(matches!(sign_enveloped(xml, &key), Err(SignError::Shape)), "{xml}");
    }
    sign_enveloped(&format!("<x ID=\"_1\">{issuer}</x>"), &key).unwrap();
}

#[test]
fn a_request_id_is_a_name_that_xml_allows() {
    let id = RequestId::from_random([0xa5; 16]);
    assert_eq!(id.as_str(), "_a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
}

fn request(profile: &RequestProfile) -> String {
    let id = RequestId::from_stored(REQUEST.to_owned());
    AuthnRequest {
        id: &id,
        issued: NOON,
        destination: "https://idp.example/sso?a=1&b=<>",
        issuer: SP_ENTITY,
        acs_url: ACS,
        force_authn: true,
        is_passive: false,
        context: Some(RequestedAuthnContext {
            comparison: Comparison::Minimum,
            classes: &["urn:a".to_owned(), "urn:b".to_owned()],
        }),
        vetuma_language: Some("sv"),
        profile,
        encrypted: None,
        hint: None,
        subject: None,
    }
    .to_xml()
}

const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
