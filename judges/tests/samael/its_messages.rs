//! What samael writes, read by Silta.

use std::str::FromStr as _;

use samael::crypto::{Crypto, CryptoProvider as _};
use samael::idp::IdentityProvider;
use samael::idp::response_builder::{ResponseAttribute, build_response_template};
use samael::idp::sp_extractor::RequiredAttribute;
use samael::metadata::EntityDescriptor;
use samael::schema::Response as ItsResponse;
use samael::service_provider::ServiceProviderBuilder;
use samael::signature::Signature;
use samael::traits::ToXml as _;
use silta_saml::{
    EndpointBinding, IdentityProviderDescription, IdentityProviderMetadata, MessageError,
    MetadataTrust, Part, Response, ResponseError, SignedParts, Unverified, UnverifiedAuthnRequest,
    post_value,
};
use silta_testkit::forge::{
    ACS, AUTHN_CONTEXTS, FakeIdp, IDP_ENTITY, REQUEST, SP_ENTITY, SSO, registered, text,
};
use silta_testkit::keys;

use crate::{certificate, now, private_der, private_key};

/// By both bindings, from a service provider that is registered with its key.
#[test]
fn we_verify_its_request() {
    let provider = ServiceProviderBuilder::default()
        .entity_id(Some(SP_ENTITY.to_owned()))
        .acs_url(Some(ACS.to_owned()))
        .build()
        .unwrap();
    let registered = registered(SP_ENTITY, &[ACS], Some(&keys::SP));

    let request = provider.make_authentication_request(SSO).unwrap();
    let url = request.signed_redirect("a handle", &private_key(&keys::SP)).unwrap().unwrap();
    let read = |query: &str| {
        UnverifiedAuthnRequest::from_redirect(query)
            .and_then(|read| read.verify(|_| Some(&registered), SSO, now()))
            .map(|read| {
                (read.id().to_owned(), read.relay_state().map(str::to_owned), read.is_signed())
            })
    };
    let query = url.query().unwrap();
    assert_eq!(read(query).unwrap(), (request.id.clone(), Some("a handle".to_owned()), true));
    assert!(read(&query.replace("handle", "other")).is_err());

    let mut request = provider.make_authentication_request(SSO).unwrap();
    request.signature = Some(Signature::template(&request.id, &certificate(&keys::SP)));
    let unsigned = request.to_string().unwrap().replace(SHA1, SHA256);
    let signed = Crypto::sign_xml(&unsigned, &private_der(&keys::SP)).unwrap();
    let read = |xml: &str| {
        UnverifiedAuthnRequest::from_post(&post_value(xml), None)
            .and_then(|read| read.verify(|_| Some(&registered), SSO, now()))
            .map(|read| (read.id().to_owned(), read.acs_url().to_owned()))
    };
    assert_eq!(read(&signed).unwrap(), (request.id, ACS.to_owned()));
    assert!(read(&text::swapped(&signed, ACS, "https://evil.example/")).is_err());
}

