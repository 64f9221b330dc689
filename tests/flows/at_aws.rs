//! A world whose keys and secrets lie at AWS, in the one secret that the documentation describes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use silta_testkit::jws::Jws;
use silta_testkit::moto::Moto;
use silta_testkit::peers::Pysaml2;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, SHOP_SECRET, TestDir};

use crate::fixture::{browser, eventually};
use crate::person::NORDEA;
use crate::shop::Shop;

/// Two replicas that know of nothing but references.
pub(crate) struct AtAws {
    // Fields are dropped in this order: the replicas first, the folder last.
    pub(crate) replicas: Vec<Silta>,
    pub(crate) front: TcpFront,
    _idp: Pysaml2,
    pub(crate) moto: Moto,
    /// What the secret holds now.
    pub(crate) members: Map<String, Value>,
    pub(crate) redis: RedisServer,
    _place: TestDir,
}

impl AtAws {
    /// Everything is well, and Nordea Demo is at the browser. `change` has the last word on the
    /// configuration.
    pub(crate) async fn start(change: impl AsyncFnOnce(&Moto, String) -> String) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let (moto, idp) = (Moto::start(), Pysaml2::start(&dir, &front.url()));
        let params = ConfigParams {
            redis: Some(redis.url()),
            idp: idp.entity_id(),
            sso: idp.sso(),
            ..ConfigParams::without_idp(front.url())
        };
        let (config, members) = Self::configure(&dir, &params);
        moto.create_secret(SECRET, &Value::from(members.clone()).to_string()).await;
        let text = change(&moto, fs::read_to_string(&config).unwrap()).await;
        let config = dir.write("silta.yaml", text);
        let replicas = vec![start(&config, &moto), start(&config, &moto)];
        let addresses: Vec<_> = replicas.iter().map(Silta::address).collect();
        front.route_to(&addresses);
        idp.identify(&NORDEA.released()).await;
        Self { replicas, front, _idp: idp, moto, members, redis, _place: dir }
    }

    /// A configuration in which every file is a member of the secret, and these members.
    pub(crate) fn configure(dir: &TestDir, params: &ConfigParams) -> (PathBuf, Map<String, Value>) {
        let config = dir.configure(params);
        let mut text = fs::read_to_string(&config).unwrap();
        let mut members = Map::new();
        for (file, member) in MEMBERS {
            let from = format!("file:{file}");
            if text.contains(&from) {
                let content = fs::read_to_string(dir.folder().join(file)).unwrap();
                members.insert(member.to_owned(), content.trim_end().into());
                text = text.replace(&from, &format!("aws-sm:{SECRET}#{member}"));
            }
        }
        assert!(!text.contains("file:"), "everything lies at AWS");
        let text = text + "\nsecrets: { refresh: 1s }\n";
        (dir.write("silta.yaml", text), members)
    }

    /// A client of this broker.
    pub(crate) fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    /// Puts the members as they are now into the secret, under this label.
    pub(crate) async fn put(&self, stage: &str) {
        let value = Value::from(self.members.clone()).to_string();
        self.moto.put_secret(SECRET, &value, &[stage]).await;
    }

    /// Waits until both replicas publish a key that is not among `known`, and returns its id.
    pub(crate) async fn published_by_both(&self, known: &[String]) -> String {
        let mut fresh = String::new();
        for replica in &self.replicas {
            let alone = Shop::at(replica);
            fresh = eventually("next key", async || {
                kids(&alone).await.into_iter().find(|kid| !known.contains(kid))
            })
            .await;
        }
        fresh
    }

    /// Does something at AWS, and waits until every replica has logged `message` for it.
    pub(crate) async fn and_both_log(&self, message: &str, act: impl Future<Output = ()>) {
        let seen = |one: &Silta| one.logs().iter().filter(|line| line.contains(message)).count();
        let before: Vec<_> = self.replicas.iter().map(seen).collect();
        act.await;
        for (replica, before) in self.replicas.iter().zip(before) {
            eventually(message, async || (seen(replica) > before).then_some(())).await;
        }
    }
}

/// One login from the browser to userinfo with this client secret; what the ID token's header says
/// of its key, and what was told of the person.
pub(crate) async fn login(shop: &Shop, secret: &str) -> Result<(String, Value), String> {
    let page = browser().follow(&shop.authorize(&[])).await;
    let code = page.told("code").ok_or_else(|| format!("no code, but {}", page.status))?;
    let tokens = shop.redeem_with(&[("code", &code), ("client_secret", secret)]).await;
    if tokens.status != 200 {
        return Err(format!("no tokens, but {:?}", tokens.error()));
    }
    let told = shop.userinfo(tokens.text("access_token")).await;
    let id_token = Jws::read(tokens.text("id_token")).expect("a JWS");
    match told.status {
        200 => Ok((id_token.header("kid").unwrap().to_owned(), told.json)),
        other => Err(format!("no userinfo, but {other}")),
    }
}

/// The ids of the keys that are published.
pub(crate) async fn kids(shop: &Shop) -> Vec<String> {
    let set: Value = shop.get("/jwks").send().await.unwrap().json().await.unwrap();
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn start(config: &Path, moto: &Moto) -> Silta {
    let environment = moto.environment();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, &**value)).collect();
    Silta::start_with(config, &environment)
}

/// The name of the secret.
pub(crate) const SECRET: &str = "silta/keys";
/// The secret of the client `shop` at the start.
pub(crate) const FIRST_CLIENT_SECRET: &str = SHOP_SECRET;
const MEMBERS: [(&str, &str); 11] = [
    ("id-token.pem", "id_token"),
    ("saml-signing.pem", "saml_signing_key"),
    ("saml-signing.crt", "saml_signing_certificate"),
    ("saml-encryption.pem", "saml_encryption_key"),
    ("saml-encryption.crt", "saml_encryption_certificate"),
    ("seal", "seal"),
    ("subject", "subject"),
    ("shop.secret", "shop_secret"),
    ("other.secret", "other_secret"),
    ("redis.url", "redis_url"),
    ("idp.crt", "idp_certificates"),
];
