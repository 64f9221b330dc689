//! Two replicas over one Redis whose upstream is an OpenID Provider.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use silta_testkit::browser::Page;
use silta_testkit::keys;
use silta_testkit::oidc_provider::OidcProviderPeer;
use silta_testkit::op::HostileOp;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, LOA, TestDir};

use crate::fixture::{eventually, log_of};
use crate::person::NORDEA;
use crate::shop::Shop;

/// Two replicas behind one address, and a provider by npm's oidc-provider or by us.
pub(crate) struct OpFixture<Op> {
    // Fields are dropped in this order: the replicas first, the folder last.
    pub(crate) a: Silta,
    pub(crate) b: Silta,
    pub(crate) front: TcpFront,
    pub(crate) op: Op,
    redis: RedisServer,
    pub(crate) place: TestDir,
}

impl OpFixture<OidcProviderPeer> {
    /// The good case: everything works, and Nordea Demo is at the browser.
    pub(crate) async fn start() -> Self {
        Self::with(json!({}), |_| {}, "").await
    }

    /// The same with this `telemetry` in its configuration.
    pub(crate) async fn with_telemetry(telemetry: &str) -> Self {
        Self::build(json!({}), |_| {}, "", [telemetry, ""]).await
    }

    /// The same with these sections at the end of its configuration.
    pub(crate) async fn with_sections(sections: &str) -> Self {
        Self::build(json!({}), |_| {}, "", ["", sections]).await
    }

    /// The same with these changes: of our metadata as a client, of the provider's settings, and with
    /// these changes of the upstream's section.
    pub(crate) async fn with(
        client: Value,
        change: impl FnOnce(&mut Value),
        section: &str,
    ) -> Self {
        Self::build(client, change, section, ["", ""]).await
    }

    async fn build(
        client: Value,
        change: impl FnOnce(&mut Value),
        section: &str,
        more: [&str; 2],
    ) -> Self {
        let (place, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let mut metadata = json!({
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [format!("{}/oidc/op/callback", front.url())],
            "require_auth_time": true,
        });
        let changes = client.as_object().expect("members").clone();
        metadata.as_object_mut().unwrap().extend(changes);
        metadata.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let text = metadata.to_string().replace("PUBLIC_URL", &front.url());
        let op = OidcProviderPeer::start(&serde_json::from_str(&text).unwrap(), change);
        op.identify(&nordea()).await;
        let issuer = op.issuer();
        Self::over((place, front, redis), op, &section_of(&issuer, section), more)
    }
}

impl OpFixture<HostileOp> {
    /// The good case with a provider that does what a test tells it.
    pub(crate) fn hostile() -> Self {
        Self::hostile_with(|_| {}, "")
    }

    /// The same with a provider that is changed before anybody knows it, and with these changes
    /// of its section.
    pub(crate) fn hostile_with(change: impl FnOnce(&HostileOp), section: &str) -> Self {
        let (place, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let op = HostileOp::start();
        change(&op);
        let issuer = op.issuer();
        Self::over((place, front, redis), op, &section_of(&issuer, section), ["", ""])
    }
}

impl<Op> OpFixture<Op> {
    fn over(
        (place, front, redis): (TestDir, TcpFront, RedisServer),
        op: Op,
        section: &str,
        [telemetry, sections]: [&str; 2],
    ) -> Self {
        let params = ConfigParams {
            redis: Some(redis.url()),
            telemetry: telemetry.to_owned(),
            ..ConfigParams::without_idp(front.url())
        };
        place.write("op.secret", CLIENT_SECRET);
        let config = place.configure(&params);
        with_upstream(&config, section);
        place.write("sp.crt", keys::OTHER_SP.certificate_pem());
        let text = fs::read_to_string(&config).unwrap();
        let config = place.write("silta.yaml", text + sections);
        let (a, b) = (Silta::start(&config), Silta::start(&config));
        front.route_to(&[a.address(), b.address()]);
        Self { a, b, front, op, redis, place }
    }

    /// `public_url`.
    pub(crate) fn url(&self) -> String {
        self.front.url()
    }

    /// A client of this broker.
    pub(crate) fn shop(&self) -> Shop {
        Shop::of(&self.url())
    }

    /// Redis forgets everything.
    pub(crate) async fn forget_all(&self) {
        let client = redis::Client::open(self.redis.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("FLUSHALL").query_async::<()>(&mut connection).await.unwrap();
    }

    /// The log line of the refusal whose reference the page shows, or the client was told.
    pub(crate) async fn refusal(&self, page: &Page) -> Value {
        let told = page.told("error_description");
        let reference = match told.as_deref().and_then(|text| text.split_once("(reference ")) {
            Some((_, reference)) => reference.trim_end_matches(')').to_owned(),
            None => page.reference().expect("a page with a reference").to_owned(),
        };
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

/// The usual person, as oidc-provider is told of them.
pub(crate) fn nordea() -> Value {
    json!({ "sub": "nordea", "acr": LOA, "claims": NORDEA.released() })
}

/// The usual section of an upstream `op`, with other lines; a key without a value is left out.
pub(crate) fn section_of(issuer: &str, changes: &str) -> String {
    let mut lines: Vec<_> = SECTION.lines().map(|line| line.replace("ISSUER", issuer)).collect();
    for (key, value) in changes.lines().filter_map(|line| line.trim().split_once(':')) {
        lines.retain(|line| !line.trim().starts_with(&format!("{key}:")));
        if !value.is_empty() {
            lines.push(format!("    {key}:{value}"));
        }
    }
    lines.join("\n")
}

/// Replaces the SAML upstream of a configuration.
pub(crate) fn with_upstream(config: &Path, section: &str) {
    let text = fs::read_to_string(config).unwrap();
    let (before, rest) = text.split_once("upstreams:\n").unwrap();
    let (_, clients) = rest.split_once("\nclients:\n").unwrap();
    let clients = clients.replace("upstream: idp", "upstream: op");
    fs::write(config, format!("{before}upstreams:\n{section}\nclients:\n{clients}")).unwrap();
}

/// Our client id at the provider.
pub(crate) const CLIENT_ID: &str = "silta";
/// Our secret there: every character that must be escaped in a form or, twice, in a header.
pub(crate) const CLIENT_SECRET: &str = "our secret/of+40=octets:and%more&\"it\"'s~";

const SECTION: &str = "  op:
    protocol: oidc
    issuer: ISSUER
    client_id: silta
    client_secret: file:op.secret
    loa: [http://ftn.ficora.fi/2017/loa2, http://ftn.ficora.fi/2017/loa3]
    subject: [nationalIdentificationNumber]
";
