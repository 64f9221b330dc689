//! Everything that a deployment on Fargate has, on this machine.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silta_testkit::authority::Authority;
use silta_testkit::balancer::{Balancer, Rules, State};
use silta_testkit::keys::{self, KeyPair};
use silta_testkit::moto::Moto;
use silta_testkit::peers::Pysaml2;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::workplace::Workplace;
use tokio::task::spawn_blocking;

use super::references;

/// A load balancer, Secrets Manager, Redis over TLS and an identity provider; the replicas come and
/// go. Dropping it ends everything.
#[derive(Debug)]
pub struct Stage {
    /// What people and clients talk to.
    pub balancer: Balancer,
    /// Where the secrets are.
    pub moto: Moto,
    /// A client as a server somewhere else has it, for tokens.
    pub http: reqwest::Client,
    config: PathBuf,
    environment: Vec<(&'static str, String)>,
    _idp: Pysaml2,
    _redis: RedisServer,
    _place: Workplace,
}

impl Stage {
    /// Starts everything and two replicas, healthy when this returns.
    pub async fn start() -> (Arc<Self>, [Silta; 2]) {
        let place = Workplace::new();
        let authority = Authority::new("stage authority");
        let balancer = Balancer::start(&authority, HOST, Rules::quick());
        let redis = RedisServer::with_tls(&authority, "opensesame");
        // It is read at each login, and written below, as soon as a replica shows it.
        let metadata = place.folder().join("sp-metadata.xml");
        let idp = Pysaml2::knowing(&place, metadata.to_str().expect("a path in UTF-8"));
        idp.identify(&person()).await;

        let moto = Moto::start();
        let secrets = secrets(&redis.url());
        for (name, value) in &secrets {
            moto.create_secret(name, &value.to_string()).await;
        }
        let text = CONFIGURATION.replace(SSO_IN_FILE, &idp.sso());
        let config = place.write("silta.yaml", references::as_files(&text, &secrets, &place));

        let roots = place.write("roots.pem", authority.certificate_pem());
        let mut environment = moto.environment();
        environment.push(("SSL_CERT_FILE", roots.to_str().expect("a path in UTF-8").to_owned()));
        let http = balancer.client().build().expect("a client");
        let stage = Arc::new(Self {
            balancer,
            moto,
            http,
            config,
            environment,
            _idp: idp,
            _redis: redis,
            _place: place,
        });
        let replicas = [stage.replica().await, stage.replica().await];
        let shown = stage.http.get(format!("{}/saml/idp/metadata", stage.balancer.url()));
        let shown = shown.send().await.unwrap().error_for_status().expect("our metadata");
        std::fs::write(metadata, shown.text().await.unwrap()).expect("a file");
        (stage, replicas)
    }

    /// Starts a replica, and returns it once the load balancer thinks that it is healthy.
    pub async fn replica(&self) -> Silta {
        let (config, environment) = (self.config.clone(), self.environment.clone());
        let started = spawn_blocking(move || {
            let named: Vec<_> =
                environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Silta::start_with(&config, &named)
        });
        let silta = started.await.expect("a replica");
        self.balancer.register(silta.address(), silta.admin());
        self.balancer.wait_for(silta.address(), State::Healthy).await;
        silta
    }
}

/// What is in Secrets Manager, by name: the value of each secret is JSON, and a reference names a
/// member of it.
fn secrets(redis_url: &str) -> Vec<(&'static str, Value)> {
    let (id_token, signing) = (KeyPair::rsa("id token"), KeyPair::rsa("sp signing"));
    let text = |pem: Vec<u8>| String::from_utf8(pem).expect("PEM is ASCII");
    let keys = json!({
        "id_token": text(id_token.key_pem()),
        "saml_signing_key": text(signing.key_pem()),
        "saml_signing_certificate": text(signing.certificate_pem()),
        "saml_encryption_key": text(keys::SP.key_pem()),
        "saml_encryption_certificate": text(keys::SP.certificate_pem()),
        "idp_certificate": text(keys::IDP.certificate_pem()),
        "seal": STANDARD.encode([7; 32]),
        "subject": STANDARD.encode([8; 32]),
    });
    vec![
        ("silta/keys", keys),
        ("silta/redis", json!({ "url": redis_url })),
        ("silta/clients", json!({ "cognito": CLIENT_SECRET })),
    ]
}

/// An invented person. Individual numbers from 900 are never given to anybody.
fn person() -> Value {
    json!({
        "urn:oid:1.2.246.21": ["120670-901P"],
        "urn:oid:2.5.4.42": ["Väinö"],
        "urn:oid:2.5.4.4": ["Meikäläinen"],
    })
}

/// The secret of the client `cognito`.
pub(super) const CLIENT_SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
const HOST: &str = "login.example";
const CONFIGURATION: &str = include_str!("../../examples/fargate-like/silta.yaml");
const SSO_IN_FILE: &str = "http://127.0.0.1:8088/sso";
