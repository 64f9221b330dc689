//! Everything that a deployment on Fargate has, on this machine.

use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::{Value, json};
use silta_testkit::authority::Authority;
use silta_testkit::balancer::{Balancer, Rules, State};
use silta_testkit::collector::Collector;
use silta_testkit::keys::certificate_of;
use silta_testkit::moto::Moto;
use silta_testkit::peers::Pysaml2;
use silta_testkit::program::Program;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::TestDir;
use tokio::task::block_in_place;

use super::secrets::Keys;
use crate::person::NORDEA;

/// A load balancer, Secrets Manager and KMS, Redis over TLS, a trace collector and an identity
/// provider; the replicas come and go. Dropping it ends everything.
#[derive(Debug)]
pub(super) struct Deployment {
    /// What people and clients talk to.
    pub(super) balancer: Balancer,
    /// A client as a server somewhere else has it, for tokens.
    pub(super) http: reqwest::Client,
    pub(super) redis: RedisServer,
    /// Every command that Redis was ever given.
    pub(super) monitor: Program,
    pub(super) collector: Collector,
    /// What each replica's admin listener showed before it went.
    pub(super) metrics: Mutex<Vec<Vec<u8>>>,
    /// What the applications know of people.
    pub(super) told: Mutex<Vec<Vec<u8>>>,
    /// Those that the clients know of.
    keys: Mutex<Keys>,
    moto: Moto,
    config: PathBuf,
    environment: Vec<(&'static str, String)>,
    _idp: Pysaml2,
    place: TestDir,
}

impl Deployment {
    /// Starts everything and two replicas, healthy when this returns. Nordea Demo is at every
    /// browser.
    pub(super) async fn start() -> (Self, Silta, Silta) {
        let (place, collector, moto) = (TestDir::new(), Collector::start(), Moto::start());
        let authority = Authority::new("stage authority");
        let balancer = Balancer::start(&authority, HOST, Rules::quick());
        let redis = RedisServer::with_tls(&authority, "opensesame");
        let monitor = redis.monitor();
        // It is read at each login, and written below, as soon as a replica shows it.
        let metadata = place.folder().join(METADATA);
        let idp = Pysaml2::knowing(&place, metadata.to_str().expect("a path in UTF-8"));
        idp.identify(&NORDEA.released()).await;

        let signing = moto.create_rsa_key().await;
        moto.name_key(SIGNING_KEY, &signing).await;
        let certificate = certificate_of(&moto.public_key(&signing).await);
        let keys = Keys::first(String::from_utf8(certificate).expect("PEM is ASCII"));
        moto.create_secret(KEYS, &keys.json()).await;
        moto.create_secret("silta/redis", &json!({ "url": redis.url() }).to_string()).await;

        let text = CONFIGURATION.replace(SSO_IN_FILE, &idp.sso());
        let config = place.write("silta.yaml", text.replace(OTLP_IN_FILE, &collector.url()));
        let roots = place.write("roots.pem", authority.certificate_pem());
        let mut environment = moto.environment();
        environment.push(("SSL_CERT_FILE", roots.to_str().expect("a path in UTF-8").to_owned()));
        let deployment = Self {
            http: balancer.client().build().expect("a client"),
            balancer,
            redis,
            monitor,
            collector,
            metrics: Mutex::default(),
            told: Mutex::default(),
            keys: Mutex::new(keys),
            moto,
            config,
            environment,
            _idp: idp,
            place,
        };
        let (a, b) = (deployment.replica().await, deployment.replica().await);
        deployment.idp_reads_our_metadata().await;
        (deployment, a, b)
    }

    /// Starts a replica, and returns it once the load balancer thinks that it is healthy.
    pub(super) async fn replica(&self) -> Silta {
        let named: Vec<_> =
            self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let silta = block_in_place(|| Silta::start_with(&self.config, &named));
        self.balancer.register(silta.address(), silta.admin());
        self.balancer.wait_for(silta.address(), State::Healthy).await;
        silta
    }

    /// As a deployment does it: no new requests, those in flight end, SIGTERM, and a good end.
    pub(super) async fn drain(&self, replica: &mut Silta) {
        let left = self.balancer.deregister(replica.address()).await;
        assert_eq!(left, 0, "requests were still in flight when the deregistration delay was over");
        self.read_metrics(replica).await;
        replica.terminate();
        block_in_place(|| replica.ended_well());
    }

    /// A host that fails: only its health checks tell of it.
    pub(super) async fn kill(&self, replica: &mut Silta) {
        self.read_metrics(replica).await;
        replica.kill();
        self.balancer.wait_for(replica.address(), State::Unhealthy).await;
        self.balancer.deregister(replica.address()).await;
    }

    /// The steps of `docs/how-to/rotate-a-secret.md`, each once both replicas have said that they
    /// know of the former.
    pub(super) async fn rotate(&self, replicas: [&Silta; 2]) {
        let next = self.keys.lock().unwrap().next();
        self.moto.put_secret(KEYS, &next.json(), &["AWSPENDING"]).await;
        let signs = replicas.map(|replica| changed(replica, &Value::Null));
        self.idp_reads_our_metadata().await;
        self.moto.promote(KEYS).await;
        for (replica, key) in replicas.iter().zip(&signs) {
            changed(replica, key);
        }
        self.idp_reads_our_metadata().await;
        *self.keys.lock().unwrap() = next;
    }

    /// The secret that a client shows now.
    pub(super) fn client_secret(&self, client: &str) -> String {
        self.keys.lock().unwrap().of_client(client)
    }

    /// Keeps what an application got to know.
    pub(super) fn record_claims(&self, claims: &Value) {
        self.told.lock().unwrap().push(claims.to_string().into_bytes());
    }

    async fn read_metrics(&self, replica: &Silta) {
        let asked = self.http.get(format!("http://{}/metrics", replica.admin())).send().await;
        let shown = asked.expect("an answer").error_for_status().expect("metrics");
        let shown = shown.bytes().await.expect("a body").to_vec();
        self.metrics.lock().unwrap().push(shown);
    }

    /// Whole at any moment, as people log in meanwhile.
    async fn idp_reads_our_metadata(&self) {
        let shown = self.http.get(format!("{}/saml/idp/metadata", self.balancer.url()));
        let shown = shown.send().await.unwrap().error_for_status().expect("our metadata");
        let new = self.place.write("new.xml", shown.text().await.expect("a body"));
        std::fs::rename(new, self.place.folder().join(METADATA)).expect("a file");
    }
}

/// Waits until a replica follows what has changed at AWS, and signs ID tokens with another key than
/// `key`; its own key's id.
fn changed(replica: &Silta, key: &Value) -> Value {
    let followed = |line: &Value| line["message"] == CHANGED && line["key"] != *key;
    block_in_place(|| replica.log("change of secrets", followed))["key"].clone()
}

const HOST: &str = "login.example";
const KEYS: &str = "silta/keys";
const SIGNING_KEY: &str = "alias/silta-saml-signing";
const METADATA: &str = "sp-metadata.xml";
const CONFIGURATION: &str = include_str!("../../examples/fargate-like/silta.yaml");
const SSO_IN_FILE: &str = "http://127.0.0.1:8088/sso";
const OTLP_IN_FILE: &str = "http://127.0.0.1:4318";
const CHANGED: &str = "secrets have changed: new ones are used";
