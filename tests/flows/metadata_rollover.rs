//! An identity provider changes its keys, its signer and its mind, and two replicas go on: nobody's login fails,
//! and one replica asks for both.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use silta_testkit::keys::{IDP, KeyPair, ROGUE};
use silta_testkit::login_runner::LoginRunner;
use silta_testkit::quick_idp::{MetadataServer, quick_metadata, signed_metadata};
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{ConfigParams, QUICK_IDP, TestDir};
use tokio::task::JoinSet;

use crate::fixture::{eventually, log_of};

/// Two replicas over one Redis, an identity provider, and the server of its metadata.
struct Rollover {
    // Fields are dropped in this order: the replicas first, the folder last.
    replicas: Vec<Silta>,
    server: MetadataServer,
    config: PathBuf,
    redis: RedisServer,
    dir: TestDir,
}

impl Rollover {
    /// `vouched` says in the configuration who vouches for the metadata.
    fn start(document: String, vouched: &str, write: impl FnOnce(&TestDir)) -> Self {
        let (dir, redis) = (TestDir::new(), RedisServer::start());
        write(&dir);
        let server = MetadataServer::start(document);
        let params = ConfigParams {
            redis: Some(redis.url()),
            ..ConfigParams::without_idp("http://127.0.0.1:4180".to_owned())
        };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        let written = "    signing_certificates: [file:idp.crt]\n";
        let sso = text.lines().find(|line| line.starts_with("    sso: ")).unwrap().to_owned();
        let metadata = format!(
            "    metadata: {{ from: '{}', {vouched}, hosts: [idp.example] }}\n",
            server.url()
        );
        assert!(text.contains(written) && text.contains(QUICK_IDP));
        let text = text.replacen(written, &metadata, 1).replacen(&format!("{sso}\n"), "", 1);
        let config = dir.write("silta.yaml", text);
        let replicas = vec![Silta::start(&config), Silta::start(&config)];
        Self { replicas, server, config, redis, dir }
    }

    /// Browsers at this replica whose identity provider signs with this key.
    fn browsers(&self, replica: usize, key: &KeyPair) -> LoginRunner {
        LoginRunner::at(&self.replicas[replica], &self.dir).signing_with(key)
    }

    /// What would take a minute: the store forgets that somebody asked a moment ago.
    fn a_minute_goes_by(&self) {
        let forget = "for _, key in ipairs(redis.call('KEYS', 'silta:metadata_attempt:*')) do \
                      redis.call('DEL', key) end return 1";
        let _ = self.redis.ask(&["EVAL", forget, "0"]);
    }

    fn log(&self) -> Vec<Value> {
        log_of(&self.replicas)
    }

    async fn logged(&self, what: &str, found: impl Fn(&Value) -> bool) -> Value {
        eventually(what, async || self.log().into_iter().find(|line| found(line))).await
    }

    /// What Prometheus is told by this replica.
    async fn metrics(&self, replica: usize) -> String {
        let address = self.replicas[replica].admin();
        reqwest::get(format!("http://{address}/metrics")).await.unwrap().text().await.unwrap()
    }
}

/// Twenty logins a second at both replicas by turns, with the key of the moment.
struct Rush {
    key: Mutex<Arc<[LoginRunner; 2]>>,
}

impl Rush {
    fn signs_with(&self, world: &Rollover, key: &KeyPair) {
        *self.key.lock().unwrap() = Arc::new([0, 1].map(|replica| world.browsers(replica, key)));
    }

    /// Begins so many logins, numbered from here.
    async fn begin(&self, turns: std::ops::Range<u32>, under_way: &mut JoinSet<()>) {
        for turn in turns {
            let runners = self.key.lock().unwrap().clone();
            under_way.spawn(async move {
                let replica = usize::from(turn % 2 == 1);
                runners[replica].one(turn).await;
            });
            tokio::time::sleep(PACE).await;
        }
    }
}

