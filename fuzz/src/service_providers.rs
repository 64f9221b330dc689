//! Service providers that may ask us, one that must sign and one that need not, and the one request
//! that was ever signed.

use std::sync::LazyLock;

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AcsUrl, AuthnRequest, AuthnRequestError, Comparison, ReceivedAuthnRequest,
    RegisteredServiceProvider, RequestId, RequestProfile, RequestSignature, RequestedAuthnContext,
    UnverifiedAuthnRequest, VerificationKey, sign_enveloped,
};

use crate::trust::{IDP_CERTIFICATE, IDP_KEY, NOON};

static SIGNING: LazyLock<RegisteredServiceProvider> = LazyLock::new(|| registered(true));
static ANYBODY: LazyLock<RegisteredServiceProvider> = LazyLock::new(|| registered(false));

fn registered(required: bool) -> RegisteredServiceProvider {
    let acs = |url: &str, index| AcsUrl { url: url.to_owned(), index };
    // It signs with the identity provider's kept key, which is as good as another.
    let requests = RequestSignature {
        required,
        keys: vec![VerificationKey::from_certificate_pem(IDP_CERTIFICATE).unwrap()],
        algorithms: vec![SignatureAlgorithm::EcdsaSha256],
    };
    let entity_id = if required { SIGNING_ENTITY } else { ANYBODY_ENTITY };
    let urls = vec![acs(ACS, Some(0)), acs("http://127.0.0.1:35001", Some(7))];
    RegisteredServiceProvider::new(entity_id, urls, requests).unwrap()
}

/// The request of one of the service providers, as yet unsigned.
#[must_use]
pub fn request(must_sign: bool) -> String {
    let id = RequestId::from_stored("_0123456789abcdef0123456789abcdef".to_owned());
    let classes = ["urn:example:loa:substantial".to_owned()];
    let format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned();
    let profile = RequestProfile { name_id_format: Some(format), ..RequestProfile::default() };
    AuthnRequest {
        id: &id,
        issued: NOON,
        destination: SSO,
        issuer: if must_sign { SIGNING_ENTITY } else { ANYBODY_ENTITY },
        acs_url: ACS,
        force_authn: true,
        is_passive: false,
        context: Some(RequestedAuthnContext { comparison: Comparison::Minimum, classes: &classes }),
        vetuma_language: Some("sv"),
        profile: &profile,
        encrypted: None,
        hint: None,
        subject: None,
    }
    .to_xml()
}

/// Judges a request, and checks that nobody said more than the key signed, or is answered elsewhere
/// than is registered.
pub(crate) fn verify(
    request: Result<UnverifiedAuthnRequest<'_>, AuthnRequestError>,
) -> Option<ReceivedAuthnRequest> {
    let find = |entity_id: &str| match entity_id {
        SIGNING_ENTITY => Some(&*SIGNING),
        ANYBODY_ENTITY => Some(&*ANYBODY),
        _ => None,
    };
    let received = request.ok()?.verify(find, SSO, NOON).ok()?;
    let provider = find(received.issuer()).expect("an issuer that is registered");
    let listed = provider.acs_urls().iter().any(|acs| acs.url == received.acs_url());
    assert!(listed, "answered where nobody registered");
    assert!(received.is_signed() || received.issuer() != SIGNING_ENTITY, "unsigned");
    assert!(received.id().len() <= 256 && received.id().is_ascii(), "an ID that grows");
    assert!(received.relay_state().is_none_or(|state| state.len() <= 2048), "a long RelayState");
    if received.is_signed() {
        assert!(SIGNED.contains(&described(&received)), "never signed: {}", described(&received));
    }
    Some(received)
}

/// Everything that can be read of a request but its RelayState, which a signature by POST does not
/// cover.
pub(crate) fn described(received: &ReceivedAuthnRequest) -> String {
    let (id, issuer, acs) = (received.id(), received.issuer(), received.acs_url());
    format!("{id:?} {issuer:?} {acs:?} {:?} {:?}", received.valid_until(), received.wishes())
}

static SIGNED: LazyLock<[String; 2]> = LazyLock::new(|| {
    [true, false].map(|must_sign| {
        let xml = sign_enveloped(&request(must_sign), &IDP_KEY).unwrap();
        let posted = silta_saml::post_value(&xml);
        let find = |_: &str| Some(if must_sign { &*SIGNING } else { &*ANYBODY });
        let request = UnverifiedAuthnRequest::from_post(&posted, None).unwrap();
        described(&request.verify(find, SSO, NOON).unwrap())
    })
});

const SIGNING_ENTITY: &str = "https://signing.example/sp";
const ANYBODY_ENTITY: &str = "https://anybody.example/sp";
const ACS: &str = "https://signing.example/acs?tenant=a&b=%20";
/// Where requests come to.
pub const SSO: &str = "https://broker.example/saml/sso";