/// As it makes one: SHA-1 for the digest, and a confirmation without an end.
#[test]
fn its_response_of_its_own_making_is_refused_for_its_digest() {
    let idp = IdentityProvider::from_rsa_private_key_der(&private_der(&keys::IDP)).unwrap();
    let response = idp
        .sign_authn_response(
            &certificate(&keys::IDP),
            "person-7",
            SP_ENTITY,
            ACS,
            IDP_ENTITY,
            REQUEST,
            &attributes(),
        )
        .unwrap();
    let refused = read(&response.to_string().unwrap()).unwrap_err();
    let ResponseError::Message(MessageError::Signature { part: Part::Response, cause }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(cause.reason(), "signature_digest_algorithm");
}

/// The same with SHA-256, and with the times and the level that the profile asks for.
#[test]
fn we_read_and_verify_its_response() {
    let signed = response();
    assert_eq!(
        read(&signed).unwrap(),
        ("person-7".to_owned(), vec![("urn:oid:2.5.4.4".to_owned(), "Meikäläinen".to_owned())])
    );
    let refused = read(&text::swapped(&signed, "person-7", "person-8")).unwrap_err();
    assert!(
        matches!(
            refused,
            ResponseError::Message(MessageError::Signature { part: Part::Response, .. })
        ),
        "{refused:?}"
    );
}

#[test]
fn we_read_what_it_writes_of_an_identity_provider() {
    let ours = IdentityProviderMetadata {
        entity_id: IDP_ENTITY,
        sso_url: SSO,
        signing: &[keys::IDP.certificate(), keys::IDP_P256.certificate()],
        want_authn_requests_signed: true,
        name_id_formats: &["urn:oasis:names:tc:SAML:2.0:nameid-format:transient"],
    };
    let its: EntityDescriptor = ours.to_xml().parse().unwrap();
    let written = its.to_string().unwrap();
    let now = now();
    let read = IdentityProviderDescription::read(
        written.as_bytes(),
        IDP_ENTITY,
        MetadataTrust::Source,
        now,
    )
    .unwrap();
    let fingerprints: Vec<_> =
        read.signing().iter().map(silta_saml::Certificate::fingerprint).collect();
    let expected: Vec<_> = ours.signing.iter().map(silta_saml::Certificate::fingerprint).collect();
    assert_eq!(fingerprints, expected);
    assert_eq!(read.name_id_formats(), ours.name_id_formats);
    // It does not write WantAuthnRequestsSigned.
    assert!(!read.wants_signed_requests());
    let bindings: Vec<_> = read.single_sign_on().iter().map(|one| one.binding).collect();
    assert_eq!(bindings, [EndpointBinding::Redirect, EndpointBinding::Post]);
}

fn response() -> String {
    let soon = chrono_time(300);
    let mut response = build_response_template(
        &certificate(&keys::IDP),
        "person-7",
        SP_ENTITY,
        IDP_ENTITY,
        ACS,
        REQUEST,
        &attributes(),
    );
    let assertion = response.assertion.as_mut().unwrap();
    let subject = assertion.subject.as_mut().unwrap();
    let confirmation = &mut subject.subject_confirmations.as_mut().unwrap()[0];
    confirmation.subject_confirmation_data.as_mut().unwrap().not_on_or_after = Some(soon);
    assertion.conditions.as_mut().unwrap().not_on_or_after = Some(soon);
    let statement = &mut assertion.authn_statements.as_mut().unwrap()[0];
    statement.session_index = Some("session-7".to_owned());
    let context = statement.authn_context.as_mut().unwrap();
    context.value.as_mut().unwrap().value = Some(AUTHN_CONTEXTS[1].to_owned());
    let unsigned = response.to_string().unwrap().replace(SHA1, SHA256);
    let signed = Crypto::sign_xml(&unsigned, &private_der(&keys::IDP)).unwrap();
    assert!(ItsResponse::from_str(&signed).is_ok());
    signed
}

fn read(response: &str) -> Result<(String, Vec<(String, String)>), ResponseError> {
    let idp = FakeIdp::plain().requiring(SignedParts::Response);
    let read = Unverified::<Response>::from_post(&post_value(response))?;
    let read = read.verify(&idp.expectation(), now())?;
    let attributes = read.attributes().iter().map(|one| (one.name.clone(), one.values[0].clone()));
    Ok((read.name_id().unwrap().value.clone(), attributes.collect()))
}

fn attributes() -> Vec<ResponseAttribute<'static>> {
    let required_attribute = RequiredAttribute {
        name: "urn:oid:2.5.4.4".to_owned(),
        format: Some("urn:oasis:names:tc:SAML:2.0:attrname-format:uri".to_owned()),
    };
    vec![ResponseAttribute { required_attribute, value: "Meikäläinen" }]
}

/// So many seconds from now, as samael counts.
fn chrono_time(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(now().as_second() + seconds, 0).unwrap()
}

const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
