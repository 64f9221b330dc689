//! AWS Client VPN as a service provider: its unsigned request, its client on the person's own machine,
//! and everything that its endpoint demands of an answer.

use serde_json::json;
use silta_testkit::authority::Authority;
use silta_testkit::browser::Browser;
use silta_testkit::client_vpn::{ClientVpn, ClientVpnError, VpnClient};
use silta_testkit::peers::{answer_of_idp, chromium};
use silta_testkit::scripted_server::{ScriptedServer, Step};

use crate::cloud::{Cloud, now};
use crate::fixture::Fixture;
use crate::op_fixture::OpFixture;

#[tokio::test]
async fn client_vpn_takes_the_answer_to_its_unsigned_request() {
    let client = VpnClient::start();
    let fixture = Fixture::with_sections(&section(&client.acs_url())).await;
    let vpn = endpoint(&fixture).await;
    let everything: String = (' '..='~').chain("äö€😀".chars()).collect();
    let relay_state = everything.repeat(2_048 / everything.len());
    let request = vpn.request(&client.acs_url(), Some(&relay_state), now());

    fixture.front.route_to(&[fixture.a.address()]);
    let mut browser = Browser::new("https://nobody.example");
    let form = answer_of_idp(&mut browser, &request.url).await;
    fixture.front.route_to(&[fixture.b.address()]);
    let page = browser.follow_form(&form).await;
    assert!(page.body.contains("Authentication details received"), "{}", page.status);

    let posted = client.wait_for_post();
    assert!(posted.relay_state.as_deref() == Some(&relay_state), "every octet comes back");
    let session = vpn.connect(&request, &posted, now()).unwrap();
    let (local, domain) = session.name_id.split_once('@').expect("it looks like an address");
    assert_eq!(domain, "vpn.example.fi");
    assert!(local.len() <= 64, "{} octets in front of the @ [RFC 5321 §4.5.3.1.1]", local.len());
    assert_eq!(
        serde_json::to_value(&session.attributes).unwrap(),
        json!({ "FirstName": ["Nordea"], "LastName": ["Demo"], "memberOf": ["vpn-users"] })
    );
    // It does look: an answer to one request is none to another.
    let other = vpn.request(&client.acs_url(), None, now());
    let refused = vpn.connect(&other, &posted, now()).unwrap_err();
    assert_eq!(refused, ClientVpnError::InResponseTo);
}

#[tokio::test]
async fn a_client_on_another_port_of_the_same_machine_is_not_answered() {
    let (client, thief) = (VpnClient::start(), VpnClient::start());
    let fixture = Fixture::with_sections(&section(&client.acs_url())).await;
    let vpn = endpoint(&fixture).await;
    for acs in [thief.acs_url(), client.acs_url() + "/", client.acs_url() + "@evil.example"] {
        let request = vpn.request(&acs, None, now());
        let page = Browser::new("https://nobody.example").follow(&request.url).await;
        assert_eq!(page.status, 400, "{acs}");
        let refused = fixture.refusal(&page).await;
        assert_eq!(
            (&refused["reason"], &refused["client"]),
            (&"unlisted_acs".into(), &"client-vpn".into())
        );
    }
    assert!(client.posted().is_empty() && thief.posted().is_empty());
}

/// The page may send its form there and nowhere else.
#[tokio::test]
async fn chromium_brings_the_answer_to_the_client() {
    let client = VpnClient::start();
    let fixture = Fixture::with_sections(&section(&client.acs_url())).await;
    let vpn = endpoint(&fixture).await;
    let request = vpn.request(&client.acs_url(), Some("a handle"), now());
    let seen = chromium(&json!({ "url": request.url, "steps": [
        { "expect": "Authentication details received" },
    ]}));
    assert_eq!(seen["console"], json!([]));
    let posted = client.wait_for_post();
    assert_eq!(posted.relay_state.as_deref(), Some("a handle"));
    vpn.connect(&request, &posted, now()).unwrap();

    let request = vpn.request(&client.acs_url(), None, now());
    let page = Browser::new(&client.acs_url()).follow(&request.url).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with(&format!("; form-action {}", client.acs_url())), "{policy}");
}

