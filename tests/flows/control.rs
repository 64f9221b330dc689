//! What operators ask a running replica over its control socket.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use silta_testkit::browser::Form;
use silta_testkit::keys;
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{self, Silta};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{browser, eventually, log_of};
use crate::shop::Shop;

/// Two replicas over one Redis, each with a folder and a socket of its own, and one configuration.
struct Controlled {
    a: Silta,
    b: Silta,
    dirs: [TestDir; 2],
    front: TcpFront,
    _redis: RedisServer,
    /// What both files say.
    text: String,
}

impl Controlled {
    /// `change` is made in the file of the second.
    fn start(change: impl FnOnce(&str) -> String) -> Self {
        let (front, redis) = (TcpFront::start(), RedisServer::start());
        let dirs = [TestDir::new(), TestDir::new()];
        let params =
            ConfigParams { redis: Some(redis.url()), ..ConfigParams::without_idp(front.url()) };
        let mut text = String::new();
        for dir in &dirs {
            let config = dir.configure(&params);
            text = fs::read_to_string(config).unwrap() + MORE;
            dir.write("silta.yaml", &text);
        }
        dirs[1].write("silta.yaml", change(&text));
        let [a, b] = dirs.each_ref().map(|dir| Silta::start(&dir.folder().join("silta.yaml")));
        front.route_to(&[a.address(), b.address()]);
        Self { a, b, dirs, front, _redis: redis, text }
    }

    fn socket(&self) -> PathBuf {
        self.dirs[0].folder().join("control.sock")
    }

    /// What this text would change at the first.
    fn plan(&self, text: &str, more: &[&str]) -> Output {
        let next = self.dirs[0].write("next.yaml", text);
        silta::run(&[&["plan", "--config", next.to_str().unwrap()], more].concat())
    }

    /// The same as programs read it.
    fn planned(&self, text: &str, more: &[&str]) -> Value {
        let output = self.plan(text, &[&["--output=json"], more].concat());
        let told: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(told["exit_code"], output.status.code().unwrap());
        told
    }

    /// A person of this number logs in at the shop.
    async fn log_in(&self, idp: &QuickIdp, turn: u32) {
        let (mut browser, shop) = (browser(), Shop::of(&self.front.url()));
        let left = browser.get(&shop.authorize(&[])).await;
        let location = left.location().unwrap_or_else(|| panic!("{}", left.body));
        let request = idp.request(location.as_str());
        let answer = Form {
            action: format!("{}/saml/idp/acs", self.front.url()).parse().unwrap(),
            fields: vec![
                ("SAMLResponse".to_owned(), idp.answer(&request, turn)),
                ("RelayState".to_owned(), request.relay_state.clone().unwrap()),
            ],
        };
        let page = browser.submit(&answer).await;
        assert!(page.told("code").is_some(), "{}", page.body);
    }

    /// What the first says of its rules, with the exit code.
    fn covered(&self) -> (i32, Value) {
        let config = self.dirs[0].folder().join("silta.yaml");
        let arguments = ["map", "coverage", "--output=json", "--config", config.to_str().unwrap()];
        let output = silta::run(&arguments);
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().unwrap(), report)
    }

    /// The lines that the first wrote of its socket.
    fn audited(&self) -> Vec<(String, String)> {
        let lines = log_of([&self.a]).into_iter().filter(|line| {
            line["message"].as_str().is_some_and(|message| message.starts_with("control "))
        });
        let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
        lines.map(|line| (text(&line, "message"), text(&line, "reason"))).collect()
    }
}

