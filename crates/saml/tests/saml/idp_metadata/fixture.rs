//! Good metadata, in pieces that a test can spoil.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::{DS, MD, SAMLP};
use silta_saml::{
    Certificate, IdentityProviderDescription, MetadataError, MetadataSigners, MetadataTrust,
};
use silta_testkit::forge::{IDP_ENTITY, NOON, text};
use silta_testkit::keys::{IDP, KeyPair};
use silta_xml_security::{SignaturePlace, sign_enveloped};

/// Who signs the metadata.
pub(crate) static SIGNER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("federation"));
/// Who will sign it later, or has before.
pub(crate) static OTHER_SIGNER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("federation"));

/// A `KeyDescriptor` around this `KeyInfo`; `attributes` may say what it is for.
pub(crate) fn key_descriptor(attributes: &str, key_info: &str) -> String {
    format!("<md:KeyDescriptor{attributes}><ds:KeyInfo>{key_info}</ds:KeyInfo></md:KeyDescriptor>")
}

/// The `X509Data` of a key.
pub(crate) fn x509(key: &KeyPair) -> String {
    x509_of(&key.certificate().base64())
}

/// An `X509Data` with this text.
pub(crate) fn x509_of(text: &str) -> String {
    let certificate = format!("<ds:X509Certificate>{text}</ds:X509Certificate>");
    format!("<ds:X509Data>{certificate}</ds:X509Data>")
}

/// A `KeyDescriptor` of a key that signs.
pub(crate) fn signing(key: &KeyPair) -> String {
    key_descriptor(" use=\"signing\"", &x509(key))
}

/// An `IDPSSODescriptor` that signs with this key.
pub(crate) fn role_of(key: &KeyPair) -> String {
    format!(
        "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\" \
         protocolSupportEnumeration=\"{SAMLP}\">{}{}</md:IDPSSODescriptor>",
        signing(key),
        SERVICES,
    )
}

/// A good entity of this name, without namespaces and ends of its own.
pub(crate) fn entity_of(entity_id: &str, role: &str) -> String {
    format!("<md:EntityDescriptor entityID=\"{entity_id}\">{role}</md:EntityDescriptor>")
}

/// The document of our entity alone.
pub(crate) fn entity() -> String {
    alone(&role_of(&IDP))
}

/// The document of our entity alone, with this inside.
pub(crate) fn alone(inside: &str) -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"{MD}\" xmlns:ds=\"{DS}\" ID=\"_entity\" \
         entityID=\"{IDP_ENTITY}\" validUntil=\"{}\">{inside}</md:EntityDescriptor>",
        days(7),
    )
}

/// The document of a federation with these entities.
pub(crate) fn group(entities: &str) -> String {
    format!(
        "<md:EntitiesDescriptor xmlns:md=\"{MD}\" xmlns:ds=\"{DS}\" ID=\"_group\" \
         Name=\"https://federation.example\" validUntil=\"{}\" cacheDuration=\"PT6H\">\
         {entities}</md:EntitiesDescriptor>",
        days(7),
    )
}

/// A federation with our entity and two others.
pub(crate) fn federation() -> String {
    let other = |name: &str| entity_of(name, &role_of(&SIGNER));
    let ours = entity_of(IDP_ENTITY, &role_of(&IDP));
    group(&[other("https://a.example"), ours, other("https://b.example")].concat())
}

/// The document with a signature over its root, first among the children, where the schema has it.
pub(crate) fn signed_by(key: &KeyPair, xml: &str) -> String {
    let place = SignaturePlace { id_attribute: "ID", after: None };
    sign_enveloped(xml, place, &key.signing(SignatureAlgorithm::RsaSha256)).unwrap()
}

/// The document, signed by the one who signs it.
pub(crate) fn signed(xml: &str) -> String {
    signed_by(&SIGNER, xml)
}

/// What is read where the way vouches for the document.
pub(crate) fn read(xml: &str) -> Result<IdentityProviderDescription, MetadataError> {
    read_at(xml, NOON)
}

/// As [`read`], at another time.
pub(crate) fn read_at(
    xml: &str,
    now: Timestamp,
) -> Result<IdentityProviderDescription, MetadataError> {
    IdentityProviderDescription::read(xml.as_bytes(), IDP_ENTITY, MetadataTrust::Source, now)
}

/// What is read where the signer is pinned.
pub(crate) fn read_signed(xml: &str) -> Result<IdentityProviderDescription, MetadataError> {
    read_signed_by(&[&SIGNER], xml)
}

/// As [`read_signed`], with these signers pinned.
pub(crate) fn read_signed_by(
    signers: &[&KeyPair],
    xml: &str,
) -> Result<IdentityProviderDescription, MetadataError> {
    let signers = signers.iter().map(|key| key.verification()).collect();
    let signers = MetadataSigners::new(signers).unwrap();
    let trust = MetadataTrust::Signers(&signers);
    IdentityProviderDescription::read(xml.as_bytes(), IDP_ENTITY, trust, NOON)
}

/// Spoils good metadata in each of its forms; all must be refused for this reason, whoever vouches
/// for it. The spoilt document is signed anew.
#[track_caller]
pub(crate) fn refuses(expected: MetadataError, spoil: impl Fn(&str) -> String) {
    for good in [entity(), federation()] {
        let spoilt = spoil(&good);
        assert_eq!(read(&spoilt).unwrap_err(), expected, "of a source");
        assert_eq!(read_signed(&signed(&spoilt)).unwrap_err(), expected, "signed");
    }
}

/// Spoils the role of our entity alone.
#[track_caller]
pub(crate) fn refuses_role(expected: MetadataError, from: &str, to: &str) {
    let spoilt = alone(&text::swapped(&role_of(&IDP), from, to));
    assert_eq!(read(&spoilt).unwrap_err(), expected, "of a source");
    assert_eq!(read_signed(&signed(&spoilt)).unwrap_err(), expected, "signed");
}

/// The keys of a description, as base64.
pub(crate) fn keys_of(description: &IdentityProviderDescription) -> Vec<String> {
    description.signing().iter().map(Certificate::base64).collect()
}

/// The addresses of a description: kind, binding, where to, and where responses go.
pub(crate) fn endpoints_of(description: &IdentityProviderDescription) -> Vec<String> {
    let written = |kind: &str, one: &silta_saml::Endpoint| {
        let responses = one.response_location.as_ref().map(|url| format!(" answers {url}"));
        format!("{kind} {} {}{}", one.binding, one.location, responses.unwrap_or_default())
    };
    let sso = description.single_sign_on().iter().map(|one| written("sso", one));
    let slo = description.single_logout().iter().map(|one| written("slo", one));
    sso.chain(slo).collect()
}

/// So many days after noon.
pub(crate) fn days(count: i64) -> Timestamp {
    NOON + SignedDuration::from_hours(24 * count)
}

/// The services of a good role.
pub(crate) const SERVICES: &str = "\
<md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
Location=\"https://idp.example/slo\" ResponseLocation=\"https://idp.example/slo/answers\"/>\
<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat>\
<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
Location=\"https://idp.example/sso\"/>\
<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
Location=\"https://idp.example/sso/post\"/>";
