//! Two replicas, and an identity provider that can log out and whose messages a test carries.

use std::fs;

use serde_json::Value;
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::forge::{SentRequest, text};
use silta_testkit::quick_idp::{LogoutStatus, QuickIdp, QuickLogout, QuickLogoutAnswer};
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{CALLBACK, ConfigParams, TestDir};

use crate::fixture::{eventually, log_of};
use crate::shop::{Shop, changed};

/// Two replicas over one Redis behind one address, and an identity provider that can log out.
pub(crate) struct Deployment {
    pub(crate) a: Silta,
    pub(crate) b: Silta,
    pub(crate) front: TcpFront,
    pub(crate) idp: QuickIdp,
    pub(crate) redis: RedisServer,
    pub(crate) dir: TestDir,
}

/// A login, as the identity provider knows it.
pub(crate) struct Login {
    pub(crate) request: SentRequest,
    pub(crate) turn: u32,
    pub(crate) code: String,
}

impl Deployment {
    pub(crate) fn start(single_logout: &str) -> Self {
        Self::start_with(single_logout, |text| text)
    }

    /// The same with another configuration.
    pub(crate) fn start_with(single_logout: &str, change: impl FnOnce(String) -> String) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let params =
            ConfigParams { redis: Some(redis.url()), ..ConfigParams::without_idp(front.url()) };
        let config = dir.configure(&params);
        let text = fs::read_to_string(&config).unwrap();
        let with = format!("    single_logout: {single_logout}\n    signed: both\n");
        let text = text.replace("    signed: both\n", &with);
        let config = dir.write("silta.yaml", change(with_address_after_logout(&text)));
        let (a, b) = (Silta::start(&config), Silta::start(&config));
        front.route_to(&[a.address(), b.address()]);
        let idp = QuickIdp::of(&dir);
        Self { a, b, front, idp, redis, dir }
    }

    pub(crate) fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    pub(crate) async fn login(&self, turn: u32) -> Login {
        self.login_in(&mut browser(), turn).await
    }

    /// The same in this browser.
    pub(crate) async fn login_in(&self, browser: &mut Browser, turn: u32) -> Login {
        self.login_to(browser, turn, &[]).await
    }

    /// The same with an authorization request that has these changes.
    pub(crate) async fn login_to(
        &self,
        browser: &mut Browser,
        turn: u32,
        changes: &[(&str, &str)],
    ) -> Login {
        let (page, request) = self.finished_login(browser, turn, changes).await;
        Login { code: page.told("code").expect("a code"), request, turn }
    }

    /// The same up to what the client is told.
    pub(crate) async fn finished_login(
        &self,
        browser: &mut Browser,
        turn: u32,
        changes: &[(&str, &str)],
    ) -> (Page, SentRequest) {
        let left = browser.get(&self.shop().authorize(changes)).await;
        let request = self.idp.request(left.location().unwrap().as_str());
        let answer = Form {
            action: format!("{}/saml/idp/acs", self.front.url()).parse().unwrap(),
            fields: vec![
                ("SAMLResponse".to_owned(), self.idp.answer(&request, turn)),
                ("RelayState".to_owned(), request.relay_state.clone().unwrap()),
            ],
        };
        (browser.submit(&answer).await, request)
    }

    pub(crate) fn logout(&self, login: &Login) -> QuickLogout {
        let slo = format!("{}/saml/idp/slo", self.front.url());
        self.idp.logout(&login.request, login.turn, &slo)
    }

    /// The status that the identity provider is told by redirect, and its RelayState.
    pub(crate) fn answer(&self, page: &Page) -> (String, Option<String>) {
        assert_eq!(page.status, 303, "{}", page.body);
        let location = page.location().unwrap();
        assert!(location.as_str().starts_with("https://idp.example/slo?"), "{location}");
        let message = self.idp.logout_answer(location.as_str());
        let codes = text::status_codes(message.xml()).join(" ");
        (codes, message.relay_state().map(str::to_owned))
    }

    /// A request for a logout.
    pub(crate) fn logout_url(&self, pairs: &[(&str, &str)]) -> String {
        format!("{}/logout?{}", self.front.url(), changed(&[], pairs))
    }

    /// What the browser brings back from the identity provider, whose answer is this.
    pub(crate) fn answer_logout(&self, left: &Page, status: LogoutStatus) -> QuickLogoutAnswer {
        let to = left.location().expect("a redirect to the identity provider");
        let slo = format!("{}/saml/idp/slo", self.front.url());
        self.idp.answer_logout(to.as_str(), &slo, status)
    }

    /// The same where the request is posted.
    pub(crate) fn answer_posted_logout(
        &self,
        left: &Form,
        status: LogoutStatus,
    ) -> QuickLogoutAnswer {
        let slo = format!("{}/saml/idp/slo", self.front.url());
        self.idp.answer_posted_logout(left, &slo, status)
    }

    pub(crate) async fn is_over(&self, login: &Login) -> bool {
        match self.shop().redeem(&login.code).await.status {
            200 => false,
            400 => true,
            other => unreachable!("{other}"),
        }
    }

    /// The first line in the log of either replica of which `found` is true.
    pub(crate) async fn logged(&self, found: impl Fn(&Value) -> bool) -> Value {
        eventually("log line", async || {
            log_of([&self.a, &self.b]).into_iter().find(|line| found(line))
        })
        .await
    }
}

/// A person's browser, which stops in front of the client and of the identity provider.
pub(crate) fn browser() -> Browser {
    Browser::new(CALLBACK)
}

/// Registers where the shop's people go after a logout.
pub(crate) fn with_address_after_logout(config: &str) -> String {
    let shop = format!("    redirect_uris: [{CALLBACK}]\n    upstream: idp\n    claims: &claims\n");
    let (redirects, rest) = shop.split_once("    upstream").unwrap();
    let uris =
        format!("    post_logout_redirect_uris: ['{AFTER_LOGOUT}', '{SECOND_AFTER_LOGOUT}']\n");
    assert!(config.contains(&shop), "the shop's section");
    config.replacen(&shop, &format!("{redirects}{uris}    upstream{rest}"), 1)
}

/// What an identity provider's hidden frame has: no cookie.
pub(crate) fn frame() -> Browser {
    Browser::new("https://nowhere.example")
}

pub(crate) const REDIRECT: &str =
    "{ redirect: https://idp.example/slo, unknown_session: unknown_principal }";
/// Where the shop's people go after a logout: nothing listens there.
pub(crate) const AFTER_LOGOUT: &str = "https://rp.example/logged-out?tenant=a";
pub(crate) const SECOND_AFTER_LOGOUT: &str = "https://rp.example/bye";
