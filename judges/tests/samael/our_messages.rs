//! What Silta writes, read by samael.

use samael::crypto::UrlVerifier;
use samael::idp::sp_extractor::SPMetadataExtractor;
use samael::idp::verified_request::UnverifiedAuthnRequest;
use samael::metadata::EntityDescriptor;
use samael::service_provider::{Error, ServiceProvider, ServiceProviderBuilder};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AcsIndex, AuthnRequest, Comparison, IdentityProviderMetadata, MessageParameter, RequestId,
    RequestProfile, RequestedAuthnContext, SelfDescription, ServiceProviderMetadata,
    sign_enveloped,
};
use silta_testkit::forge::{
    ACS, FakeIdp, ForgedResponse, IDP_ENTITY, REQUEST, SP_ENTITY, SSO, signed_redirect, text,
};
use silta_testkit::keys;

use crate::{certificate, now, private_key};

#[test]
fn it_reads_our_metadata_as_a_service_provider() {
    let metadata = ServiceProviderMetadata {
        entity_id: SP_ENTITY,
        id: None,
        valid_until: None,
        cache_duration: None,
        acs_url: ACS,
        acs_index: AcsIndex::DEFAULT,
        slo_url: Some("https://broker.example/saml/idp/slo"),
        signing: &[keys::SP.certificate()],
        encryption: &[keys::SP_NEXT.certificate()],
        signature_algorithms: &SignatureAlgorithm::ALL,
        ciphers: &DataCipher::ALL,
        oaep_digests: &DigestAlgorithm::ALL,
        key_wraps: &[],
        want_assertions_signed: true,
        name_id_formats: &["urn:oasis:names:tc:SAML:2.0:nameid-format:transient"],
        about: &SelfDescription::default(),
    };
    let read = SPMetadataExtractor::try_from_xml(&metadata.to_xml()).unwrap();
    assert_eq!(read.issuer().unwrap(), SP_ENTITY);
    assert_eq!(read.acs().unwrap().url, ACS);
    assert_eq!(read.verification_cert().unwrap(), certificate(&keys::SP));
}

#[test]
fn it_verifies_our_request_by_post() {
    for (pair, algorithm) in [
        (&*keys::SP, SignatureAlgorithm::RsaSha256),
        (&*keys::SP, SignatureAlgorithm::RsaSha512),
        (&*keys::IDP_P256, SignatureAlgorithm::EcdsaSha256),
        (&*keys::IDP_P384, SignatureAlgorithm::EcdsaSha384),
    ] {
        let signed = sign_enveloped(&request(), &pair.signing(algorithm)).unwrap();
        let read = || UnverifiedAuthnRequest::from_xml(&signed).unwrap();
        let verified = read().try_verify_with_cert(&certificate(pair)).unwrap();
        assert_eq!(verified.id, REQUEST);
        assert_eq!(verified.issuer_value().as_deref(), Some(SP_ENTITY));
        assert_eq!(verified.destination.as_deref(), Some(SSO));
        assert_eq!(verified.assertion_consumer_service_url.as_deref(), Some(ACS));
        assert_eq!(verified.force_authn, Some(true));
        let context = verified.requested_authn_context.clone().unwrap();
        let classes = context.authn_context_class_refs.unwrap();
        let classes: Vec<_> = classes.into_iter().filter_map(|one| one.value).collect();
        assert_eq!(classes, ["urn:example:loa"]);
        // It does look.
        assert!(read().try_verify_with_cert(&certificate(&keys::ROGUE)).is_err());
        let touched = text::swapped(&signed, SP_ENTITY, "https://evil.example/");
        let touched = UnverifiedAuthnRequest::from_xml(&touched).unwrap();
        assert!(touched.try_verify_with_cert(&certificate(pair)).is_err());
    }
}

