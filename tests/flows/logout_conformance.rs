//! What the modules of the OpenID Foundation's plan for RP-initiated logout check, each under its name. The
//! table of all modules is in `docs/reference/conformance.md`.

use serde_json::json;
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::jws::Jws;
use silta_testkit::keys;
use silta_testkit::op::{signed_with_header, unsigned};

use crate::fixture::Fixture;
use crate::logout_fixture::{
    AFTER_LOGOUT, SECOND_AFTER_LOGOUT, browser, with_address_after_logout,
};
use crate::shop::{changed, claims_of};
use crate::single_sign_on::sso;

/// What the suite sends as `state`: everything that a URL has another meaning for.
const STATE: &str = "abc~!@#$%^&*()_+-={}[]|:;\"'<>,.?/ \\0123";

/// A person who is logged in at the shop, by a session that answers it again: only such a one shows when it has
/// ended.
struct LoggedIn {
    fixture: Fixture,
    browser: Browser,
    id_token: String,
}

impl LoggedIn {
    async fn start() -> Self {
        let change = |text: String| with_address_after_logout(&sso(&text));
        let fixture = Fixture::with_config(false, change).await;
        let mut person = Self { fixture, browser: browser(), id_token: String::new() };
        person.log_in().await;
        person
    }

    async fn log_in(&mut self) {
        let page = self.browser.follow(&self.fixture.shop().authorize(&[])).await;
        let tokens = self.fixture.shop().redeem(&page.told("code").expect("a code")).await;
        tokens.text("id_token").clone_into(&mut self.id_token);
        self.is_logged_in().await;
    }

    async fn log_out(&mut self, pairs: &[(&str, &str)]) -> Page {
        let url = format!("{}/logout?{}", self.fixture.url(), changed(&[], pairs));
        self.browser.get(&url).await
    }

    /// The person presses the button of the page that asks.
    async fn confirm(&mut self, page: &Page) -> Page {
        let form = page.form().expect("a question");
        let page = self.browser.submit(&form).await;
        assert_eq!(page.status, 200);
        page
    }

    /// The suite asks with `prompt=none` whether the person is still logged in.
    async fn asked_without_a_page(&mut self) -> Page {
        let url = self.fixture.shop().authorize(&[("prompt", "none")]);
        self.browser.follow(&url).await
    }

    fn holds_a_session(&self) -> bool {
        self.browser.cookies().iter().any(|one| one.name.starts_with("__Host-silta_session-"))
    }

    async fn is_logged_in(&mut self) {
        assert!(self.holds_a_session());
        assert!(self.asked_without_a_page().await.told("code").is_some());
    }

    async fn is_logged_out(&mut self) {
        assert!(!self.holds_a_session());
        let page = self.asked_without_a_page().await;
        assert_eq!(page.told("error").as_deref(), Some("login_required"));
    }

    /// A page, and never a redirect, which ends nothing.
    async fn is_refused(&mut self, page: &Page) {
        assert_eq!((page.status.as_u16(), page.location()), (400, None));
        assert!(page.reference().is_some() && page.form().is_none());
        self.is_logged_in().await;
    }
}

