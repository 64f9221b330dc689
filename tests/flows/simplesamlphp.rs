//! SimpleSAMLphp as the identity provider: it knows sessions, and ends them everywhere.

use std::fs;

use silta_testkit::browser::{Browser, Page};
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::simplesamlphp::SimpleSamlPhp;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{CALLBACK, ConfigParams, TestDir};
use url::Url;

use crate::fixture::{browser, eventually};
use crate::person::NORDEA;
use crate::shop::{Answer, Shop};

/// Two replicas over one Redis behind one address, and the identity provider.
struct Deployment {
    // Fields are dropped in this order: the replicas first, the folder last.
    replicas: [Silta; 2],
    front: TcpFront,
    idp: SimpleSamlPhp,
    _redis: RedisServer,
    _dir: TestDir,
}

impl Deployment {
    /// `binding` is how messages of a logout travel to the identity provider.
    fn start(binding: &str) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let idp = SimpleSamlPhp::start(&dir, &front.url(), &NORDEA.released());
        let params = ConfigParams {
            redis: Some(redis.url()),
            idp: idp.entity_id(),
            sso: idp.sso(),
            ..ConfigParams::without_idp(front.url())
        };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        let logout = format!("    single_logout: {{ {binding}: {} }}\n", idp.single_logout());
        let idp_section = format!("    signed: both\n    passive: true\n{logout}");
        let text = text.replace("    signed: both\n", &idp_section);
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

    /// What a login gives.
    async fn login(&self, person: &mut Browser) -> Answer {
        let page = person.follow(&self.shop().authorize(&[])).await;
        self.shop().redeem(&page.told("code").expect("a code")).await
    }

    /// Whether an access token counts.
    async fn counts(&self, tokens: &Answer) -> bool {
        self.shop().userinfo(tokens.text("access_token")).await.status == 200
    }

    /// What a client is told that asks for a login without a page.
    async fn silently(&self, person: &mut Browser) -> Page {
        person.follow(&self.shop().authorize(&[("prompt", "none")])).await
    }

    /// The person logs out at the identity provider, which asks everybody in turn.
    async fn log_out_there(&self, person: &mut Browser) -> Page {
        person.follow(&format!("{}?ReturnTo={CALLBACK}", self.idp.single_logout())).await
    }
}

#[tokio::test]
async fn a_person_of_simplesamlphp_logs_in_and_out_there() {
    for binding in ["redirect", "post"] {
        let deployment = Deployment::start(binding);
        let (mut person, mut other) = (browser(), browser());
        let tokens = deployment.login(&mut person).await;
        let others = deployment.login(&mut other).await;
        let told = deployment.shop().userinfo(tokens.text("access_token")).await;
        NORDEA.is_who_was_told_of(&told.json);

        let page = deployment.log_out_there(&mut person).await;
        let ended_at = page.location().map(|url| url.to_string());
        assert_eq!(ended_at.as_deref(), Some(CALLBACK), "{binding}");
        assert!(!deployment.counts(&tokens).await && deployment.counts(&others).await, "{binding}");
        let received = || {
            let lines = deployment.replicas.iter().flat_map(Silta::logs);
            lines.filter(|line| line.contains("logout received")).count()
        };
        eventually("logout received", async || (received() > 0).then_some(())).await;
        assert_eq!(received(), 1, "{binding}");
    }
}

/// The client asks, and the session of the identity provider ends as well: nobody is logged in
/// silently any more.
#[tokio::test]
async fn a_client_logs_its_person_out_at_simplesamlphp_too() {
    for binding in ["redirect", "post"] {
        let deployment = Deployment::start(binding);
        let mut person = browser();
        let tokens = deployment.login(&mut person).await;
        assert!(deployment.silently(&mut person).await.told("code").is_some(), "{binding}");

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
        let silent = deployment.silently(&mut person).await;
        assert_eq!(silent.told("error").as_deref(), Some("login_required"), "{binding}");
    }
}

const LOGGED_OUT: &str = "https://rp.example/callback/logged-out";