/// A page at https may post to plain http on the person's own machine, also when it is a public site.
#[tokio::test]
async fn chromium_brings_the_answer_of_a_public_site_to_the_client() {
    let client = VpnClient::start();
    let cloud = Cloud::with_sections(&section(&client.acs_url())).await;
    let vpn = endpoint_of(&cloud).await;
    let request = vpn.request(&client.acs_url(), Some("a handle"), now());
    let hosts = json!({ "login.example": cloud.balancer.address().to_string() });
    let seen = chromium(&json!({ "url": request.url, "hosts": hosts, "steps": [
        { "expect": "Authentication details received" },
    ]}));
    assert_eq!(seen["console"], json!([]));
    vpn.connect(&request, &client.wait_for_post(), now()).unwrap();
}

/// The endpoint learns nothing of the protocol behind.
#[tokio::test]
async fn client_vpn_takes_a_person_who_authenticates_at_an_openid_provider() {
    let client = VpnClient::start();
    let section = section(&client.acs_url()).replace("upstream: idp", "upstream: op");
    let fixture = OpFixture::with_sections(&section).await;
    let metadata = fixture.shop().get("/idp/metadata").send().await.unwrap();
    let vpn = ClientVpn::create(&metadata.text().await.unwrap()).unwrap();
    let request = vpn.request(&client.acs_url(), None, now());
    let _ = Browser::new("https://nobody.example").follow(&request.url).await;
    let session = vpn.connect(&request, &client.wait_for_post(), now()).unwrap();
    assert_eq!(session.attributes["FirstName"], ["Nordea"]);
}

/// Chromium would not follow if the page named the addresses that its form may lead to.
#[tokio::test]
async fn chromium_follows_a_service_provider_that_redirects_elsewhere() {
    let application = answering("200 OK\r\ncontent-type: text/html", "You are in");
    let elsewhere = format!("303 See Other\r\nlocation: http://{}/", application.address());
    let certificate = Authority::new("public authority").server(&["sp.example"]);
    let acs = ScriptedServer::with_tls(&certificate, &script(&elsewhere, ""));
    let cloud = Cloud::with_sections(&section("https://sp.example/acs")).await;
    let request = endpoint_of(&cloud).await.request("https://sp.example/acs", None, now());
    let hosts = json!({
        "login.example": cloud.balancer.address().to_string(),
        "sp.example": acs.address().to_string(),
    });
    let seen = chromium(&json!({ "url": request.url, "hosts": hosts, "steps": [
        { "expect": "You are in" },
    ]}));
    assert_eq!(seen["console"], json!([]));
}

async fn endpoint_of(cloud: &Cloud) -> ClientVpn {
    let metadata = format!("{}/idp/metadata", cloud.balancer.url());
    let metadata = cloud.client().get(metadata).send().await.unwrap();
    ClientVpn::create(&metadata.text().await.unwrap()).unwrap()
}

fn answering(head: &str, body: &str) -> ScriptedServer {
    ScriptedServer::plain(&script(head, body))
}

fn script(head: &str, body: &str) -> [Step; 2] {
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    [Step::Write(answer.into_bytes()), Step::Close]
}

/// The endpoint, once an administrator has uploaded our metadata to IAM.
async fn endpoint(fixture: &Fixture) -> ClientVpn {
    let metadata = fixture.shop().get("/idp/metadata").send().await.unwrap();
    ClientVpn::create(&metadata.text().await.unwrap()).unwrap()
}

fn section(acs: &str) -> String {
    SECTION.replace("ACS", acs)
}

const SECTION: &str = "\
service_providers:
  client-vpn:
    entity_id: urn:amazon:webservices:clientvpn
    acs: ['ACS', 'https://self-service.clientvpn.amazonaws.com/api/auth/sso/saml']
    requests: unsigned
    name_id: { email_domain: vpn.example.fi }
    upstream: idp
    min_acr: http://ftn.ficora.fi/2017/loa2
    allow: everyone
    attributes:
      FirstName: { from: [givenName, FirstName], take: first }
      LastName: { from: [sn, FamilyName], take: first }
      memberOf: { constant: vpn-users }
";
