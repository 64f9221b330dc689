//! Each AuthnRequest of ours, judged by tools that others wrote.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silta_testkit::front::Front;
use silta_testkit::peers::{verify_authn_request, xmlsec1};
use silta_testkit::silta::Silta;
use silta_testkit::workplace::{Plan, Workplace};

use crate::person::NORDEA;
use crate::shop::Shop;
use crate::world::{World, browser};

#[tokio::test]
async fn xmlsec1_verifies_posted_requests() {
    for algorithm in ["rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384"] {
        let place = Workplace::new();
        let request = posted(&place, algorithm).await;
        let (good, certificate) = (place.write("good.xml", &request), certificate(&place));
        assert_eq!(xmlsec1(&good, &certificate), Ok(()), "{algorithm}");
        // The tool does look: one other character, and it says no.
        let spoilt = request.replace("Version=\"2.0\"", "Version=\"2.1\"");
        let spoilt = place.write("spoilt.xml", spoilt);
        let refusal = xmlsec1(&spoilt, &certificate).unwrap_err();
        assert!(refusal.contains("FAIL"), "{algorithm}: {refusal}");
    }
}

#[tokio::test]
async fn signxml_verifies_posted_requests() {
    for (algorithm, uri) in ALGORITHMS {
        let place = Workplace::new();
        let request = posted(&place, algorithm).await;
        let verdict =
            verify_authn_request(&json!({ "certificate_pem": pem(&place), "xml": request }));
        assert_eq!(
            (&verdict["valid"], &verdict["algorithm"]),
            (&true.into(), &uri.into()),
            "{verdict}"
        );
        let spoilt = request.replace("Version=\"2.0\"", "Version=\"2.1\"");
        let verdict =
            verify_authn_request(&json!({ "certificate_pem": pem(&place), "xml": spoilt }));
        assert_eq!(verdict["valid"], false);
    }
}

#[tokio::test]
async fn cryptography_verifies_redirected_requests_over_the_raw_query() {
    for (algorithm, uri) in ALGORITHMS {
        let place = Workplace::new();
        let (front, _silta) = served(&place, algorithm, false);
        let page = browser().get(&Shop::of(&front.url()).authorize(&[])).await;
        assert_eq!(page.status, 303);
        // As it stands in the header: parsing a URL and writing it again could change the octets.
        let location = page.headers["location"].to_str().unwrap();
        let (address, query) = location.split_once('?').unwrap();
        assert_eq!(address, "https://idp.example/sso");
        let verdict = judged(&place, query);
        assert_eq!(
            (&verdict["valid"], &verdict["algorithm"]),
            (&true.into(), &uri.into()),
            "{verdict}"
        );
        let verdict = judged(&place, &query.replace("RelayState=", "RelayState=A"));
        assert_eq!(verdict["valid"], false);
    }
}

#[tokio::test]
async fn a_login_works_where_requests_are_posted() {
    let world = World::posting().await;
    NORDEA.is_who_was_told_of(&world.a_login_works().await);
}

fn judged(place: &Workplace, query: &str) -> Value {
    verify_authn_request(&json!({ "certificate_pem": pem(place), "redirect_query": query }))
}

/// The XML of a request that the browser is told to post.
async fn posted(place: &Workplace, algorithm: &'static str) -> String {
    let (front, _silta) = served(place, algorithm, true);
    let page = browser().get(&Shop::of(&front.url()).authorize(&[])).await;
    assert_eq!(page.status, 200);
    let form = page.form().expect("a form");
    assert_eq!(form.action.as_str(), "https://idp.example/sso");
    String::from_utf8(STANDARD.decode(form.field("SAMLRequest")).unwrap()).unwrap()
}

/// A single replica, whose identity provider is never asked.
fn served(place: &Workplace, request_algorithm: &'static str, post: bool) -> (Front, Silta) {
    let front = Front::start();
    let plan = Plan { request_algorithm, post, ..Plan::alone(front.url()) };
    let silta = Silta::start(&place.configure(&plan));
    front.lead_to(&[silta.address()]);
    (front, silta)
}

fn certificate(place: &Workplace) -> std::path::PathBuf {
    place.folder().join("saml-signing.crt")
}

fn pem(place: &Workplace) -> String {
    std::fs::read_to_string(certificate(place)).unwrap()
}

const ALGORITHMS: [(&str, &str); 5] = [
    ("rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    ("rsa-pss-sha256", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
    ("rsa-pss-sha512", "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"),
    ("ecdsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    ("ecdsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
];
