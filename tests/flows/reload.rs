//! The configuration changes while people log in. `just reloads` does it a thousand times.

#![expect(clippy::print_stdout, reason = "figures that a run is to show")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::Value;
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::forge::SentRequest;
use silta_testkit::keys;
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{self, Silta};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{browser, eventually, log_of};
use crate::shop::Shop;

/// Two replicas over one Redis that read one file.
struct Replicas {
    both: [Silta; 2],
    front: TcpFront,
    idp: QuickIdp,
    _redis: RedisServer,
    dir: TestDir,
    /// What the file says at first.
    text: String,
}

impl Replicas {
    fn start() -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let params =
            ConfigParams { redis: Some(redis.url()), ..ConfigParams::without_idp(front.url()) };
        let config = dir.configure(&params);
        let text = fs::read_to_string(&config).unwrap();
        let both = [Silta::start(&config), Silta::start(&config)];
        front.route_to(&[both[0].address(), both[1].address()]);
        let idp = QuickIdp::of(&dir);
        Self { both, front, idp, _redis: redis, dir, text }
    }

    fn config(&self) -> PathBuf {
        self.dir.folder().join("silta.yaml")
    }

    fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    /// A browser on its way, with the request that it brings to the identity provider.
    async fn leave(&self, changes: &[(&str, &str)]) -> (Browser, SentRequest) {
        let mut browser = browser();
        let left = browser.get(&self.shop().authorize(changes)).await;
        let location = left.location().unwrap_or_else(|| panic!("{}", left.body));
        (browser, self.idp.request(location.as_str()))
    }

    /// It comes back with an answer about the person `turn`.
    async fn come_back(&self, (mut browser, request): (Browser, SentRequest), turn: u32) -> Page {
        let answer = Form {
            action: format!("{}/saml/idp/acs", self.front.url()).parse().unwrap(),
            fields: vec![
                ("SAMLResponse".to_owned(), self.idp.answer(&request, turn)),
                ("RelayState".to_owned(), request.relay_state.clone().unwrap()),
            ],
        };
        browser.submit(&answer).await
    }

    /// What the shop is told of the person in whose browser this page is.
    async fn told(&self, page: &Page) -> Value {
        let code = page.told("code").unwrap_or_else(|| panic!("{}", page.body));
        let tokens = self.shop().redeem(&code).await;
        assert_eq!(tokens.status, 200);
        self.shop().userinfo(tokens.text("access_token")).await.json
    }

    /// Writes the file as an administrator's tool does, whole or not at all, and has both replicas read it. What each
    /// says of it.
    async fn read_anew(&self, text: &str) -> [Value; 2] {
        let next = self.dir.write("silta.yaml.next", text);
        fs::rename(next, self.config()).unwrap();
        self.hang_up().await
    }

    async fn hang_up(&self) -> [Value; 2] {
        let before = self.both.each_ref().map(|replica| outcomes(replica).len());
        self.both.iter().for_each(|replica| replica.signal("HUP"));
        let [a, b] = &self.both;
        [outcome(a, before[0]).await, outcome(b, before[1]).await]
    }

    /// The same where both replicas must use it.
    async fn use_now(&self, text: &str) -> [Value; 2] {
        let told = self.read_anew(text).await;
        assert!(told.iter().all(|line| line["message"] == CHANGED), "{told:?}");
        told
    }
}

/// What a replica said of configurations that it read anew.
fn outcomes(replica: &Silta) -> Vec<Value> {
    let known = |line: &Value| OUTCOMES.contains(&line["message"].as_str().unwrap_or_default());
    log_of([replica]).into_iter().filter(known).collect()
}

async fn outcome(replica: &Silta, before: usize) -> Value {
    eventually("outcome of a reload", async || outcomes(replica).into_iter().nth(before)).await
}

/// What the admin listener shows.
async fn shown(replica: &Silta, path: &str) -> String {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}{path}", replica.admin());
    http.get(url).send().await.unwrap().text().await.unwrap()
}

