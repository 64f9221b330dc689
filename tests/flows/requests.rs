//! Each AuthnRequest of ours, judged by tools that others wrote.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silta_testkit::peers::{verify_authn_request, xmlsec1};
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{Fixture, browser};
use crate::person::NORDEA;
use crate::shop::Shop;

#[tokio::test]
async fn xmlsec1_verifies_posted_requests() {
    for algorithm in ["rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384"] {
        let dir = TestDir::new();
        let request = posted(&dir, algorithm).await;
        let (good, certificate) = (dir.write("good.xml", &request), certificate(&dir));
        assert_eq!(xmlsec1(&good, &certificate), Ok(()), "{algorithm}");
        // The tool does look: one other character, and it says no.
        let spoilt = request.replace("Version=\"2.0\"", "Version=\"2.1\"");
        let spoilt = dir.write("spoilt.xml", spoilt);
        let refusal = xmlsec1(&spoilt, &certificate).unwrap_err();
        assert!(refusal.contains("FAIL"), "{algorithm}: {refusal}");
    }
}

#[tokio::test]
async fn signxml_verifies_posted_requests() {
    for (algorithm, uri) in ALGORITHMS {
        let dir = TestDir::new();
        let request = posted(&dir, algorithm).await;
        let verdict =
            verify_authn_request(&json!({ "certificate_pem": pem(&dir), "xml": request }));
        assert_eq!(
            (&verdict["valid"], &verdict["algorithm"]),
            (&true.into(), &uri.into()),
            "{verdict}"
        );
        let spoilt = request.replace("Version=\"2.0\"", "Version=\"2.1\"");
        let verdict = verify_authn_request(&json!({ "certificate_pem": pem(&dir), "xml": spoilt }));
        assert_eq!(verdict["valid"], false);
    }
}

#[tokio::test]
async fn cryptography_verifies_redirected_requests_over_the_raw_query() {
    for (algorithm, uri) in ALGORITHMS {
        let dir = TestDir::new();
        let (front, _silta) = served(&dir, algorithm, false);
        let page = browser().get(&Shop::of(&front.url()).authorize(&[])).await;
        assert_eq!(page.status, 303);
        // As it stands in the header: parsing a URL and writing it again could change the octets.
        let location = page.headers["location"].to_str().unwrap();
        let (address, query) = location.split_once('?').unwrap();
        assert_eq!(address, "https://idp.example/sso");
        let verdict = judged(&dir, query);
        assert_eq!(
            (&verdict["valid"], &verdict["algorithm"]),
            (&true.into(), &uri.into()),
            "{verdict}"
        );
        let verdict = judged(&dir, &query.replace("RelayState=", "RelayState=A"));
        assert_eq!(verdict["valid"], false);
    }
}

#[tokio::test]
async fn a_login_works_where_requests_are_posted() {
    let fixture = Fixture::with_post_binding().await;
    NORDEA.is_who_was_told_of(&fixture.a_login_works().await);
}

fn judged(dir: &TestDir, query: &str) -> Value {
    verify_authn_request(&json!({ "certificate_pem": pem(dir), "redirect_query": query }))
}

/// The XML of a request that the browser is told to post.
async fn posted(dir: &TestDir, algorithm: &'static str) -> String {
    let (front, _silta) = served(dir, algorithm, true);
    let page = browser().get(&Shop::of(&front.url()).authorize(&[])).await;
    assert_eq!(page.status, 200);
    let form = page.form().expect("a form");
    assert_eq!(form.action.as_str(), "https://idp.example/sso");
    String::from_utf8(STANDARD.decode(form.field("SAMLRequest")).unwrap()).unwrap()
}

/// A single replica, whose identity provider is never asked.
fn served(dir: &TestDir, request_algorithm: &'static str, post: bool) -> (TcpFront, Silta) {
    let front = TcpFront::start();
    let params = ConfigParams { request_algorithm, post, ..ConfigParams::without_idp(front.url()) };
    let silta = Silta::start(&dir.configure(&params));
    front.route_to(&[silta.address()]);
    (front, silta)
}

fn certificate(dir: &TestDir) -> std::path::PathBuf {
    dir.folder().join("saml-signing.crt")
}

fn pem(dir: &TestDir) -> String {
    std::fs::read_to_string(certificate(dir)).unwrap()
}

const ALGORITHMS: [(&str, &str); 5] = [
    ("rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    ("rsa-pss-sha256", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
    ("rsa-pss-sha512", "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"),
    ("ecdsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    ("ecdsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
];
