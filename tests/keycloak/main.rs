//! Keycloak as the identity provider: it asks for a password, knows sessions, and ends them everywhere. `just keycloak`
//! runs this, and CI one login of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "the flows use the rest")]
#[path = "../flows/fixture.rs"]
mod fixture;
#[path = "../flows/logging_out_idp.rs"]
mod logging_out_idp;
#[expect(dead_code, reason = "the flows use the rest")]
#[path = "../flows/shop.rs"]
mod shop;

use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::keycloak::{Keycloak, PASSWORD, USERNAME};
use silta_testkit::test_dir::TestDir;
use silta_tests::person::{self, AINO};
use silta_tests::tutorial;

use crate::fixture::browser;
use crate::logging_out_idp::Deployment;
use crate::shop::{Answer, Shop};

/// What is said of Keycloak beside its metadata.
const PROFILE: &str = "    profile: keycloak\n";

async fn start(lines: &str) -> Deployment<Keycloak> {
    Deployment::start(|dir| Keycloak::start(dir, &AINO.released()), lines).await
}

impl Deployment<Keycloak> {
    /// Keycloak's page that asks who it is.
    async fn login_page(&self, person: &mut Browser) -> Page {
        let page = person.open(&self.shop().authorize(&[])).await;
        assert!(page.url.as_str().starts_with(&self.idp.entity_id()), "it is another's page");
        page
    }

    /// What a login by password gives.
    async fn login(&self, person: &mut Browser) -> Answer {
        let form = self.login_page(person).await.form().expect("a form");
        let page = person.follow_form(&filled_in(form, PASSWORD)).await;
        self.shop().redeem(&page.told("code").expect("a code")).await
    }

    /// Whether Keycloak still knows who it is, and lets the person in without a page.
    async fn is_known(&self, person: &mut Browser) -> bool {
        let page = self.login_page(person).await;
        !page.body.contains("type=\"password\"")
    }
}

fn filled_in(form: Form, password: &str) -> Form {
    form.with("username", USERNAME).with("password", password)
}

#[tokio::test]
async fn a_person_logs_in_at_keycloak_and_not_with_a_wrong_password() {
    let deployment = start(PROFILE).await;
    let mut person = browser();
    let form = deployment.login_page(&mut person).await.form().expect("a form");
    let page = person.open_form(&filled_in(form, "a password of somebody else")).await;
    assert!(page.body.contains("Invalid username or password"), "{}", page.url.path());
    assert_eq!(deployment.logged("login completed").len(), 0);

    let form = page.form().expect("the form again");
    let page = person.follow_form(&filled_in(form, PASSWORD)).await;
    assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
    let tokens = deployment.shop().redeem(&page.told("code").expect("a code")).await;
    let told = deployment.shop().userinfo(tokens.text("access_token")).await;
    AINO.is_who_was_told_of(&told.json);
}

/// The person confirms on Keycloak's own page, which then asks every service provider through the browser; it posts
/// its requests, because our metadata has both bindings.
#[tokio::test]
async fn a_person_of_keycloak_logs_out_there() {
    let deployment = start(PROFILE).await;
    let (mut person, mut other) = (browser(), browser());
    let tokens = deployment.login(&mut person).await;
    let others = deployment.login(&mut other).await;

    let page = person.open(&deployment.idp.logout()).await;
    assert!(page.body.contains("Do you want to log out?"));
    let page = person.follow_form(&page.form().expect("a form")).await;
    assert!(page.url.as_str().starts_with(&deployment.idp.entity_id()));
    assert!(page.body.contains("You are logged out"));
    let slo = format!("{}/saml/idp/slo", deployment.front.url());
    let forms = person.visited().iter().filter_map(Page::form);
    let posted = forms.filter(|form| form.action.as_str() == slo).count();
    assert_eq!(posted, 1, "how Keycloak asked");
    assert!(!deployment.counts(&tokens).await && deployment.counts(&others).await);
    deployment.one_logout_was_received().await;
    assert!(!deployment.is_known(&mut person).await);
}

#[tokio::test]
async fn a_client_logs_its_person_out_at_keycloak_too() {
    let deployment = start(PROFILE).await;
    let mut person = browser();
    let tokens = deployment.login(&mut person).await;
    assert!(deployment.is_known(&mut person).await);
    deployment.its_client_logs_out(&mut person, &tokens).await;
    assert!(!deployment.is_known(&mut person).await);
}

/// It answers `NoPassive` without `InResponseTo`, to nobody's request.
#[tokio::test]
async fn an_answer_of_keycloak_without_a_page_is_refused_as_unsolicited() {
    let deployment = start(&format!("{PROFILE}    passive: true\n")).await;
    let page = browser().follow(&deployment.shop().authorize(&[("prompt", "none")])).await;
    assert_eq!(page.told("error").as_deref(), Some("server_error"));
    let refused = deployment.first_logged("login refused").await;
    assert_eq!(refused["reason"], "unsolicited");
}

/// From an empty folder to the claims of the person, by the commands of the page alone.
#[tokio::test]
async fn a_person_logs_in_at_keycloak_where_the_tutorial_was_followed() {
    let dir = TestDir::new();
    let idp = Keycloak::start(&dir, &AINO.released());
    let login = async |address: String| {
        let mut person = Browser::new(tutorial::CLIENT);
        let form = person.open(&address).await.form().expect("a form");
        let page = person.follow_form(&filled_in(form, PASSWORD)).await;
        page.location().expect("the address of the client").to_string()
    };
    let here = [("127.0.0.1:9080", idp.authority())];
    let told = tutorial::follow("Keycloak", &here, login).await;
    for (claim, value) in [
        ("given_name", "Väinö"),
        ("family_name", "Meikäläinen"),
        ("email", "vaino@people.example"),
        ("acr", "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"),
    ] {
        assert_eq!(told[claim], value, "{claim}");
    }
    assert!(told["sub"].as_str().is_some_and(|sub| sub.len() == 64));
}