/// Where the suite was sent to, with which parameters added.
fn added(page: &Page, registered: &str) -> Vec<(String, String)> {
    let location = page.headers["location"].to_str().unwrap();
    let added = location.strip_prefix(registered).expect("the registered URI").to_owned();
    assert!(added.is_empty() || added.starts_with(['?', '&']), "{added}");
    let location = page.location().unwrap();
    let before = url::Url::parse(registered).unwrap().query_pairs().count();
    location.query_pairs().skip(before).map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let fixture = Fixture::start().await;
    let discovery = fixture.shop().discovery().await;
    assert_eq!(discovery["end_session_endpoint"], format!("{}/logout", fixture.url()));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let mut person = LoggedIn::start().await;
    for (uri, method) in [(AFTER_LOGOUT, "get"), (SECOND_AFTER_LOGOUT, "post")] {
        person.log_in().await;
        let hint = person.id_token.clone();
        let pairs =
            [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", uri), ("state", STATE)];
        let page = if method == "get" {
            person.log_out(&pairs).await
        } else {
            let action = format!("{}/logout", person.fixture.url()).parse().unwrap();
            let fields = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            person.browser.submit(&Form { action, fields }).await
        };
        assert_eq!(added(&page, uri), [("state".to_owned(), STATE.to_owned())]);
        person.is_logged_out().await;
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let mut person = LoggedIn::start().await;
    let hint = person.id_token.clone();
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER_LOGOUT)];
    let page = person.log_out(&pairs).await;
    assert_eq!(added(&page, AFTER_LOGOUT), []);
    person.is_logged_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let mut person = LoggedIn::start().await;
    let hint = person.id_token.clone();
    let elsewhere = ("post_logout_redirect_uri", "https://evil.example/post_logout");
    let page = person.log_out(&[("id_token_hint", &hint), elsewhere, ("state", STATE)]).await;
    person.is_refused(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let mut person = LoggedIn::start().await;
    let hint = person.id_token.clone();
    for uri in [format!("{AFTER_LOGOUT}&foo=bar"), format!("{SECOND_AFTER_LOGOUT}?foo=bar")] {
        let added = ("post_logout_redirect_uri", uri.as_str());
        let page = person.log_out(&[("id_token_hint", &hint), added, ("state", STATE)]).await;
        person.is_refused(&page).await;
    }
}

/// The suite writes another `sub` and `alg: none` into the token.
#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let mut person = LoggedIn::start().await;
    let hint = person.id_token.clone();
    let mut claims = claims_of(&hint);
    claims["sub"] = "somebody else".into();
    let modified = unsigned(&claims);
    let registered = ("post_logout_redirect_uri", AFTER_LOGOUT);
    let page = person.log_out(&[("id_token_hint", &modified), registered, ("state", STATE)]).await;
    person.is_refused(&page).await;
}

/// The suite signs the same claims by a key of its own; and names ours, which it has not.
#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let mut person = LoggedIn::start().await;
    let hint = person.id_token.clone();
    let own = Jws::read(&hint).unwrap().header("kid").unwrap().to_owned();
    let registered = ("post_logout_redirect_uri", AFTER_LOGOUT);
    for kid in [own.as_str(), "a key of the suite"] {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
        let bad = signed_with_header(&header, &claims_of(&hint), &keys::ROGUE);
        let page = person.log_out(&[("id_token_hint", &bad), registered, ("state", STATE)]).await;
        person.is_refused(&page).await;
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let mut person = LoggedIn::start().await;
    let registered = ("post_logout_redirect_uri", AFTER_LOGOUT);
    let page = person.log_out(&[registered, ("state", STATE)]).await;
    person.is_refused(&page).await;
    // With the client's name the person is asked.
    let page = person.log_out(&[("client_id", "shop"), registered, ("state", STATE)]).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, None));
    let page = person.browser.submit(&page.form().expect("a question")).await;
    assert_eq!(added(&page, AFTER_LOGOUT), [("state".to_owned(), STATE.to_owned())]);
    person.is_logged_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let mut person = LoggedIn::start().await;
    let page = person.log_out(&[]).await;
    person.confirm(&page).await;
    person.is_logged_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let mut person = LoggedIn::start().await;
    let page = person.log_out(&[("state", STATE)]).await;
    let page = person.confirm(&page).await;
    assert!(!page.body.contains("0123"), "the state goes nowhere");
    person.is_logged_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let mut person = LoggedIn::start().await;
    let hint = person.id_token.clone();
    let page = person.log_out(&[("id_token_hint", &hint), ("state", STATE)]).await;
    assert_eq!((page.status.as_u16(), page.location(), page.form().is_none()), (200, None, true));
    person.is_logged_out().await;
}