async fn health(replica: &Silta) -> Value {
    serde_json::from_str(&shown(replica, "/health/ready").await).unwrap()
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[tokio::test]
async fn a_login_ends_by_the_rules_that_it_began_with_and_the_next_one_by_the_new_ones() {
    let replicas = Replicas::start();
    let first = health(&replicas.both[0]).await["configuration"]["hash"].clone();
    let (left, again) = (replicas.leave(&[]).await, replicas.leave(&[]).await);
    let renamed = replaced(&replicas.text, "FI_firstName:", "first:");
    let told = replicas.use_now(&renamed).await;
    let changes = told[0]["changes"].as_str().unwrap();
    assert!(changes.contains("clients.shop.claims.FI_firstName removed"), "{changes}");
    assert!(changes.contains("clients.shop.claims.first added"), "{changes}");
    let person = replicas.told(&replicas.come_back(left, 1).await).await;
    assert_eq!((&person["FI_firstName"], &person["first"]), (&"Väinö".into(), &Value::Null));
    let next = replicas.leave(&[]).await;
    let person = replicas.told(&replicas.come_back(next, 2).await).await;
    assert_eq!((&person["FI_firstName"], &person["first"]), (&Value::Null, &"Väinö".into()));

    let now = health(&replicas.both[0]).await["configuration"].clone();
    assert_ne!(now["hash"], first);
    assert_eq!((&now["hash"], &now["last_read"]["outcome"]), (&told[1]["hash"], &"changed".into()));
    let metrics = shown(&replicas.both[0], "/metrics").await;
    let build = format!("configuration=\"{}\"", now["hash"].as_str().unwrap());
    assert!(metrics.contains(&build) && !metrics.contains(first.as_str().unwrap()), "{metrics}");
    let config = replicas.config();
    let arguments = ["check", "--output", "json", "--config", config.to_str().unwrap()];
    let checked = silta::run(&arguments).stdout;
    let checked: Value = serde_json::from_slice(&checked).unwrap();
    assert_eq!(checked["meaning"], now["hash"]);

    // A replica that starts now has never had the first one: its own counts.
    let late = Silta::start(&config);
    replicas.front.route_to(&[late.address()]);
    let person = replicas.told(&replicas.come_back(again, 3).await).await;
    assert_eq!(person["first"], "Väinö");
}

#[tokio::test]
async fn what_was_taken_away_is_gone_at_once() {
    let replicas = Replicas::start();
    let other = replicas.leave(&[("client_id", "other")]).await;
    let (shop, forged) = (replicas.leave(&[]).await, replicas.leave(&[]).await);
    let (kept, gone) = replicas.text.split_once("  other:\n").unwrap();
    let (_, after) = gone.split_once("  cognito:\n").unwrap();
    let without_client = format!("{kept}  cognito:\n{after}");
    let told = replicas.use_now(&without_client).await;
    assert_eq!(told[0]["changes"], "clients.other removed");
    let page = replicas.come_back(other, 1).await;
    assert_eq!(reason(&replicas, &page).await, "misconfigured");
    replicas.told(&replicas.come_back(shop, 2).await).await;

    // The certificate of a key that was stolen, in the same file.
    replicas.dir.write("idp.crt", keys::OTHER_SP.certificate_pem());
    let told = replicas.hang_up().await;
    assert!(told[0]["files"].as_str().unwrap().ends_with("/idp.crt"), "{}", told[0]);
    let page = replicas.come_back(forged, 3).await;
    assert_eq!(reason(&replicas, &page).await, "signature_no_key_matches");
    replicas.dir.write("idp.crt", keys::IDP.certificate_pem());
    replicas.hang_up().await;

    let left = replicas.leave(&[]).await;
    let callback = silta_testkit::test_dir::CALLBACK;
    let moved = replaced(&replicas.text, &format!("[{callback}]"), "['https://rp.example/moved']");
    replicas.use_now(&moved).await;
    let page = replicas.come_back(left, 4).await;
    assert_eq!(reason(&replicas, &page).await, "misconfigured");
}

/// The reason of the refusal whose reference the page shows, or the client was told.
async fn reason(replicas: &Replicas, page: &Page) -> String {
    let told = page.told("error_description").and_then(|text| {
        let (_, reference) = text.split_once("(reference ")?;
        Some(reference.trim_end_matches(')').to_owned())
    });
    let reference = told.or_else(|| page.reference().map(Into::into));
    let reference = reference.unwrap_or_else(|| panic!("{}", page.body));
    let refused = |line: &Value| line["message"] == "login refused" && line["login"] == reference;
    let line = eventually("refusal", async || {
        log_of(&replicas.both).into_iter().find(|line| refused(line))
    });
    line.await["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_cannot_be_used_changes_nothing_and_is_named() {
    let replicas = Replicas::start();
    let first = health(&replicas.both[0]).await["configuration"]["hash"].clone();
    let with = |from: &str, to: &str| replaced(&replicas.text, from, to);
    for (text, why) in [
        ("clients: [\n".to_owned(), "silta.yaml:"),
        (with("upstream: idp\n", "upstream: nowhere\n"), "clients.shop.upstream: "),
        (with("listen: 127.0.0.1:0", "listen: 127.0.0.1:1"), "listen changed, and the process"),
        (with("public_url: http", "public_url: https"), "public_url changed, and every link"),
        (with("[file:seal]", "[file:idp.crt, file:seal]"), "keys.seal"),
    ] {
        let told = replicas.read_anew(&text).await;
        for line in &told {
            assert_eq!((&line["level"], &line["message"]), (&"ERROR".into(), &REFUSED.into()));
            assert_eq!(line["hash"], first);
            assert!(line["why"].as_str().unwrap().contains(why), "{why}: {line}");
        }
    }
    // Behind a reference that is the same.
    replicas.dir.write("subject", "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
    let told = replicas.read_anew(&replicas.text).await;
    let why = "subject of keys.subject changed, and everybody would become somebody else";
    assert!(told[0]["why"].as_str().unwrap().contains(why), "{}", told[0]);
    replicas.dir.write("subject", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=");
    // A file that others can change.
    for name in ["silta.yaml", "idp.crt"] {
        let path = replicas.dir.folder().join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
        let told = replicas.hang_up().await;
        let wanted = format!("{name}, whose mode is 0664; chmod go-w ");
        assert!(told[0]["why"].as_str().unwrap().contains(&wanted), "{}", told[0]);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let shown_now = health(&replicas.both[0]).await;
    assert_eq!(shown_now["status"], "ready");
    assert_eq!(shown_now["warnings"][0]["reason"], "configuration_refused");
    assert_eq!(shown_now["configuration"]["hash"], first);
    let left = replicas.leave(&[]).await;
    replicas.told(&replicas.come_back(left, 1).await).await;
    let told = replicas.hang_up().await;
    assert_eq!(told[0]["message"], UNCHANGED);
    let metrics = shown(&replicas.both[0], "/metrics").await;
    for line in [
        "silta_configuration_reloads_total{outcome=\"refused\"} 8\n",
        "silta_configuration_reloads_total{outcome=\"unchanged\"} 1\n",
        "silta_configuration_reloads_total{outcome=\"changed\"} 0\n",
    ] {
        assert!(metrics.contains(line), "{line}{metrics}");
    }
    assert_eq!(health(&replicas.both[0]).await["warnings"], Value::Null);
}

#[test]
fn nothing_is_served_by_files_that_others_can_change() {
    let dir = TestDir::new();
    let config = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    for name in ["silta.yaml", "shop.secret", "idp.crt"] {
        let path = dir.folder().join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).unwrap();
        let served = silta::run(&["serve", "--config", config.to_str().unwrap()]);
        let said = String::from_utf8(served.stdout).unwrap();
        let wanted = format!("{name}, whose mode is 0620; chmod go-w ");
        assert!(said.contains(&wanted), "{said}");
        assert_eq!(served.status.code(), Some(64));
        // Whoever checks need not be who serves.
        let checked = silta::run(&["check", "--config", config.to_str().unwrap()]);
        assert_eq!(checked.status.code(), Some(0));
        let said = String::from_utf8(checked.stderr).unwrap();
        assert!(said.contains("so silta serve does not take it"), "{said}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// As Kubernetes changes a `ConfigMap`.
#[tokio::test]
async fn a_file_that_a_link_leads_to_is_read_when_the_link_leads_elsewhere() {
    let dir = TestDir::new();
    let config = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let text = fs::read_to_string(&config).unwrap();
    fs::remove_file(&config).unwrap();
    for (name, text) in [("first", text.clone()), ("second", text + "language: fi\n")] {
        fs::create_dir(dir.folder().join(name)).unwrap();
        dir.write(&format!("{name}/silta.yaml"), text);
    }
    let data = dir.folder().join("..data");
    symlink("first", &data).unwrap();
    symlink("..data/silta.yaml", &config).unwrap();
    let mut command = Command::new(silta::binary());
    let replica = Silta::by(command.args(["serve", "--watch", "--config"]).arg(&config));
    let next = dir.folder().join("..data_tmp");
    symlink("second", &next).unwrap();
    fs::rename(&next, &data).unwrap();
    let told = outcome(&replica, 0).await;
    assert_eq!((&told["message"], &told["changes"]), (&CHANGED.into(), &"language added".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_login_fails_in_a_storm_of_reloads() {
    let changes = std::env::var("RELOADS").map_or(12, |count| count.parse::<u32>().unwrap());
    let replicas = Replicas::start();
    let (running, turns) = (AtomicBool::new(true), AtomicU32::new(0));
    let log_in = async || {
        while running.load(Ordering::Relaxed) {
            let left = replicas.leave(&[]).await;
            let page = replicas.come_back(left, turns.fetch_add(1, Ordering::Relaxed)).await;
            let person = replicas.told(&page).await;
            let named = ["FI_firstName", "first"].map(|claim| person[claim] == "Väinö");
            assert_eq!(named.into_iter().filter(|is| *is).count(), 1, "{person}");
        }
    };
    let administrator = async {
        let mut hashes = BTreeSet::new();
        for change in 0..changes {
            let text = match change % 3 {
                0 => replaced(&replicas.text, "FI_firstName:", "first:"),
                1 => replicas.text.clone() + &client(change),
                _ => replaced(&replicas.text, "FI_firstName:", "sub:"),
            };
            let message = if change % 3 == 2 { REFUSED } else { CHANGED };
            let told = replicas.read_anew(&text).await;
            assert!(told.iter().all(|line| line["message"] == message), "{change}: {told:?}");
            assert_eq!(told[0]["hash"], told[1]["hash"]);
            hashes.insert(told[0]["hash"].as_str().unwrap().to_owned());
        }
        // Whoever left under the last of them comes back.
        let so_far = turns.load(Ordering::Relaxed);
        eventually("more logins", async || {
            (turns.load(Ordering::Relaxed) > so_far + 2).then_some(())
        })
        .await;
        running.store(false, Ordering::Relaxed);
        hashes.len()
    };
    let ((), (), hashes) = tokio::join!(log_in(), log_in(), administrator);
    println!("reloads: {changes}, {} logins, {hashes} configurations", turns.into_inner());
    // One with the renamed claim, and one with each client.
    assert_eq!(hashes, usize::try_from(1 + (changes + 1) / 3).unwrap());
    let config = replicas.config();
    let last = replicas.text.clone() + &client(changes);
    replicas.use_now(&last).await;
    let arguments = ["check", "--output", "json", "--config", config.to_str().unwrap()];
    let checked: Value = serde_json::from_slice(&silta::run(&arguments).stdout).unwrap();
    for replica in &replicas.both {
        assert_eq!(health(replica).await["configuration"]["hash"], checked["meaning"]);
    }
    // And without it again.
    let left = replicas.leave(&[("client_id", &format!("more-{changes}"))]).await;
    replicas.use_now(&replicas.text).await;
    let page = replicas.come_back(left, turns_after(changes)).await;
    assert_eq!(reason(&replicas, &page).await, "misconfigured");
}

/// One more client, of this number.
fn client(number: u32) -> String {
    let callback = silta_testkit::test_dir::CALLBACK;
    format!(
        "  more-{number}:\n    secret: file:other.secret\n    redirect_uris: ['{callback}']\n    \
         upstream: idp\n    claims: *claims\n"
    )
}

/// The number of somebody who has not logged in yet.
fn turns_after(changes: u32) -> u32 {
    1_000_000 + changes
}

const CHANGED: &str = "the configuration has changed: the new one is used";
const UNCHANGED: &str = "the configuration was read again, and nothing has changed";
const REFUSED: &str = "the configuration cannot be used: the last good one stays";
const OUTCOMES: [&str; 3] = [CHANGED, UNCHANGED, REFUSED];
