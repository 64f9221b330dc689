//! What `silta metadata lint` takes, and what it says of what it does not.

#![expect(clippy::unwrap_used, reason = "tests")]

use silta_saml::{EndpointKind, IdentityProviderMetadata, MetadataError};
use silta_testkit::keys::IDP;
use silta_testkit::test_dir::TestDir;

use super::{Document, ReadError, report};

/// What `silta check` refuses, as one could not write it by hand either.
#[test]
fn an_address_in_clear_is_refused_as_in_a_configuration() {
    let error = read(&document("http://idp.example/sso"), None).unwrap_err();
    let ReadError::Metadata(error, None) = error else { unreachable!("it is read") };
    assert_eq!(error, MetadataError::NotHttps { service: EndpointKind::SingleSignOn });
    assert!(read(&document(SSO), None).is_ok());
}

#[test]
fn a_signature_that_nobody_judged_is_told_as_such() {
    let told = |text: &str| report::of(&read(text, None).unwrap(), "give it");
    let plain = document(SSO);
    assert!(!told(&plain).contains("its signature"));
    // Whether it would hold is not looked at.
    let begin = plain.find("<md:IDPSSODescriptor").unwrap();
    let (before, after) = plain.split_at(begin);
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    let told = told(&format!("{before}{signature}{after}"));
    let expected = "vouched for by: its source\nits signature: NOT judged; give it\n";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn a_private_key_is_no_signer_and_is_told_as_one() {
    let key = String::from_utf8(IDP.key_pem()).unwrap();
    let ReadError::File(why) = read(&document(SSO), Some(&key)).unwrap_err() else {
        unreachable!("it is no certificate")
    };
    assert!(why.contains("it is a private key; give the certificate here"), "{why}");
}

#[test]
fn a_document_of_another_entity_is_told_by_the_one_that_it_describes() {
    let dir = TestDir::new();
    let file = dir.write("idp.xml", document(SSO));
    let entity_id = Some("urn:other".to_owned());
    let document = Document { file, entity_id, signers: vec![], at: None };
    let Err(ReadError::Metadata(MetadataError::EntityMissing, Some(hint))) = document.read() else {
        unreachable!("it describes another one")
    };
    assert_eq!(hint, format!("it describes {ENTITY}"));
}

fn read(text: &str, signer: Option<&str>) -> Result<super::IdentityProviderDescription, ReadError> {
    let dir = TestDir::new();
    let file = dir.write("idp.xml", text);
    let signers = signer.map(|pem| dir.write("signer.pem", pem)).into_iter().collect();
    Document { file, entity_id: None, signers, at: None }.read()
}

fn document(sso_url: &str) -> String {
    let document = IdentityProviderMetadata {
        entity_id: ENTITY,
        sso_url,
        signing: &[IDP.certificate()],
        want_authn_requests_signed: false,
        name_id_formats: &[],
    };
    document.to_xml()
}

const ENTITY: &str = "https://idp.example/metadata";
const SSO: &str = "https://idp.example/sso";
