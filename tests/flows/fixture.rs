//! Everybody who takes part in a login.

use std::fs;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use serde_json::Value;
use silta_testkit::browser::{Browser, Page};
use silta_testkit::deadline::DEADLINE;
use silta_testkit::keys;
use silta_testkit::peers::Pysaml2;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::slow_front::SlowFront;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{CALLBACK, ConfigParams, TestDir};

use crate::person::NORDEA;
use crate::shop::Shop;

/// Two replicas over one Redis behind one address, and an identity provider by pysaml2.
pub(crate) struct Fixture {
    // Fields are dropped in this order: the replicas first, the folder last.
    pub(crate) a: Silta,
    pub(crate) b: Silta,
    pub(crate) front: TcpFront,
    pub(crate) idp: Pysaml2,
    pub(crate) redis: RedisServer,
    pub(crate) dir: TestDir,
}

impl Fixture {
    /// The good case: everything works, and Nordea Demo is at the browser.
    pub(crate) async fn start() -> Self {
        Self::build(false, "", "", RedisServer::url).await
    }

    /// The same with a Redis that can be made slow.
    pub(crate) async fn with_slow_redis() -> (Self, SlowFront) {
        let mut slow = None;
        let fixture = Self::build(false, "", "", |redis| {
            let front = slow.insert(SlowFront::of((Ipv4Addr::LOCALHOST, redis.port()).into()));
            format!("redis://{}", front.address())
        });
        let fixture = fixture.await;
        (fixture, slow.unwrap())
    }

    /// The same with HTTP-POST for requests to the identity provider.
    pub(crate) async fn with_post_binding() -> Self {
        Self::build(true, "", "", RedisServer::url).await
    }

    /// The same with an identity provider that has sessions, and may be asked without a page, by
    /// HTTP-Redirect or HTTP-POST. Nobody is logged in there yet.
    pub(crate) async fn with_passive_idp(post: bool) -> Self {
        let passive = |text: String| {
            text.replace("    signed: both\n", "    signed: both\n    passive: true\n")
        };
        let fixture = Self::build_with(post, "", passive, RedisServer::url).await;
        fixture.a_person_has_a_session().await;
        fixture
    }

    /// From the next login on the identity provider keeps a session of Nordea Demo.
    pub(crate) async fn a_person_has_a_session(&self) {
        let mut person = NORDEA.released();
        person["session"] = true.into();
        self.idp.identify(&person).await;
    }

    /// The same with another configuration, and requests by HTTP-Redirect or HTTP-POST.
    pub(crate) async fn with_config(post: bool, change: impl FnOnce(String) -> String) -> Self {
        Self::build_with(post, "", change, RedisServer::url).await
    }

    /// The same with refresh tokens for every client.
    pub(crate) async fn with_refresh_tokens() -> Self {
        Self::build_with(false, "", |text| with_refresh_tokens(&text), RedisServer::url).await
    }

    /// The same with this `telemetry` in its configuration.
    pub(crate) async fn with_telemetry(telemetry: &str) -> Self {
        Self::build(false, telemetry, "", RedisServer::url).await
    }

    /// The same with these sections at the end of its configuration.
    pub(crate) async fn with_sections(sections: &str) -> Self {
        Self::build(false, "", sections, RedisServer::url).await
    }

    async fn build(
        post: bool,
        telemetry: &str,
        sections: &str,
        store: impl FnOnce(&RedisServer) -> String,
    ) -> Self {
        Self::build_with(post, telemetry, |text| text + sections, store).await
    }

    /// `change` changes the configuration.
    async fn build_with(
        post: bool,
        telemetry: &str,
        change: impl FnOnce(String) -> String,
        store: impl FnOnce(&RedisServer) -> String,
    ) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let idp = Pysaml2::start(&dir, &front.url());
        let params = ConfigParams {
            redis: Some(store(&redis)),
            idp: idp.entity_id(),
            sso: idp.sso(),
            post,
            telemetry: telemetry.to_owned(),
            ..ConfigParams::without_idp(front.url())
        };
        let config = dir.configure(&params);
        let text = fs::read_to_string(&config).unwrap();
        dir.write("service-provider.crt", keys::OTHER_SP.certificate_pem());
        let config = dir.write("silta.yaml", change(text));
        let (a, b) = (Silta::start(&config), Silta::start(&config));
        front.route_to(&[a.address(), b.address()]);
        idp.identify(&NORDEA.released()).await;
        Self { a, b, front, idp, redis, dir }
    }

    /// `public_url`.
    pub(crate) fn url(&self) -> String {
        self.front.url()
    }

    /// A client of this broker.
    pub(crate) fn shop(&self) -> Shop {
        Shop::of(&self.url())
    }

    /// One whole login as it should be, to the claims of the person who is set at the identity
    /// provider.
    pub(crate) async fn a_login_works(&self) -> Value {
        let page = browser().follow(&self.shop().authorize(&[])).await;
        let code = page.told("code").expect("a code");
        assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
        assert_eq!(page.told("iss"), Some(self.url()));
        let tokens = self.shop().redeem(&code).await;
        assert_eq!(tokens.status, 200);
        let told = self.shop().userinfo(tokens.text("access_token")).await;
        assert_eq!(told.status, 200);
        told.json
    }

    /// A connection to the store, past the replicas.
    pub(crate) async fn redis_connection(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.redis.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// The log line of the refusal whose reference `page` shows.
    pub(crate) async fn refusal(&self, page: &Page) -> Value {
        let reference = page.reference().expect("a page with a reference");
        self.logged(|line| line["message"] == "login refused" && line["login"] == reference).await
    }

    /// The log line of the refusal whose reference the client was told.
    pub(crate) async fn refusal_told(&self, page: &Page) -> Value {
        let description = page.told("error_description").expect("a description");
        let (_, reference) = description.split_once("(reference ").expect("a reference");
        let reference = reference.trim_end_matches(')');
        self.logged(|line| line["message"] == "login refused" && line["login"] == reference).await
    }

    /// The first line in the log of either replica of which `found` is true.
    pub(crate) async fn logged(&self, found: impl Fn(&Value) -> bool) -> Value {
        eventually("log line", async || self.log().into_iter().find(|line| found(line))).await
    }

    /// The logs of both replicas so far.
    pub(crate) fn log(&self) -> Vec<Value> {
        log_of([&self.a, &self.b])
    }
}

/// The logs of these replicas so far.
pub(crate) fn log_of<'r>(replicas: impl IntoIterator<Item = &'r Silta>) -> Vec<Value> {
    let lines = replicas.into_iter().flat_map(Silta::logs);
    lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
}

/// The configuration with refresh tokens for every client.
pub(crate) fn with_refresh_tokens(text: &str) -> String {
    text.replace("    claims: &claims\n", "    refresh_tokens: true\n    claims: &claims\n")
        .replace("    claims: *claims\n", "    refresh_tokens: true\n    claims: *claims\n")
}

/// The section of a public client.
pub(crate) fn public_client(id: &str, redirect_uri: &str) -> String {
    format!(
        "  {id}:\n    authentication: none\n    redirect_uris: ['{redirect_uri}']\n    upstream: idp\n    \
         claims: *claims\n"
    )
}

/// A new browser.
pub(crate) fn browser() -> Browser {
    Browser::new(CALLBACK)
}

/// Waits until `look` returns something.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "no {what} in time");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

const LOOK_AGAIN: Duration = Duration::from_millis(5);
