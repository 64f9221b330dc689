//! SAML service providers that log people in through Silta.

use serde_json::{Value, json};
use silta_testkit::forge::{ForgedRequest, SSO};
use silta_testkit::keys;
use silta_testkit::peers::Pysaml2Sp;
use url::Url;

use crate::cloud::now;
use crate::fixture::Fixture;

/// A service provider by pysaml2 that has read our metadata.
pub(crate) async fn service_provider(
    fixture: &Fixture,
    entity_id: &str,
    wishes: &Value,
) -> Pysaml2Sp {
    let metadata = fixture.shop().get("/idp/metadata").send().await.unwrap();
    assert_eq!(metadata.headers()["content-type"], "application/samlmetadata+xml");
    let metadata = metadata.text().await.unwrap();
    let mut config = json!({
        "entity_id": entity_id,
        "acs": format!("{entity_id}/acs"),
        // It reads the document without its declaration, as text.
        "idp_metadata": metadata.split_once('\n').unwrap().1,
        "key": fixture.dir.write("service-provider.key", keys::OTHER_SP.key_pem()),
        "certificate": fixture.dir.write("service-provider.crt", keys::OTHER_SP.certificate_pem()),
    });
    config.as_object_mut().unwrap().extend(wishes.as_object().unwrap().clone());
    Pysaml2Sp::start(&fixture.dir.write("service-provider.json", config.to_string()))
}

/// A good request, which names its ACS by these attributes, signed as all these service providers do.
pub(crate) fn forged(fixture: &Fixture, entity_id: &str, acs: &str) -> ForgedRequest {
    ForgedRequest::default()
        .id(&format!("_{:032x}", now().as_nanosecond()))
        .swap(SSO, sso(fixture).as_str())
        .issuer(entity_id)
        .issued(now())
        .signed_by(&keys::OTHER_SP)
        .acs(acs)
}

/// Where a request is redirected to.
pub(crate) fn url_of(fixture: &Fixture, request: &ForgedRequest) -> String {
    format!("{}?{}", sso(fixture), request.query())
}

/// Where requests go.
pub(crate) fn sso(fixture: &Fixture) -> Url {
    Url::parse(&format!("{}/idp/sso", fixture.url())).unwrap()
}

pub(crate) const CRM: &str = "https://crm.example";
pub(crate) const CRM_ACS: &str = "https://crm.example/acs";
pub(crate) const TURKU: &str = "https://turku.example";
pub(crate) const NAMELESS: &str = "https://nameless.example";
pub(crate) const STRONG: &str = "https://strong.example";
pub(crate) const LOA2: &str = "http://ftn.ficora.fi/2017/loa2";
pub(crate) const LOA3: &str = "http://ftn.ficora.fi/2017/loa3";
pub(crate) const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
pub(crate) const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
pub(crate) const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// `crm` must sign; the others need not, and may.
pub(crate) const SERVICE_PROVIDERS: &str = "\
service_providers:
  crm:
    entity_id: https://crm.example
    acs: [https://crm.example/acs, { url: https://crm.example/other, index: 7 }]
    requests: signed
    signing_certificates: [file:service-provider.crt]
    upstream: idp
    min_acr: http://ftn.ficora.fi/2017/loa2
    allow: everyone
    attributes: &attributes
      FirstName: { from: [givenName, FirstName], take: first }
      LastName: { from: [sn, FamilyName], take: first }
      groups: { constant: 'staff & \"co\"' }
      urn:oid:1.2.246.517.2002.2.19: KotikuntaKuntaS
  turku:
    entity_id: https://turku.example
    acs: https://turku.example/acs
    requests: unsigned
    signing_certificates: [file:service-provider.crt]
    name_id: transient
    upstream: idp
    min_acr: http://ftn.ficora.fi/2017/loa2
    allow: { attribute: KotikuntaKuntanumero, values: ['049', '853'] }
    attributes: *attributes
  nameless:
    entity_id: https://nameless.example
    acs: https://nameless.example/acs
    requests: unsigned
    signing_certificates: [file:service-provider.crt]
    name_id: { attribute: mail, format: email }
    upstream: idp
    min_acr: http://ftn.ficora.fi/2017/loa2
    allow: everyone
    attributes: { mail: mail }
  strong:
    entity_id: https://strong.example
    acs: https://strong.example/acs
    requests: unsigned
    signing_certificates: [file:service-provider.crt]
    upstream: idp
    min_acr: http://ftn.ficora.fi/2017/loa3
    allow: everyone
    attributes: *attributes
";
