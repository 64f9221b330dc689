//! SimpleSAMLphp as the identity provider: it knows sessions, and ends them everywhere.

use std::fs;

use silta_testkit::browser::{Browser, Page};
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::simplesamlphp::SimpleSamlPhp;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{CALLBACK, ConfigParams, TestDir};

use crate::fixture::{browser, eventually};
use crate::person::NORDEA;
use crate::shop::Shop;

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
        let text = text.replace("    signed: both\n", &format!("    signed: both\n{logout}"));
        let config = dir.write("silta.yaml", text);
        let replicas = [Silta::start(&config), Silta::start(&config)];
        front.route_to(&replicas.each_ref().map(Silta::address));
        Self { replicas, front, idp, _redis: redis, _dir: dir }
    }

    fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    /// The access token of a login.
    async fn login(&self, person: &mut Browser) -> String {
        let page = person.follow(&self.shop().authorize(&[])).await;
        let code = page.told("code").expect("a code");
        self.shop().redeem(&code).await.text("access_token").to_owned()
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
        let token = deployment.login(&mut person).await;
        let others = deployment.login(&mut other).await;
        let told = deployment.shop().userinfo(&token).await;
        NORDEA.is_who_was_told_of(&told.json);

        let page = deployment.log_out_there(&mut person).await;
        assert_eq!(
            page.location().map(|url| url.to_string()).as_deref(),
            Some(CALLBACK),
            "{binding}"
        );
        assert_eq!(deployment.shop().userinfo(&token).await.status, 401);
        assert_eq!(deployment.shop().userinfo(&others).await.status, 200);
        let received = || {
            let lines = deployment.replicas.iter().flat_map(Silta::logs);
            lines.filter(|line| line.contains("logout received")).count()
        };
        eventually("logout received", async || (received() > 0).then_some(())).await;
        assert_eq!(received(), 1, "{binding}");
    }
}
