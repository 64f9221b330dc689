//! Two replicas and a foreign identity provider that know each other by their metadata alone.

use std::fs;

use serde_json::Value;
use silta_testkit::browser::Browser;
use silta_testkit::foreign_idp::{ForeignIdp, our_metadata};
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{self, Silta};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};
use url::Url;

use crate::fixture::{eventually, log_of};
use crate::shop::{Answer, Shop};

/// Two replicas over one Redis behind one address, and the identity provider.
pub(crate) struct Deployment<Idp> {
    // Fields are dropped in this order: the replicas first, the folder last.
    replicas: [Silta; 2],
    pub(crate) front: TcpFront,
    pub(crate) idp: Idp,
    _redis: RedisServer,
    _dir: TestDir,
}

impl<Idp: ForeignIdp> Deployment<Idp> {
    /// Starts the identity provider, gives its metadata to us as it publishes it, ours to it as the command prints it, and
    /// starts replicas whose configuration has these lines of it beside `metadata` and `subject`.
    pub(crate) async fn start(idp: impl FnOnce(&TestDir) -> Idp, lines: &str) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let params =
            ConfigParams { redis: Some(redis.url()), ..ConfigParams::without_idp(front.url()) };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        let idp = idp(&dir);
        let published = reqwest::get(idp.metadata()).await.expect("its metadata");
        dir.write("idp-metadata.xml", published.text().await.unwrap());
        let config = dir.write("silta.yaml", described(&text, lines));
        let printed =
            silta::run(&["metadata", "sp", "idp", "--config", config.to_str().expect("a path")]);
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        fs::write(our_metadata(&dir), printed.stdout).unwrap();
        idp.register(&our_metadata(&dir)).await;
        let replicas = [Silta::start(&config), Silta::start(&config)];
        front.route_to(&replicas.each_ref().map(Silta::address));
        Self { replicas, front, idp, _redis: redis, _dir: dir }
    }
}

/// The configuration with an upstream that is known by its metadata, and with an address after logouts.
fn described(text: &str, lines: &str) -> String {
    let (before, upstream) = text.split_once("\n  idp:\n").expect("an upstream");
    let (_, clients) = upstream.split_once("\nclients:\n").expect("clients");
    let shop = format!("  shop:\n    post_logout_redirect_uris: [{LOGGED_OUT}]\n");
    let clients = clients.replacen("  shop:\n", &shop, 1);
    let known =
        "    metadata: file:idp-metadata.xml\n    subject: [nationalIdentificationNumber]\n";
    format!("{before}\n  idp:\n{known}{lines}\nclients:\n{clients}")
}

impl<Idp> Deployment<Idp> {
    pub(crate) fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    /// Whether an access token counts.
    pub(crate) async fn counts(&self, tokens: &Answer) -> bool {
        self.shop().userinfo(tokens.text("access_token")).await.status == 200
    }

    /// The client of these tokens logs its person out, who comes back to it, and its tokens end.
    pub(crate) async fn its_client_logs_out(&self, person: &mut Browser, tokens: &Answer) {
        let mut out: Url = format!("{}/logout", self.front.url()).parse().unwrap();
        out.query_pairs_mut().extend_pairs([
            ("id_token_hint", tokens.text("id_token")),
            ("post_logout_redirect_uri", LOGGED_OUT),
            ("state", Shop::STATE),
        ]);
        let page = person.follow(out.as_str()).await;
        assert!(page.location().unwrap().as_str().starts_with(LOGGED_OUT), "{}", page.url.path());
        assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
        assert!(!self.counts(tokens).await, "its access token still counts");
    }

    /// One logout came from the identity provider, and no other.
    pub(crate) async fn one_logout_was_received(&self) {
        self.first_logged("logout received").await;
        assert_eq!(self.logged("logout received").len(), 1);
    }

    /// The lines of both replicas so far with this message.
    pub(crate) fn logged(&self, message: &str) -> Vec<Value> {
        log_of(&self.replicas).into_iter().filter(|line| line["message"] == message).collect()
    }

    /// The first of them, once it is there.
    pub(crate) async fn first_logged(&self, message: &str) -> Value {
        eventually(message, async || self.logged(message).into_iter().next()).await
    }
}

const LOGGED_OUT: &str = "https://rp.example/callback/logged-out";
