//! Keycloak as the identity provider: it asks for a password, knows sessions, and ends them everywhere. `just keycloak`
//! runs this, and CI one login of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "the flows use the rest")]
#[path = "../flows/fixture.rs"]
mod fixture;
#[expect(dead_code, reason = "the flows use the rest")]
#[path = "../flows/shop.rs"]
mod shop;

use std::fs;

use serde_json::Value;
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::keycloak::{Keycloak, PASSWORD, USERNAME};
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, LOA, TestDir};
use silta_tests::person::{self, AINO};
use url::Url;

use crate::fixture::{browser, eventually};
use crate::shop::{Answer, Shop};

/// Two replicas over one Redis behind one address, and the identity provider.
struct Deployment {
    // Fields are dropped in this order: the replicas first, the folder last.
    replicas: [Silta; 2],
    front: TcpFront,
    idp: Keycloak,
    _redis: RedisServer,
    _dir: TestDir,
}

impl Deployment {
    /// `binding` is how messages travel, but for the answer to a login, which is always posted.
    fn start(binding: &str) -> Self {
        Self::start_with(binding, "")
    }

    /// The same with these lines for the upstream.
    fn start_with(binding: &str, lines: &str) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        // Each has to know the other's address; the folder holds the keys that Keycloak is told of.
        dir.configure(&ConfigParams::without_idp(front.url()));
        let idp = Keycloak::start(&dir, &front.url(), binding, &AINO.released());
        let params = ConfigParams {
            redis: Some(redis.url()),
            idp: idp.entity_id(),
            sso: idp.saml(),
            post: binding == "post",
            ..ConfigParams::without_idp(front.url())
        };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        let logout = format!("    single_logout: {{ {binding}: {} }}\n", idp.saml());
        let idp_section = format!("    signed: both\n{lines}{logout}");
        let text = text.replace("    signed: both\n", &idp_section).replace(LOA, UNSPECIFIED);
        let shop = format!("  shop:\n    post_logout_redirect_uris: [{LOGGED_OUT}]\n");
        let text = text.replace("  shop:\n", &shop);
        let config = dir.write("silta.yaml", text);
        let replicas = [Silta::start(&config), Silta::start(&config)];
        front.route_to(&replicas.each_ref().map(Silta::address));
        Self { replicas, front, idp, _redis: redis, _dir: dir }
    }

    fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    /// Keycloak's page that asks who it is.
    async fn login_page(&self, person: &mut Browser) -> Page {
        let mut page = person.open(&self.shop().authorize(&[])).await;
        // By HTTP-POST our own form is on the way.
        if page.url.as_str().starts_with(&self.front.url()) {
            page = person.open_form(&page.form().expect("a form")).await;
        }
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

    /// Whether an access token counts.
    async fn counts(&self, tokens: &Answer) -> bool {
        self.shop().userinfo(tokens.text("access_token")).await.status == 200
    }

    /// The lines of both replicas so far with this message.
    fn logged(&self, message: &str) -> Vec<Value> {
        let lines = self.replicas.iter().flat_map(Silta::logs);
        let lines = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
        lines.filter(|line| line["message"] == message).collect()
    }

    /// The first of them, once it is there.
    async fn first_logged(&self, message: &str) -> Value {
        eventually(message, async || self.logged(message).into_iter().next()).await
    }
}

fn filled_in(form: Form, password: &str) -> Form {
    form.with("username", USERNAME).with("password", password)
}

#[tokio::test]
async fn a_person_logs_in_at_keycloak_and_not_with_a_wrong_password() {
    let deployment = Deployment::start("redirect");
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

/// The person confirms on Keycloak's own page, which then asks every service provider through the browser.
#[tokio::test]
async fn a_person_of_keycloak_logs_out_there() {
    for binding in ["redirect", "post"] {
        let deployment = Deployment::start(binding);
        let (mut person, mut other) = (browser(), browser());
        let tokens = deployment.login(&mut person).await;
        let others = deployment.login(&mut other).await;

        let page = person.open(&deployment.idp.logout()).await;
        assert!(page.body.contains("Do you want to log out?"), "{binding}");
        let page = person.follow_form(&page.form().expect("a form")).await;
        assert!(page.url.as_str().starts_with(&deployment.idp.entity_id()), "{binding}");
        assert!(page.body.contains("You are logged out"), "{binding}");
        let slo = format!("{}/saml/idp/slo", deployment.front.url());
        let forms = person.visited().iter().filter_map(Page::form);
        let posted = forms.filter(|form| form.action.as_str() == slo).count();
        assert_eq!(posted, usize::from(binding == "post"), "how Keycloak asked");
        assert!(!deployment.counts(&tokens).await && deployment.counts(&others).await, "{binding}");
        deployment.first_logged("logout received").await;
        assert_eq!(deployment.logged("logout received").len(), 1, "{binding}");
        assert!(!deployment.is_known(&mut person).await, "{binding}");
    }
}

#[tokio::test]
async fn a_client_logs_its_person_out_at_keycloak_too() {
    for binding in ["redirect", "post"] {
        let deployment = Deployment::start(binding);
        let mut person = browser();
        let tokens = deployment.login(&mut person).await;
        assert!(deployment.is_known(&mut person).await, "{binding}");

        let mut out: Url = format!("{}/logout", deployment.front.url()).parse().unwrap();
        out.query_pairs_mut().extend_pairs([
            ("id_token_hint", tokens.text("id_token")),
            ("post_logout_redirect_uri", LOGGED_OUT),
            ("state", Shop::STATE),
        ]);
        let page = person.follow(out.as_str()).await;
        assert!(page.location().unwrap().as_str().starts_with(LOGGED_OUT), "{binding}");
        assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
        assert!(!deployment.counts(&tokens).await, "{binding}");
        assert!(!deployment.is_known(&mut person).await, "{binding}");
    }
}

/// It answers `NoPassive` without `InResponseTo`, to nobody's request.
#[tokio::test]
async fn an_answer_of_keycloak_without_a_page_is_refused_as_unsolicited() {
    let deployment = Deployment::start_with("redirect", "    passive: true\n");
    let page = browser().follow(&deployment.shop().authorize(&[("prompt", "none")])).await;
    assert_eq!(page.told("error").as_deref(), Some("server_error"));
    let refused = deployment.first_logged("login refused").await;
    assert_eq!(refused["reason"], "unsolicited");
}

const LOGGED_OUT: &str = "https://rp.example/callback/logged-out";
/// What it asserts of every login.
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";