/// What has begun by the former key ends while the next one signs.
#[tokio::test]
async fn no_login_fails_while_keys_roll_over_and_one_replica_asks_for_both() {
    let [next, third] = ["next", "third"].map(KeyPair::rsa);
    let mut world = Rollover::start(quick_metadata(&[&IDP, &next]), "trust: tls", |_| {});
    let first = Arc::new([0, 1].map(|replica| world.browsers(replica, &IDP)));
    let (rush, mut under_way) = (Rush { key: Mutex::new(first) }, JoinSet::new());
    rush.begin(0..12, &mut under_way).await;
    // Published before it is used.
    rush.signs_with(&world, &next);
    rush.begin(12..24, &mut under_way).await;
    assert_eq!(world.server.asked(), 1, "both know it, and one has asked");
    // Used before anybody has seen it.
    world.server.publish(quick_metadata(&[&next, &third]));
    rush.signs_with(&world, &third);
    rush.begin(24..48, &mut under_way).await;
    // Each of them panics where it fails.
    under_way.join_all().await;
    assert_eq!(world.server.asked(), 2, "once more for both");
    let refused = world.log().into_iter().find(|line| line["message"] == "login refused");
    assert_eq!(refused, None);

    let (gone, new) = (IDP.certificate().fingerprint(), third.certificate().fingerprint());
    let changes = format!("added key {new}; removed key {gone}");
    for replica in &world.replicas {
        let line = replica.log("what has changed", |line| {
            line["message"] == "the identity provider's metadata has changed"
        });
        assert_eq!(
            (&line["upstream"], &line["changes"]),
            (&"idp".into(), &changes.as_str().into())
        );
    }
    for replica in [0, 1] {
        let shown = world.metrics(replica).await;
        for place in ["0", "1"] {
            let begin = format!(
                "silta_certificate_days_left{{party=\"idp\",usage=\"signing\",place=\"{place}\"}}"
            );
            assert!(shown.contains(&begin), "{begin} in {shown}");
        }
    }

    // A replica that starts while nobody answers knows what the others know.
    world.server.go_down();
    let late = Silta::start(&world.config);
    world.replicas.push(late);
    world.browsers(2, &third).one(48).await;
}

#[tokio::test]
async fn a_poisoned_refresh_changes_nothing_and_somebody_is_told_and_a_signer_may_roll() {
    let [federation, its_next, next] = ["federation", "its next", "next"].map(KeyPair::rsa);
    let week = SignedDuration::from_hours(7 * 24);
    let good = quick_metadata(&[&IDP]);
    let signed = |document: &str| signed_metadata(document, &federation, week);
    let vouched = "signers: [file:signer.crt, file:next-signer.crt]";
    let world = Rollover::start(signed(&good), vouched, |dir| {
        dir.write("signer.crt", federation.certificate_pem());
        dir.write("next-signer.crt", its_next.certificate_pem());
    });
    let (a, b) = (world.browsers(0, &IDP), world.browsers(1, &IDP));
    tokio::join!(a.one(0), b.one(1));
    let poisoned = quick_metadata(&[&ROGUE]);
    let by_next = |document: &str, life| signed_metadata(document, &its_next, life);
    let elsewhere = poisoned.replace("https://idp.example/sso", "https://evil.example/sso");
    let swapped = poisoned.replace(QUICK_IDP, "https://evil.example/metadata");
    let downgraded = poisoned.replace("urn:oasis:names:tc:SAML:2.0:protocol", "urn:other");
    let emptied = poisoned.replace("md:KeyDescriptor", "md:Other");
    let past = SignedDuration::from_hours(-1);
    for (turn, (document, reason)) in (2..).zip([
        (signed_metadata(&poisoned, &ROGUE, week), "signature_no_key_matches"),
        (signed(&good).replace("idp.example/sso", "idp.example/sso2"), "signature_digest_mismatch"),
        (signed(&swapped), "metadata_entity_missing"),
        (signed(&downgraded), "metadata_other_protocol"),
        (signed(&emptied), "metadata_no_signing_key"),
        (by_next(&poisoned, past), "metadata_expired"),
        (signed(&elsewhere), "metadata_unlisted_host"),
        (String::new(), "not_well_formed"),
    ]) {
        world.server.publish(document);
        world.a_minute_goes_by();
        // Whoever poisons it signs a response, too, which has the metadata fetched.
        let told = world.browsers(turn % 2, &ROGUE).come_back(100).await;
        assert!(told.contains("error="), "{told}");
        let by_key = "signature_no_key_matches";
        world
            .logged(reason, |line| {
                line["message"] == "login refused"
                    && line["reason"] == by_key
                    && line["cause"] == reason
            })
            .await;
        let line = world
            .logged(reason, |line| {
                let message = "the provider's metadata or keys cannot be fetched";
                line["message"] == message && line["cause"] == reason
            })
            .await;
        assert_eq!((&line["upstream"], &line["level"]), (&"idp".into(), &"WARN".into()));
        let counted = format!("outcome=\"failed\",cause=\"{reason}\"");
        eventually("what counts it", async || {
            world.metrics(turn % 2).await.contains(&counted).then_some(())
        })
        .await;
        let turn = u32::try_from(turn).unwrap() * 2;
        tokio::join!(a.one(turn), b.one(turn + 1));
    }
    // Nothing of all that counted; and now the other signer, and another key.
    let later = week + SignedDuration::from_hours(1);
    world.server.publish(by_next(&quick_metadata(&[&IDP, &next]), later));
    world.a_minute_goes_by();
    let (a, b) = (world.browsers(0, &next), world.browsers(1, &next));
    tokio::join!(a.one(50), b.one(51));
    world
        .logged("that it is over", |line| {
            line["message"] == "the provider's metadata and keys can be fetched again"
        })
        .await;
}

/// Twenty a second.
const PACE: Duration = Duration::from_millis(50);
