//! A SAML service provider whose people log in at an OpenID Provider: neither knows of the other's
//! protocol.

use serde_json::{Value, json};
use silta_testkit::browser::Browser;
use silta_testkit::keys;
use silta_testkit::oidc_provider::{OidcProviderPeer, STRONG};
use silta_testkit::peers::Pysaml2Sp;
use url::Url;

use crate::op_fixture::{OpFixture, nordea};

#[tokio::test]
async fn pysaml2_logs_a_person_in_who_authenticates_at_oidc_provider() {
    let fixture = OpFixture::with_sections(SERVICE_PROVIDER).await;
    let mut person = nordea();
    person["acr"] = STRONG.into();
    fixture.op.identify(&person).await;
    let mut asking = service_provider(&fixture).await;
    let request = Url::parse(asking.redirect()).unwrap();
    let relay_state = request.query_pairs().find(|(name, _)| name == "RelayState");

    // It begins at one replica and ends at the other.
    let mut browser = Browser::new(ENTITY_ID);
    fixture.front.route_to(&[fixture.a.address()]);
    let sent = browser.get(request.as_str()).await;
    let provider = sent.location().expect("a redirect to the provider");
    assert!(provider.as_str().starts_with(&fixture.op.issuer()));
    fixture.front.route_to(&[fixture.b.address()]);
    let page = browser.open(provider.as_str()).await;

    let answer = page.form().expect("a form for the service provider");
    assert_eq!(answer.action.as_str(), ACS);
    assert_eq!(
        relay_state.map(|(_, value)| value.into_owned()).as_deref(),
        Some(answer.field("RelayState"))
    );
    let told = asking.judge(answer.field("SAMLResponse"));
    assert_eq!(told["error"], Value::Null);
    assert_eq!(told["authn_context"], STRONG);
    assert_eq!(told["attributes"], json!({ "FirstName": ["Nordea"], "LastName": ["Demo"] }));
    let finished = fixture.b.log("end", |line| line["message"] == "login finished");
    assert_eq!((&finished["client"], &finished["upstream"]), (&"crm".into(), &"op".into()));
}

#[tokio::test]
async fn a_person_who_turns_back_at_the_provider_is_told_to_the_service_provider_by_a_status() {
    let fixture = OpFixture::with_sections(SERVICE_PROVIDER).await;
    fixture.op.identify(&json!({ "cancel": true })).await;
    let mut asking = service_provider(&fixture).await;
    let page = Browser::new(ENTITY_ID).open(asking.redirect()).await;
    let told = asking.judge(page.form().expect("a form").field("SAMLResponse"));
    let error = told["error"].as_str().expect("an error");
    assert!(error.starts_with("StatusAuthnFailed"), "{error}");
    let refused = fixture.logged(|line| line["message"] == "login refused").await;
    assert_eq!(refused["reason"], "provider_access_denied");
}

/// A service provider that has read our metadata, and has asked.
async fn service_provider(fixture: &OpFixture<OidcProviderPeer>) -> Pysaml2Sp {
    let metadata = fixture.shop().get("/idp/metadata").send().await.unwrap().text().await.unwrap();
    let config = json!({
        "entity_id": ENTITY_ID,
        "acs": ACS,
        // It reads the document without its declaration, as text.
        "idp_metadata": metadata.split_once('\n').unwrap().1,
        "key": fixture.place.write("sp.key", keys::OTHER_SP.key_pem()),
        "certificate": fixture.place.write("sp.crt", keys::OTHER_SP.certificate_pem()),
    });
    Pysaml2Sp::start(&fixture.place.write("sp.json", config.to_string()))
}

const ENTITY_ID: &str = "https://crm.example";
const ACS: &str = "https://crm.example/acs";

const SERVICE_PROVIDER: &str = "\
service_providers:
  crm:
    entity_id: https://crm.example
    acs: https://crm.example/acs
    requests: unsigned
    signing_certificates: [file:sp.crt]
    upstream: op
    min_acr: http://ftn.ficora.fi/2017/loa2
    allow: everyone
    attributes:
      FirstName: { from: [givenName, FirstName], take: first }
      LastName: { from: [sn, FamilyName], take: first }
";
