//! Two replicas whose identity provider knows sessions, and ends them everywhere.

use std::fs;

use serde_json::Value;
use silta_testkit::browser::Browser;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
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

/// What Silta's configuration says of the identity provider.
pub(crate) struct IdpSection {
    pub(crate) entity_id: String,
    pub(crate) sso: String,
    /// Whether requests for logins are posted.
    pub(crate) post: bool,
    /// The binding of logouts, and their address.
    pub(crate) single_logout: (String, String),
    /// Lines of its own.
    pub(crate) lines: String,
}

impl<Idp> Deployment<Idp> {
    /// Starts the identity provider for the Silta at an address, and replicas that know it by this section;
    /// `change` changes their configuration then.
    pub(crate) fn start(
        idp: impl FnOnce(&TestDir, &str) -> Idp,
        section: impl FnOnce(&Idp) -> IdpSection,
        change: impl FnOnce(String) -> String,
    ) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let idp = idp(&dir, &front.url());
        let IdpSection { entity_id, sso, post, single_logout: (binding, slo), lines } =
            section(&idp);
        let params = ConfigParams {
            redis: Some(redis.url()),
            idp: entity_id,
            sso,
            post,
            ..ConfigParams::without_idp(front.url())
        };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        let logout = format!("    single_logout: {{ {binding}: {slo} }}\n");
        let section = format!("    signed: both\n{lines}{logout}");
        let shop = format!("  shop:\n    post_logout_redirect_uris: [{LOGGED_OUT}]\n");
        let text = text.replace("    signed: both\n", &section).replace("  shop:\n", &shop);
        let config = dir.write("silta.yaml", change(text));
        let replicas = [Silta::start(&config), Silta::start(&config)];
        front.route_to(&replicas.each_ref().map(Silta::address));
        Self { replicas, front, idp, _redis: redis, _dir: dir }
    }

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
