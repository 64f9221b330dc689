//! The service provider, the identity provider that it trusts, and their kept keys. The seeds are
//! signed with them, so they never change; they protect nothing.

use std::sync::LazyLock;

use jiff::Timestamp;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssertionContent, AssuranceLevels, Attribute, DecryptionKey, EncryptionKey, EncryptionRule,
    Expectation, IdentityProvider, KeyWrap, NameId, PeerProfile, RequestId, ResponseHeader,
    ServiceProvider, SigningKey, UsedContent, VerificationKey, VerifiedAssertion,
};

/// The identity provider's key.
pub static IDP_KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    SigningKey::from_pem(IDP_PEM, IDP_CERTIFICATE, SignatureAlgorithm::EcdsaSha256).unwrap()
});
/// The service provider's key for decryption.
pub static SP_KEY: LazyLock<DecryptionKey> =
    LazyLock::new(|| DecryptionKey::from_pem(SP_PEM, SP_CERTIFICATE).unwrap());

/// The key as the identity provider knows it.
pub static SP_ENCRYPTION_KEY: LazyLock<EncryptionKey> =
    LazyLock::new(|| EncryptionKey::from_certificate_pem(SP_CERTIFICATE).unwrap());

/// Its key on P-256, as the identity provider knows it.
pub static SP_AGREEMENT_KEY: LazyLock<EncryptionKey> =
    LazyLock::new(|| EncryptionKey::from_certificate_pem(SP_EC_CERTIFICATE).unwrap());

static SERVICE_PROVIDER: LazyLock<ServiceProvider> = LazyLock::new(|| ServiceProvider {
    entity_id: SP_ENTITY.to_owned(),
    acs_url: ACS.to_owned(),
    decryption_keys: vec![
        DecryptionKey::from_pem(SP_PEM, SP_CERTIFICATE).unwrap(),
        DecryptionKey::from_pem(SP_EC_PEM, SP_EC_CERTIFICATE).unwrap(),
    ],
});
static IDENTITY_PROVIDER: LazyLock<IdentityProvider> = LazyLock::new(|| {
    let keys = vec![VerificationKey::from_certificate_pem(IDP_CERTIFICATE).unwrap()];
    let levels = AssuranceLevels::new(vec![vec![CONTEXT.to_owned()]]).unwrap();
    let profile = PeerProfile {
        encryption: EncryptionRule::Optional,
        key_wraps: KeyWrap::ALL.to_vec(),
        ..PeerProfile::default()
    };
    IdentityProvider::new(IDP_ENTITY, keys, levels, profile).unwrap()
});
static REQUEST: LazyLock<RequestId> =
    LazyLock::new(|| RequestId::from_stored(REQUEST_ID.to_owned()));

/// What the service provider expects: an answer to its one request.
pub(crate) fn expectation() -> Expectation<'static> {
    Expectation {
        provider: &SERVICE_PROVIDER,
        idp: &IDENTITY_PROVIDER,
        request: &REQUEST,
        authenticated_since: None,
        least_level: 0,
        uses: UsedContent::ALL,
    }
}

/// A good answer, as yet unsigned: its envelope, and its assertion.
#[must_use]
pub fn answer() -> (ResponseHeader<'static>, String) {
    let header = ResponseHeader {
        issuer: IDP_ENTITY,
        audience: SP_ENTITY,
        acs_url: ACS,
        in_response_to: REQUEST_ID,
        issued: NOON,
    };
    let name_id = NameId {
        value: "person-7".to_owned(),
        format: None,
        name_qualifier: Some(IDP_ENTITY.to_owned()),
        sp_name_qualifier: None,
    };
    let attributes = [
        Attribute::of_texts("urn:oid:2.5.4.4", vec!["Meikäläinen".to_owned()]),
        Attribute::of_texts("urn:oid:2.5.4.42", vec!["Eka & Toka".to_owned()]),
    ];
    let assertion = header.assertion(
        "_assertion",
        &AssertionContent {
            name_id: &name_id,
            authn_instant: NOON,
            authn_context: CONTEXT,
            session_index: "_session",
            attributes: &attributes,
        },
    );
    (header, assertion)
}

/// Everything that can be read of a verified assertion, for comparing.
pub(crate) fn identity(verified: &VerifiedAssertion) -> String {
    let name_id = verified.name_id().map(|one| {
        [Some(&one.value), one.format.as_ref(), one.name_qualifier.as_ref()]
            .map(Option::<&String>::cloned)
    });
    let qualified = |one: &NameId| {
        [one.format.clone(), one.name_qualifier.clone(), one.sp_name_qualifier.clone()]
    };
    let attribute = |one: &Attribute| {
        let names: Vec<_> =
            one.name_ids.iter().map(|id| (id.value.clone(), qualified(id))).collect();
        (one.name.clone(), one.values.clone(), names)
    };
    let attributes: Vec<_> = verified.attributes().iter().map(attribute).collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {name_id:?} {attributes:?}",
        verified.id(),
        verified.valid_until(),
        verified.authn_instant(),
        verified.authn_context(),
        verified.session_index(),
        verified.session_not_on_or_after(),
        verified.name_id().and_then(|one| one.sp_name_qualifier.as_ref()),
    )
}

/// When everything happens: 2026-11-21T12:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp::constant(1_795_262_400, 0);

pub(crate) const IDP_ENTITY: &str = "https://idp.example/entity";
const SP_ENTITY: &str = "https://broker.example/entity";
const ACS: &str = "https://broker.example/saml/acs";
const REQUEST_ID: &str = "_0123456789abcdef0123456789abcdef";
const CONTEXT: &str = "urn:example:loa:substantial";
const IDP_PEM: &[u8] = include_bytes!("../trust/idp.key");
/// The certificate for [`IDP_KEY`].
pub(crate) const IDP_CERTIFICATE: &[u8] = include_bytes!("../trust/idp.crt");
const SP_PEM: &[u8] = include_bytes!("../trust/sp.key");
const SP_CERTIFICATE: &[u8] = include_bytes!("../trust/sp.crt");
const SP_EC_PEM: &[u8] = include_bytes!("../trust/sp-ec.key");
const SP_EC_CERTIFICATE: &[u8] = include_bytes!("../trust/sp-ec.crt");