/// What the socket answers to these octets.
fn told(socket: &Path, sent: &[u8]) -> Vec<u8> {
    let mut stream = UnixStream::connect(socket).unwrap();
    // Whoever is refused in the middle of a sentence is cut off.
    let _ = stream.write_all(sent);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer);
    answer
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[tokio::test]
async fn a_plan_says_what_a_file_would_change_and_changes_nothing() {
    let replicas = Controlled::start(str::to_owned);
    let text = &replicas.text;
    let same = replicas.plan(&replaced(text, "store:", "# the same\nstore:"), &[]);
    let printed = String::from_utf8(same.stdout).unwrap();
    assert_eq!(
        (same.status.code(), printed.as_str()),
        (Some(0), "as far as the file says, nothing changes\nnext: nothing\n")
    );

    let renamed = replaced(text, "FI_firstName:", "first:");
    let output = replicas.plan(&renamed, &[]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(printed.contains("claims: shop gains first; loses FI_firstName\n"), "{printed}");
    let verdict = "\nas far as the file says, it can be used without a restart\nnext: put ";
    assert!(printed.contains(verdict), "{printed}");
    let person = replaced(text, "mikko.virtanen", "maija.meri");
    assert_eq!(replicas.planned(&person, &[])["others"][0], "tables.staff.rows changed");
    replicas.dirs[0].write("other.crt", keys::OTHER_SP.certificate_pem());
    let key = replaced(text, "[file:idp.crt]", "[file:idp.crt, file:other.crt]");
    assert_eq!(
        replicas.planned(&key, &[])["keys"][0],
        "upstreams.idp.signing_certificates changed"
    );

    let moved = replaced(text, "control.sock", "other.sock");
    let at = replicas.socket();
    let at = ["--at", at.to_str().unwrap()];
    let planned = replicas.planned(&moved, &at);
    assert_eq!(
        (&planned["exit_code"], &planned["restart_for"][0]),
        (&3.into(), &"control.socket changed".into())
    );

    let subject = replaced(text, "subject: [nationalIdentificationNumber]", "subject: [mail]");
    let planned = replicas.planned(&subject, &[]);
    assert_eq!(
        (&planned["exit_code"], &planned["subjects"][0]),
        (&1.into(), &"people of idp: subject changed".into())
    );
    assert_eq!(replicas.planned(&subject, &["--subjects-may-change"])["exit_code"], 2);

    replicas.dirs[0].write("another", "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
    let other_key = replaced(text, "file:subject", "file:another");
    let planned = replicas.planned(&other_key, &["--subjects-may-change"]);
    assert_eq!((&planned["exit_code"], &planned["claims"]), (&1.into(), &Value::Null));
    assert!(planned["verdict"].as_str().unwrap().starts_with("keys.subject is another key"));

    let audited = replicas.audited();
    let answered = ("control answered".to_owned(), "configuration".to_owned());
    assert_eq!(audited, vec![answered; PLANS]);
    let all = ["the configuration has changed", "the configuration was read again"];
    let is_reload =
        |line: &Value| all.iter().any(|one| line["message"].as_str().unwrap().starts_with(one));
    assert!(!log_of([&replicas.a, &replicas.b]).iter().any(is_reload));
}

#[tokio::test]
async fn a_plan_says_that_replicas_differ() {
    let renamed = |text: &str| replaced(text, "FI_firstName:", "first:");
    let replicas = Controlled::start(renamed);
    // Each says what it runs when it begins.
    let planned = eventually("that replicas differ", async || {
        let planned = replicas.planned(&renamed(&replicas.text), &[]);
        (planned["exit_code"] == 4).then_some(planned)
    });
    let planned = planned.await;
    assert_eq!(planned["replicas_differ"], Value::from(vec![planned["after"].clone()]));
    assert_eq!(planned["claims"]["shop"]["gained"][0], "first");
    let output = replicas.plan(&renamed(&replicas.text), &[]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.contains(", which is this file\nreplicas ran different configurations"),
        "{printed}"
    );
}

#[tokio::test]
async fn the_socket_is_off_by_default() {
    let dir = TestDir::new();
    let config = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let replica = Silta::start(&config);
    let config = config.to_str().unwrap();
    let output = silta::run(&["plan", "--config", config]);
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no control.socket: say --at"));
    let nowhere = dir.folder().join("control.sock");
    let output = silta::run(&["plan", "--config", config, "--at", nowhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(69));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nobody listens there"));
    drop(replica);
}

#[tokio::test]
async fn who_speaks_anything_but_the_command_is_told_nothing() {
    let mut replicas = Controlled::start(str::to_owned);
    let socket = replicas.socket();
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    // What a browser sends, should somebody have put the socket behind an address: whatever it names as the host.
    let form = "POST /configuration HTTP/1.1\r\nHost: control\r\nOrigin: https://evil.example\r\n\
        Content-Type: text/plain\r\nContent-Length: 14\r\n\r\nconfiguration\n";
    let rebound =
        "GET /configuration HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n\r\n";
    let vast = vec![b'a'; 1024 * 1024];
    let all =
        [form.as_bytes(), rebound.as_bytes(), &vast, b"configuration", b"configuration secret\n"];
    for sent in all {
        assert_eq!(told(&socket, sent), b"");
    }
    let refused = ("control refused".to_owned(), "no_command".to_owned());
    let audited = eventually("five refusals", async || {
        let audited = replicas.audited();
        (audited.len() >= all.len()).then_some(audited)
    });
    assert_eq!(audited.await, vec![refused; all.len()]);

    // Whoever is silent does not hold up others for long.
    let silent = UnixStream::connect(&socket).unwrap();
    assert_eq!(replicas.planned(&replicas.text, &[])["exit_code"], 0);
    let slow = ("control refused".to_owned(), "too_slow".to_owned());
    let told_of = async || replicas.audited().contains(&slow).then_some(());
    eventually("who was silent", told_of).await;
    drop(silent);

    replicas.a.terminate();
    replicas.a.ended_well();
    assert!(!socket.exists(), "it goes with its process");
}

#[tokio::test]
async fn a_flood_at_the_socket_is_answered_slowly_and_nobody_else_notices() {
    let replicas = Controlled::start(str::to_owned);
    let socket = replicas.socket();
    let flood: Vec<_> = (0..24).map(|_| UnixStream::connect(&socket).unwrap()).collect();
    for mut stream in &flood {
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    }
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/.well-known/openid-configuration", replicas.a.address());
    assert_eq!(http.get(url).send().await.unwrap().status(), 200);
    // It waits in the line, and is answered.
    assert_eq!(replicas.planned(&replicas.text, &[])["exit_code"], 0);
    let all_told = async || (replicas.audited().len() == flood.len() + 1).then_some(());
    eventually("a line for each", all_told).await;
}

#[tokio::test]
async fn the_answer_has_no_value_of_the_file_no_secret_and_nobody() {
    let replicas = Controlled::start(str::to_owned);
    let answer = String::from_utf8(told(&replicas.socket(), b"configuration\n")).unwrap();
    assert!(answer.contains("redirect_uris"), "{answer}");
    let dir = &replicas.dirs[0];
    let secrets = ["subject", "seal", "shop.secret", "redis.url"]
        .map(|name| fs::read_to_string(dir.folder().join(name)).unwrap());
    let values =
        ["mikko.virtanen", "kept.out@example.fi", "file:shop.secret", "rp.example/callback"];
    for value in values {
        assert!(replicas.text.contains(value), "{value}");
    }
    for hidden in values.into_iter().chain(secrets.iter().map(String::as_str)) {
        assert!(!answer.contains(hidden), "{hidden}");
    }
    // Equal values at two places look different, so that no place is told by another.
    let told: Value = serde_json::from_str(&answer).unwrap();
    let places = told["summary"]["outline"].as_array().unwrap();
    let print = |client: &str| {
        let place = Value::from(vec!["clients", client, "secret"]);
        places.iter().find(|one| one[0] == place).map(|one| one[1].clone()).unwrap()
    };
    assert_ne!(print("shop"), print("shop-with-pkce"));
}

#[tokio::test]
async fn rules_that_made_nothing_of_the_last_twenty_logins_are_told_until_a_reload() {
    // What the person has no attribute for.
    let replicas = Controlled::start(str::to_owned);
    let text = replaced(
        &replicas.text,
        "      FI_displayName: {",
        "      never: { from: mail }\n      FI_displayName: {",
    );
    let [first, _] = &replicas.dirs;
    first.write("silta.yaml", &text);
    let reload = async |count: usize| {
        replicas.a.signal("HUP");
        eventually("a reload", async || {
            let lines = log_of([&replicas.a]).into_iter();
            let used = |line: &Value| {
                line["message"] == "the configuration has changed: the new one is used"
            };
            (lines.filter(used).count() == count).then_some(())
        })
        .await;
    };
    reload(1).await;
    replicas.front.route_to(&[replicas.a.address()]);
    let idp = QuickIdp::of(first);
    for turn in 0..19 {
        replicas.log_in(&idp, turn).await;
    }
    let of_shop = |report: &Value| {
        let parties = report["parties"].as_array().unwrap();
        parties.iter().find(|party| party["name"] == "shop").cloned().unwrap()
    };
    let (code, report) = replicas.covered();
    assert_eq!((code, &of_shop(&report)["logins"]), (0, &0.into()), "{report}");
    assert_eq!(of_shop(&report)["idle"], Value::Array(vec![]), "of so few nothing is told");

    replicas.log_in(&idp, 19).await;
    let (code, report) = replicas.covered();
    let idle = of_shop(&report)["idle"].clone();
    assert_eq!(code, 1, "{report}");
    let never = idle.as_array().unwrap().iter().find(|rule| rule["claim"] == "never").unwrap();
    assert_eq!((&never["number"], &never["logins"]), (&4.into(), &20.into()));
    assert!(idle.as_array().unwrap().iter().all(|rule| rule["claim"] != "FI_firstName"), "{idle}");
    let at = replicas.socket();
    let printed = silta::run(&["map", "coverage", "--at", at.to_str().unwrap()]).stdout;
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.contains("\n  rule 4, never: nothing of the last 20 logins\n"), "{printed}");

    // The other replica has counts of its own, and a reload begins anew.
    let other = replicas.dirs[1].folder().join("control.sock");
    let other: Value = serde_json::from_slice(&told(&other, b"coverage\n")).unwrap();
    assert_eq!(of_shop(&other)["logins"], 0);
    first.write("silta.yaml", text + "language: fi\n");
    reload(2).await;
    let (code, again) = replicas.covered();
    assert_eq!((code, &of_shop(&again)["logins"]), (0, &0.into()));
    assert_ne!(again["configuration"], report["configuration"]);
    assert!(again["since"].as_str() > report["since"].as_str(), "{again}");
}

/// Those of the first test.
const PLANS: usize = 8;
/// A socket in the folder of each, and people.
const MORE: &str = "
control: { socket: control.sock }
tables:
  staff: { rows: { mikko.virtanen: admin } }
deny:
  - when: { attributes: { mail: { any: [kept.out@example.fi] } } }
    message: { fi: Ei., sv: Nej., en: No. }
";
