//! Keys and secrets change at AWS while people log in.

#![expect(clippy::print_stdout, reason = "figures that a run is to show")]

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use silta_testkit::keys::{KeyPair, certificate_of};
use silta_testkit::moto::Moto;
use silta_testkit::peers::Library;
use silta_testkit::program::Program;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{self, Silta};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::at_aws::{AtAws, FIRST_CLIENT_SECRET, SECRET, kids, login, start};
use crate::fixture::eventually;
use crate::person::NORDEA;
use crate::relying_parties;

#[tokio::test]
async fn every_key_is_rotated_while_logins_run_and_none_fails() {
    let mut fixture = AtAws::start(async |_, config| config).await;
    let (shop, running) = (fixture.shop(), AtomicBool::new(true));
    let (done, rounds) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let first_key = login(&shop, FIRST_CLIENT_SECRET).await.expect("a login").0;

    let people = async {
        let mut failed = vec![];
        while running.load(Ordering::Relaxed) {
            // The client takes its new secret into use as Cognito would: at some time in between.
            let secret = CLIENT_SECRETS[rounds.load(Ordering::Relaxed)];
            if let Err(why) = login(&shop, secret).await {
                failed.push(why);
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
        failed
    };
    let rotations = async {
        let mut keys = vec![first_key];
        for round in 1..CLIENT_SECRETS.len() {
            let [id_token, encryption, signing] =
                ["id token", "sp", "sp signing"].map(KeyPair::rsa);
            for (member, pem) in [
                ("id_token", id_token.key_pem()),
                ("saml_signing_key", signing.key_pem()),
                ("saml_signing_certificate", signing.certificate_pem()),
                ("seal", STANDARD.encode([u8::try_from(round).unwrap(); 32]).into()),
                ("saml_encryption_key", encryption.key_pem()),
                ("saml_encryption_certificate", encryption.certificate_pem()),
                ("shop_secret", CLIENT_SECRETS[round].into()),
            ] {
                fixture.members.insert(member.to_owned(), String::from_utf8(pem).unwrap().into());
            }
            fixture.put("AWSPENDING").await;
            let next = fixture.published_by_both(&keys).await;
            let now = login(&shop, CLIENT_SECRETS[round - 1]).await.expect("a login").0;
            assert_eq!(Some(&now), keys.last(), "the next key does not sign yet");

            fixture.moto.promote(SECRET).await;
            for replica in &fixture.replicas {
                replica.log("new key", |line| line["message"] == CHANGED && line["key"] == *next);
            }
            assert!(kids(&shop).await.contains(&now), "the retired key still verifies");
            let new = login(&shop, CLIENT_SECRETS[round - 1]).await.expect("the old secret").0;
            assert_eq!(new, next, "the next key signs");
            rounds.store(round, Ordering::Relaxed);
            login(&shop, CLIENT_SECRETS[round]).await.expect("the new secret");
            keys.push(next);
        }
        // Whatever was begun in between has ended when some more are done.
        let so_far = done.load(Ordering::Relaxed);
        eventually("more logins", async || {
            (done.load(Ordering::Relaxed) > so_far + 2).then_some(())
        })
        .await;
        running.store(false, Ordering::Relaxed);
        keys
    };
    let (failed, keys) = tokio::join!(people, rotations);

    let done = done.load(Ordering::Relaxed);
    println!(
        "rotation: {} rounds, {done} logins meanwhile, {} failed",
        keys.len() - 1,
        failed.len()
    );
    assert_eq!(failed, Vec::<String>::new());
    assert!(done > 5, "{done} logins ran");
    let gone = login(&shop, FIRST_CLIENT_SECRET).await.unwrap_err();
    assert!(gone.contains("invalid_client"), "{gone}");
    assert!(!kids(&shop).await.contains(&keys[0]), "a key of two rotations ago is not published");
}

#[tokio::test]
async fn no_login_notices_that_aws_is_away() {
    let mut fixture = AtAws::start(async |_, config| config).await;
    let shop = fixture.shop();
    let before = login(&shop, FIRST_CLIENT_SECRET).await.expect("a login").1;
    fixture.moto.stop();
    for replica in &fixture.replicas {
        let line = replica.log("notice", |line| {
            line["message"] == "secrets cannot be fetched: the last good ones stay"
        });
        assert_eq!(line["level"], "WARN");
        assert!(line["why"].as_str().unwrap().contains("AWS does not answer"), "{line}");
    }
    let during = login(&shop, FIRST_CLIENT_SECRET).await.expect("a login without AWS").1;
    assert_eq!(before["sub"], during["sub"]);
    NORDEA.is_who_was_told_of(&during);

    fixture.moto.restart();
    let value = Value::from(fixture.members.clone()).to_string();
    fixture
        .and_both_log("secrets can be fetched again", async {
            fixture.moto.create_secret(SECRET, &value).await;
        })
        .await;
    login(&shop, FIRST_CLIENT_SECRET).await.expect("a login with AWS again");
}

#[tokio::test]
async fn a_value_that_cannot_be_used_changes_nothing() {
    let mut fixture = AtAws::start(async |_, config| config).await;
    let (shop, good) = (fixture.shop(), fixture.members.clone());
    let sub = login(&shop, FIRST_CLIENT_SECRET).await.expect("a login").1["sub"].clone();
    for (member, value, why) in [
        ("id_token", "garbage".to_owned(), "keys.id_token[0]: what it refers to is not PEM"),
        ("subject", other_key32(), "keys.subject has changed, and everybody"),
    ] {
        fixture.members.insert(member.to_owned(), value.into());
        fixture.and_both_log(UNUSABLE, fixture.put("AWSCURRENT")).await;
        let line = fixture.replicas[0].log("reason", |line| {
            line["message"] == UNUSABLE && line["why"].as_str().unwrap().contains(why)
        });
        assert_eq!(line["level"], "ERROR");
        let told = login(&shop, FIRST_CLIENT_SECRET).await.expect("a login").1;
        assert_eq!(told["sub"], sub);
        fixture.members.clone_from(&good);
        fixture.and_both_log("secrets can be fetched again", fixture.put("AWSCURRENT")).await;
    }
    // What is only pending is doubted, and left out.
    fixture.members.insert("id_token".to_owned(), "garbage".into());
    fixture.and_both_log("a secret is doubtful", fixture.put("AWSPENDING")).await;
    login(&shop, FIRST_CLIENT_SECRET).await.expect("a login");
}

#[tokio::test]
async fn records_are_kept_where_a_new_url_of_redis_leads() {
    let mut fixture = AtAws::start(async |_, config| config).await;
    let shop = fixture.shop();
    login(&shop, FIRST_CLIENT_SECRET).await.expect("a login");
    let other = RedisServer::start();
    fixture.members.insert("redis_url".to_owned(), other.url().into());
    fixture.and_both_log(CHANGED, fixture.put("AWSCURRENT")).await;
    fixture.redis.stop();
    login(&shop, FIRST_CLIENT_SECRET).await.expect("a login over the other Redis");

    let mut gone = RedisServer::start();
    fixture.members.insert("redis_url".to_owned(), gone.url().into());
    gone.stop();
    fixture.and_both_log(UNUSABLE, fixture.put("AWSCURRENT")).await;
    let line = fixture.replicas[0].log("reason", |line| line["message"] == UNUSABLE);
    let why = line["why"].as_str().unwrap();
    assert!(why.starts_with("the URL of Redis has changed and leads nowhere: "), "{why}");
    login(&shop, FIRST_CLIENT_SECRET).await.expect("a login over the Redis that was good");
}

#[tokio::test]
async fn a_client_that_is_taken_out_while_aws_is_away_is_gone_when_aws_is_back() {
    let (dir, moto, aws) = (TestDir::new(), Moto::start(), TcpFront::start());
    let params = ConfigParams {
        redis: Some(REDIS.to_owned()),
        ..ConfigParams::without_idp(PUBLIC_URL.to_owned())
    };
    let (config, members) = AtAws::configure(&dir, &params);
    moto.create_secret(SECRET, &Value::from(members).to_string()).await;
    let mut environment = moto.environment();
    let behind = std::mem::replace(&mut environment[0].1, aws.url());
    let behind = behind.trim_start_matches("http://").parse().unwrap();
    aws.route_to(&[behind]);
    let mut command = Command::new(silta::binary());
    command.args(["serve", "--watch", "--config"]).arg(&config).envs(environment);
    let replica = Silta::by(&mut command);

    aws.route_to(&[]);
    let text = fs::read_to_string(&config).unwrap();
    let (kept, gone) = text.split_once("  other:\n").unwrap();
    let (_, after) = gone.split_once("  cognito:\n").unwrap();
    dir.write("silta.yaml", format!("{kept}  cognito:\n{after}"));
    replica.signal("HUP");
    let pending = replica.log("try", |line| line["message"] == PENDING);
    assert_eq!(pending["level"], "WARN");
    assert!(pending["why"].as_str().unwrap().contains("AWS does not answer"), "{pending}");
    aws.route_to(&[behind]);
    let used = replica
        .log("use", |line| line["message"] == "the configuration has changed: the new one is used");
    assert_eq!(used["changes"], "clients.other removed");
}

#[tokio::test]
async fn a_replica_that_waits_for_aws_hears_that_it_shall_stop() {
    let (dir, silent) = (TestDir::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let params = ConfigParams {
        redis: Some(REDIS.to_owned()),
        ..ConfigParams::without_idp(PUBLIC_URL.to_owned())
    };
    let (config, _) = AtAws::configure(&dir, &params);
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let mut command = Command::new(silta::binary());
    command.args(["serve", "--config"]).arg(config).envs([
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_REGION", "eu-north-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret-that-nobody-checks"),
    ]);
    let mut program = Program::start("silta", &mut command);
    let asked = silent.accept().expect("it asks AWS");
    program.terminate();
    assert_eq!(program.ended().code(), Some(0));
    drop(asked);
}

#[tokio::test]
async fn a_key_that_never_leaves_kms_signs_id_tokens_and_requests() {
    let fixture = AtAws::start(async |moto, config| {
        let [id_token, saml] = [moto.create_rsa_key().await, moto.create_rsa_key().await];
        let certificate = certificate_of(&moto.public_key(&saml).await);
        let certificate = String::from_utf8(certificate).unwrap();
        moto.create_secret("silta/saml-certificate", &certificate).await;
        config
            .replace("aws-sm:silta/keys#id_token", &format!("aws-kms:{id_token}"))
            .replace("aws-sm:silta/keys#saml_signing_key", &format!("aws-kms:{saml}"))
            .replace("aws-sm:silta/keys#saml_signing_certificate", "aws-sm:silta/saml-certificate")
    })
    .await;
    let shop = fixture.shop();
    // The identity provider takes signed requests only.
    let (kid, told) = login(&shop, FIRST_CLIENT_SECRET).await.expect("a login");
    NORDEA.is_who_was_told_of(&told);
    assert_eq!(kids(&shop).await, [kid]);
    let post = json!({ "client_id": "shop", "pkce": false, "auth_method": "client_secret_post" });
    relying_parties::login(&fixture.front.url(), Library::OpenidClient, post).await;
}

#[tokio::test]
async fn what_is_wrong_at_aws_is_told_with_its_place_before_a_port_opens() {
    let (dir, mut moto) = (TestDir::new(), Moto::start());
    let params = ConfigParams {
        redis: Some(REDIS.to_owned()),
        ..ConfigParams::without_idp(PUBLIC_URL.to_owned())
    };
    let (config, mut members) = AtAws::configure(&dir, &params);
    members.remove("seal");
    members.insert("shop_secret".to_owned(), "short".into());
    let path = config.to_str().unwrap();

    let (code, told) = check(path, &moto);
    assert_eq!(code, Some(64), "{told}");
    assert!(told.contains("keys.id_token[0]: silta/keys cannot be had: AWS does not know it"));
    for (reference, what) in [
        ("aws-sm:silta/keys", "the secret silta/keys is a JSON object; say which of its members"),
        ("aws-sm:silta/keys#", "it is half a reference; write aws-sm:NAME"),
        ("aws-sm:#seal", "it is half a reference; write aws-sm:NAME"),
    ] {
        let text = fs::read_to_string(&config).unwrap();
        let text = text.replace("aws-sm:silta/keys#shop_secret", reference);
        let slip = dir.write("slip.yaml", text);
        moto_with(&mut moto, &members).await;
        let (code, told) = check(slip.to_str().unwrap(), &moto);
        assert_eq!(code, Some(64), "{told}");
        assert!(told.contains(&format!("clients.shop.secret: {what}")), "no {what} in {told}");
    }
    moto.restart();

    moto.create_secret(SECRET, &Value::from(members.clone()).to_string()).await;
    let (code, told) = check(path, &moto);
    assert_eq!(code, Some(64), "{told}");
    for (at, what) in [
        ("11:10", "keys.seal[0]: the secret silta/keys has no text named seal; add it"),
        ("25:13", "clients.shop.secret: the secret is shorter than 16 characters"),
    ] {
        let line = format!("{path}:{at}  {what}");
        assert!(told.contains(&line), "no {line} in {told}");
    }
    assert!(!told.contains("short\""), "a secret is never shown");

    moto.stop();
    let (code, told) = check(path, &moto);
    assert_eq!(code, Some(69), "{told}");
    assert!(told.contains("AWS does not answer, or cannot be asked; check that AWS_REGION"));
}

#[tokio::test]
async fn a_pending_value_that_cannot_be_used_stops_no_start() {
    let (dir, moto) = (TestDir::new(), Moto::start());
    let params = ConfigParams {
        redis: Some(REDIS.to_owned()),
        ..ConfigParams::without_idp(PUBLIC_URL.to_owned())
    };
    let (config, mut members) = AtAws::configure(&dir, &params);
    moto.create_secret(SECRET, &Value::from(members.clone()).to_string()).await;
    members.insert("id_token".to_owned(), "garbage".into());
    members.remove("seal");
    moto.put_secret(SECRET, &Value::from(members).to_string(), &["AWSPENDING"]).await;

    let (code, told) = check(config.to_str().unwrap(), &moto);
    assert_eq!(code, Some(0), "{told}");
    let doubt = "doubtful: keys.id_token[0]: the next version of it cannot be used";
    assert!(told.contains(doubt) && told.contains("it can be used"), "{told}");
    let doubt = "doubtful: keys.seal[0]: the next version of silta/keys has no text named seal";
    assert!(told.contains(doubt), "{told}");
    let silta = start(&config, &moto);
    silta.log("doubt", |line| line["message"] == "the configuration is doubtful");
}

/// The secret with these members, and nothing else.
async fn moto_with(moto: &mut Moto, members: &Map<String, Value>) {
    moto.restart();
    moto.create_secret(SECRET, &Value::from(members.clone()).to_string()).await;
}

fn check(config: &str, moto: &Moto) -> (Option<i32>, String) {
    let output =
        silta::run_with(&["check", "--output", "json", "--config", config], &moto.environment());
    (output.status.code(), silta::said(&output))
}

fn other_key32() -> String {
    STANDARD.encode([9; 32])
}

/// The secret of the client `shop` in each round.
const CLIENT_SECRETS: [&str; 3] =
    [FIRST_CLIENT_SECRET, "the second secret of shop", "the third secret of shop"];
const CHANGED: &str = "secrets have changed: new ones are used";
const PENDING: &str = "the configuration cannot be tried yet: it is tried again";
const UNUSABLE: &str = "secrets cannot be used: the last good ones stay";
const PUBLIC_URL: &str = "http://127.0.0.1:8080";
const REDIS: &str = "redis://127.0.0.1:1";
