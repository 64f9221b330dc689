//! What a replica costs: time to ready, memory idle and after ten thousand logins over HTTP with
//! Redis behind it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark, which prints, and whose identity provider reads the real clock"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, Oaep, SignatureAlgorithm};
use silta_saml::{
    Answer, Attribute, EncryptionChoice, NameId, ReceivedAuthnRequest, RedirectMessage, SigningKey,
    Statement, VerificationKey, post_value,
};
use silta_testkit::keys;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::workplace::{CALLBACK, LOA, OTHER_SECRET, Plan, Workplace};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test` builds and starts benchmarks too; it has nothing to learn from this one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let redis = RedisServer::start();
    let place = Workplace::new();
    let mut plan = Plan::alone("https://login.example".to_owned());
    plan.redis = Some(redis.url());
    let config = place.configure(&plan);

    let mut starts: Vec<_> = (0..STARTS).map(|_| time_to_ready(&config)).collect();
    starts.sort_unstable();
    println!("start to ready, median of {STARTS}          {:8} ms", starts[STARTS / 2]);

    let silta = Silta::start(&config);
    println!("resident memory, idle                 {:8.1} MiB", mebibytes(silta.resident()));
    let world = Arc::new(World::new(&silta, &place));
    let began = Instant::now();
    let done = Arc::new(AtomicU32::new(0));
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (world, done) = (world.clone(), done.clone());
            tokio::spawn(async move {
                loop {
                    let turn = done.fetch_add(1, Ordering::Relaxed);
                    if turn >= LOGINS {
                        break;
                    }
                    world.login(turn).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    let memory = mebibytes(silta.resident());
    println!("resident memory after {LOGINS} logins      {memory:8.1} MiB");
    println!(
        "whole logins over HTTP and Redis      {:8.0} a second on this machine, identity provider included",
        f64::from(LOGINS) / seconds
    );
}

/// Milliseconds from starting the process to its being ready.
fn time_to_ready(config: &std::path::Path) -> u128 {
    let began = Instant::now();
    let silta = Silta::start(config);
    let elapsed = began.elapsed().as_millis();
    drop(silta);
    elapsed
}

fn mebibytes(kibibytes: u64) -> f64 {
    f64::from(u32::try_from(kibibytes).unwrap()) / 1024.0
}

/// The world around one replica: a relying party, a browser and an identity provider in one.
struct World {
    http: Client,
    base: String,
    idp: SigningKey,
    broker: VerificationKey,
}

impl World {
    fn new(silta: &Silta, place: &Workplace) -> Self {
        let certificate = std::fs::read(place.folder().join("saml-signing.crt")).unwrap();
        Self {
            http: Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            base: format!("http://{}", silta.address()),
            idp: keys::IDP.signing(SignatureAlgorithm::RsaSha256),
            broker: VerificationKey::from_certificate_pem(&certificate).unwrap(),
        }
    }

    async fn login(&self, turn: u32) {
        let authorize = format!(
            "{}/authorize?client_id=other&redirect_uri={CALLBACK}&response_type=code&scope=openid&state=s",
            self.base
        );
        let left = self.http.get(authorize).send().await.unwrap();
        let header = |name| left.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let cookie = header(SET_COOKIE).split(';').next().unwrap().to_owned();
        let (response, relay_state) = self.answer(&header(LOCATION), turn);

        let form = [("SAMLResponse", response), ("RelayState", relay_state)];
        let acs = self.http.post(format!("{}/saml/idp/acs", self.base));
        let back = acs.header(COOKIE, cookie).form(&form).send().await.unwrap();
        let location = back.headers().get(LOCATION).unwrap().to_str().unwrap();
        let code = location.split("code=").nth(1).expect("a code").split('&').next().unwrap();

        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "other"),
            ("client_secret", OTHER_SECRET),
            ("redirect_uri", CALLBACK),
            ("code", code),
        ];
        let tokens = self.http.post(format!("{}/token", self.base)).form(&form);
        let tokens: serde_json::Value = tokens.send().await.unwrap().json().await.unwrap();
        let userinfo = self.http.get(format!("{}/userinfo", self.base));
        let userinfo = userinfo.bearer_auth(tokens["access_token"].as_str().unwrap());
        assert!(userinfo.send().await.unwrap().status().is_success());
    }

    /// What the identity provider answers to the request in `url`, and the RelayState.
    fn answer(&self, url: &str, turn: u32) -> (String, String) {
        let query = url.split_once('?').unwrap().1;
        let keys = std::slice::from_ref(&self.broker);
        let message = RedirectMessage::verify(query, keys, &SignatureAlgorithm::ALL).unwrap();
        let request = ReceivedAuthnRequest::read(&message).unwrap();
        let name_id = NameId {
            value: format!("_transient{turn}"),
            format: None,
            name_qualifier: None,
            sp_name_qualifier: None,
        };
        let attribute = |name: &str, value: &str| Attribute {
            name: name.to_owned(),
            values: vec![value.to_owned()],
        };
        let attributes = [
            attribute("urn:oid:1.2.246.21", &format!("invented-{turn}")),
            attribute("urn:oid:2.5.4.42", "Väinö"),
            attribute("urn:oid:2.5.4.4", "Meikäläinen"),
        ];
        let now = Timestamp::now();
        let statement = Statement {
            name_id: &name_id,
            authn_instant: now,
            authn_context: LOA,
            session_index: "_session",
            attributes: &attributes,
        };
        let certificate = keys::SP.certificate();
        let encryption = EncryptionChoice {
            recipient: &certificate,
            cipher: DataCipher::Aes256Gcm,
            oaep: Oaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 },
        };
        let answer = Answer {
            issuer: "https://idp.example/metadata",
            audience: &request.issuer,
            acs_url: request.acs_url.as_deref().unwrap(),
            in_response_to: &request.id,
            issued: now,
        };
        let ids = [format!("_response{turn}"), format!("_assertion{turn}")];
        let ids = [ids[0].as_str(), ids[1].as_str()];
        let response = answer.sealed(ids, &statement, &self.idp, encryption, [3; 48]).unwrap();
        (post_value(&response), request.relay_state.unwrap())
    }
}

const STARTS: usize = 11;
const LOGINS: u32 = 10_000;
const AT_ONCE: u32 = 8;
