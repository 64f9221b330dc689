//! Service providers that cannot be registered, and what we publish for those that can.

#![expect(clippy::disallowed_methods, reason = "nothing here has an attribute in a namespace")]

use roxmltree::{Document, Node};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::{DS, MD};
use silta_saml::{
    AcsUrl, IdentityProviderMetadata, RegisteredServiceProvider, RegistrationError,
    RequestSignature,
};
use silta_testkit::forge::{ACS, IDP_ENTITY, SP_ENTITY, SSO};
use silta_testkit::keys;

#[test]
fn refuses_a_service_provider_that_could_be_answered_anywhere_or_nowhere() {
    let long = "a".repeat(1_025);
    for (entity_id, urls, error) in [
        ("", &[ACS][..], RegistrationError::EntityId),
        (&long, &[ACS], RegistrationError::EntityId),
        (SP_ENTITY, &[], RegistrationError::NoAcs),
        (SP_ENTITY, &[ACS, ACS], RegistrationError::RepeatedAcs { number: 2 }),
    ] {
        assert_eq!(register(entity_id, urls).unwrap_err(), error);
    }
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://sp.example/acs",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://127.0.0.1:35001@evil.example/",
        "http://localhost:x@evil.example/",
        "http://10.0.0.1/acs",
        "https://",
        "https:///acs",
        "https://sp.example/a b",
        "https://sp.example/\n",
        "//sp.example/acs",
        "sp.example/acs",
        "",
    ] {
        let refused = register(SP_ENTITY, &[ACS, url]).unwrap_err();
        assert_eq!(refused, RegistrationError::AcsUrl { number: 2 }, "{url}");
    }
    for url in [ACS, "http://127.0.0.1:35001", "http://127.0.0.1/", "http://[::1]:8080/acs"] {
        assert_eq!(register(SP_ENTITY, &[url]).unwrap().acs_urls()[0].url, url);
    }
}

/// "No key, no check" cannot be configured here either.
#[test]
fn refuses_a_service_provider_that_must_sign_and_has_no_key() {
    let requests = RequestSignature {
        required: true,
        keys: vec![],
        algorithms: SignatureAlgorithm::ALL.to_vec(),
    };
    let acs_urls = vec![AcsUrl { url: ACS.to_owned(), index: None }];
    let refused = RegisteredServiceProvider::new(SP_ENTITY, acs_urls, requests);
    assert_eq!(refused.unwrap_err(), RegistrationError::NoKey);
}

#[test]
fn two_acs_urls_have_two_indices() {
    let twice = ["https://a.example/", "https://b.example/"]
        .map(|url| AcsUrl { url: url.to_owned(), index: Some(1) });
    let refused = RegisteredServiceProvider::new(SP_ENTITY, twice.to_vec(), unsigned());
    assert_eq!(refused.unwrap_err(), RegistrationError::RepeatedIndex { number: 2 });
    let none = ["https://a.example/", "https://b.example/"]
        .map(|url| AcsUrl { url: url.to_owned(), index: None });
    RegisteredServiceProvider::new(SP_ENTITY, none.to_vec(), unsigned()).unwrap();
}

/// The order is the schema's; IAM takes a document of 1,000 characters or more, without a BOM.
#[test]
fn metadata_announces_both_bindings_and_every_key() {
    let certificates = [keys::IDP.certificate(), keys::IDP_P256.certificate()];
    let xml = IdentityProviderMetadata {
        entity_id: IDP_ENTITY,
        sso_url: SSO,
        signing: &certificates,
        want_authn_requests_signed: false,
        name_id_formats: &["urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"],
    }
    .to_xml();
    assert!(xml.starts_with("<?xml") && xml.len() >= 1_000);
    let document = Document::parse(&xml).unwrap();
    let entity = document.root_element();
    assert!(entity.has_tag_name((MD, "EntityDescriptor")));
    assert_eq!(entity.attribute("entityID"), Some(IDP_ENTITY));
    let role = entity.first_element_child().unwrap();
    assert_eq!(role.attribute("WantAuthnRequestsSigned"), Some("false"));
    let children: Vec<_> = role.children().filter(Node::is_element).collect();
    let names: Vec<_> = children.iter().map(|one| one.tag_name().name()).collect();
    let services = ["SingleSignOnService"; 2];
    assert_eq!(names[..3], ["KeyDescriptor", "KeyDescriptor", "NameIDFormat"]);
    assert_eq!(names[3..], services);
    for (service, binding) in children[3..].iter().zip(["HTTP-Redirect", "HTTP-POST"]) {
        let binding = format!("urn:oasis:names:tc:SAML:2.0:bindings:{binding}");
        assert_eq!(service.attribute("Binding"), Some(binding.as_str()));
        assert_eq!(service.attribute("Location"), Some(SSO));
    }
    for (descriptor, certificate) in children.iter().zip(&certificates) {
        assert_eq!(descriptor.attribute("use"), Some("signing"));
        let x509 = descriptor.descendants().find(|one| one.has_tag_name((DS, "X509Certificate")));
        assert_eq!(x509.unwrap().text(), Some(certificate.base64().as_str()));
    }
}

fn register(
    entity_id: &str,
    urls: &[&str],
) -> Result<RegisteredServiceProvider, RegistrationError> {
    let acs_urls = urls.iter().map(|url| AcsUrl { url: (*url).to_owned(), index: None }).collect();
    RegisteredServiceProvider::new(entity_id, acs_urls, unsigned())
}

fn unsigned() -> RequestSignature {
    RequestSignature { required: false, keys: vec![], algorithms: vec![] }
}
