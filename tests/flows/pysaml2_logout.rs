//! pysaml2 as the identity provider that is known by its metadata alone: sessions that it ends, and that it is asked to
//! end, by both bindings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::peers::{Pysaml2, Pysaml2Logout, answer_of_idp};
use silta_testkit::test_dir::TestDir;

use crate::fixture::{Fixture, browser};
use crate::logout_fixture::{AFTER_LOGOUT, frame, with_address_after_logout};
use crate::metadata::{by_file, described};
use crate::person::NORDEA;
use crate::shop::{Answer, changed};

/// Its logins, and its logouts, which a test carries.
struct Deployment {
    fixture: Fixture,
    logout: Pysaml2Logout,
    by_post: bool,
}

impl Deployment {
    async fn start(by_post: bool) -> Self {
        let binding = if by_post { "HTTP-POST" } else { "HTTP-Redirect" };
        let logout = format!("urn:oasis:names:tc:SAML:2.0:bindings:{binding}={THEIRS}");
        let lines = async |dir: &TestDir, idp: &Pysaml2| {
            by_file(dir, &format!("{}?{logout}", idp.metadata())).await
        };
        let fixture = described(lines, |text| {
            let plain = "    signed: both\n    encryption: optional\n";
            with_address_after_logout(&text).replacen("    signed: both\n", plain, 1)
        });
        let fixture = fixture.await;
        // So that the test can read whom it names, and how.
        let mut person = NORDEA.released();
        person["plain"] = true.into();
        fixture.idp.identify(&person).await;
        let metadata = fixture.shop().get("/saml/idp/metadata").send().await.unwrap();
        let metadata = metadata.text().await.unwrap();
        let keys = fixture.dir.idp_keys();
        let config = json!({
            "entity_id": fixture.idp.entity_id(),
            "slo": THEIRS,
            // It reads the document without its declaration, as text.
            "sp_metadata": metadata.split_once('\n').unwrap().1,
            "key": keys.join("idp.key"),
            "certificate": keys.join("idp.crt"),
            "sp_certificate": fixture.dir.folder().join("saml-signing.crt"),
        });
        let config = fixture.dir.write("logout.json", config.to_string());
        Self { fixture, logout: Pysaml2Logout::start(&config), by_post }
    }

    /// What a login gives to the shop, and the assertion that began the session.
    async fn login(&self, browser: &mut Browser) -> (Answer, String) {
        let shop = self.fixture.shop();
        let answer = answer_of_idp(browser, &shop.authorize(&[])).await;
        let response = STANDARD.decode(answer.field("SAMLResponse")).unwrap();
        let page = browser.submit(&answer).await;
        let tokens = shop.redeem(&page.told("code").expect("a code")).await;
        (tokens, String::from_utf8(response).unwrap())
    }

    /// The message on a page of ours, as pysaml2 takes it.
    fn message(&self, page: &Page, parameter: &str) -> Value {
        if self.by_post {
            let form = page.form().expect("a form that submits itself");
            assert_eq!(form.action.as_str(), THEIRS);
            return json!({ (parameter): form.field(parameter) });
        }
        let location = page.location().expect("a redirect");
        let (to, query) = location.as_str().split_once('?').unwrap();
        assert_eq!(to, THEIRS);
        json!({ "query": query })
    }

    /// Carries a message of pysaml2 to us.
    async fn carry(&self, browser: &mut Browser, parameter: &str, said: &Value) -> Page {
        if !self.by_post {
            return browser.get(said["redirect"].as_str().expect("a message")).await;
        }
        let fields = vec![(parameter.to_owned(), said["post"].as_str().unwrap().to_owned())];
        let action = format!("{}/saml/idp/slo", self.fixture.url()).parse().unwrap();
        browser.submit(&Form { action, fields }).await
    }

    async fn counts(&self, tokens: &Answer) -> bool {
        match self.fixture.shop().userinfo(tokens.text("access_token")).await.status {
            200 => true,
            401 => false,
            other => unreachable!("{other}"),
        }
    }
}

/// An attribute or the text of the first element of this name.
fn part<'a>(xml: &'a str, element: &str, attribute: Option<&str>) -> &'a str {
    let element = &xml[xml.find(&format!("<{element} ")).expect("the element")..];
    let rest = match attribute {
        Some(name) => element.split_once(&format!(" {name}=\"")).expect("the attribute").1,
        None => element.split_once('>').expect("its start").1,
    };
    rest.split(['"', '<']).next().expect("its text")
}

async fn pysaml2_ends_a_session(by_post: bool) {
    let mut deployment = Deployment::start(by_post).await;
    let (tokens, response) = deployment.login(&mut browser()).await;
    let (others, _) = deployment.login(&mut browser()).await;
    let name_id = |attribute| part(&response, "ns1:NameID", attribute);
    let said = deployment.logout.tell(&json!({ "ask": {
        "name_id": name_id(None),
        "format": name_id(Some("Format")),
        "name_qualifier": name_id(Some("NameQualifier")),
        "sp_name_qualifier": name_id(Some("SPNameQualifier")),
        "session_index": part(&response, "ns1:AuthnStatement", Some("SessionIndex")),
    }}));
    let page = deployment.carry(&mut frame(), "SAMLRequest", &said).await;
    let answer = deployment.message(&page, "SAMLResponse");
    let judged = deployment.logout.tell(&answer);
    assert_eq!(judged["status"], json!([SUCCESS]), "{judged}");
    assert_eq!(judged["in_response_to"], said["id"]);
    assert!(!deployment.counts(&tokens).await);
    assert!(deployment.counts(&others).await, "nobody else is logged out");
}

async fn pysaml2_is_asked_to_end_a_session(by_post: bool) {
    let mut deployment = Deployment::start(by_post).await;
    let mut person = browser();
    let (tokens, response) = deployment.login(&mut person).await;
    let wanted =
        [("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", AFTER_LOGOUT)];
    let url = format!("{}/logout?{}", deployment.fixture.url(), changed(&[], &wanted));
    let page = person.get(&url).await;
    assert!(!deployment.counts(&tokens).await);
    let asked = deployment.message(&page, "SAMLRequest");
    let said = deployment.logout.tell(&asked);
    for (said, asserted) in [
        (&said["name_id"], None),
        (&said["format"], Some("Format")),
        (&said["name_qualifier"], Some("NameQualifier")),
        (&said["sp_name_qualifier"], Some("SPNameQualifier")),
    ] {
        assert_eq!(said, part(&response, "ns1:NameID", asserted));
    }
    let index = part(&response, "ns1:AuthnStatement", Some("SessionIndex"));
    assert_eq!(said["session_indexes"], json!([index]));
    let back = deployment.carry(&mut person, "SAMLResponse", &said).await;
    assert_eq!(back.headers["location"], AFTER_LOGOUT);
}

#[tokio::test]
async fn pysaml2_ends_a_session_by_redirect() {
    pysaml2_ends_a_session(false).await;
}

#[tokio::test]
async fn pysaml2_ends_a_session_by_post() {
    pysaml2_ends_a_session(true).await;
}

#[tokio::test]
async fn pysaml2_is_asked_by_redirect_to_end_a_session() {
    pysaml2_is_asked_to_end_a_session(false).await;
}

#[tokio::test]
async fn pysaml2_is_asked_by_post_to_end_a_session() {
    pysaml2_is_asked_to_end_a_session(true).await;
}

const THEIRS: &str = "https://pysaml2.example/slo";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