#[test]
fn it_verifies_our_request_by_redirect() {
    for (pair, algorithm) in [
        (&*keys::SP, SignatureAlgorithm::RsaSha256),
        (&*keys::IDP_P256, SignatureAlgorithm::EcdsaSha256),
    ] {
        let message = request();
        let key = pair.signing(algorithm);
        let message = (MessageParameter::Request, message.as_str());
        // It encodes the query anew, so no character may stand there that has two encodings.
        let url = signed_redirect(SSO, message, Some("handle"), &key);
        let verified = |pair, url: &str| {
            let url = url.parse().unwrap();
            UrlVerifier::from_x509(&certificate(pair)).unwrap().verify_signed_request_url(&url)
        };
        let held = verified(pair, &url);
        if algorithm == SignatureAlgorithm::EcdsaSha256 {
            // It takes a value in DER alone, and XML Signature has the numbers side by side [RFC 9231 §2.3.6].
            assert!(!matches!(held, Ok(true)));
            continue;
        }
        assert!(held.unwrap());
        assert!(!matches!(verified(&keys::ROGUE, &url), Ok(true)));
        assert!(!matches!(verified(pair, &url.replace("handle", "other")), Ok(true)));
    }
}

#[test]
fn it_reads_and_verifies_our_responses() {
    type Shape = fn(ForgedResponse, RsaOaep) -> ForgedResponse;
    let mgf1p = RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 };
    let shapes: [(&str, Shape); 5] = [
        ("both signed", |response, _| response.plain()),
        ("the assertion unsigned", |response, _| response.plain().unsigned_assertion()),
        ("the response unsigned", |response, _| response.plain().unsigned_response()),
        ("encrypted with GCM", |response, mgf1p| {
            response.cipher(DataCipher::Aes128Gcm).oaep(mgf1p)
        }),
        ("encrypted with CBC", |response, mgf1p| {
            response.cipher(DataCipher::Aes128Cbc).oaep(mgf1p)
        }),
    ];
    for (name, shape) in shapes {
        let now = now();
        let idp = FakeIdp::default();
        let good = || shape(idp.response().issued(now).authenticated(now), mgf1p);
        let response = good().xml();
        let read = provider().parse_xml_response(&response, Some(&[REQUEST]));
        let read = read.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(read.subject.unwrap().name_id.unwrap().value, "person-7", "{name}");
        let attributes = &read.attribute_statements.unwrap()[0].attributes;
        let values: Vec<_> =
            attributes.iter().map(|one| one.values[0].value.clone().unwrap()).collect();
        assert_eq!(values, ["010190-999X", "Meikäläinen"], "{name}");
        // It does look.
        let other = provider().parse_xml_response(&response, Some(&["_another_request"]));
        assert!(
            matches!(
                other,
                Err(Error::ResponseInResponseToInvalid { .. }
                    | Error::AssertionInResponseToInvalid { .. })
            ),
            "{name}: {other:?}"
        );
        let rogue = good().assertion_signed_by(&keys::ROGUE).response_signed_by(&keys::ROGUE);
        assert!(provider().parse_xml_response(&rogue.xml(), Some(&[REQUEST])).is_err(), "{name}");
    }
}

/// Asked by what our metadata as an identity provider says.
fn provider() -> ServiceProvider {
    let metadata = IdentityProviderMetadata {
        entity_id: IDP_ENTITY,
        sso_url: SSO,
        signing: &[keys::IDP.certificate()],
        want_authn_requests_signed: true,
        name_id_formats: &["urn:oasis:names:tc:SAML:2.0:nameid-format:transient"],
    };
    let metadata: EntityDescriptor = metadata.to_xml().parse().unwrap();
    let provider = ServiceProviderBuilder::default()
        .entity_id(Some(SP_ENTITY.to_owned()))
        .acs_url(Some(ACS.to_owned()))
        .key(Some(private_key(&keys::SP)))
        .idp_metadata(metadata)
        .build()
        .unwrap();
    let redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
    assert_eq!(provider.sso_binding_location(redirect).as_deref(), Some(SSO));
    provider
}

fn request() -> String {
    AuthnRequest {
        id: &RequestId::from_stored(REQUEST.to_owned()),
        issued: now(),
        destination: SSO,
        issuer: SP_ENTITY,
        acs_url: ACS,
        force_authn: true,
        is_passive: false,
        context: Some(RequestedAuthnContext {
            comparison: Comparison::Exact,
            classes: &["urn:example:loa".to_owned()],
        }),
        vetuma_language: None,
        profile: &RequestProfile::default(),
        encrypted: None,
        hint: None,
        subject: None,
    }
    .to_xml()
}
