//! The demo, as a person sees it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use silta_testkit::peers::chromium;
use silta_testkit::program::Program;
use silta_testkit::scripted_server::{ScriptedServer, Step};
use silta_testkit::silta;

#[test]
fn a_person_logs_in_cancels_and_logs_in_without_scripts() {
    let (_demo, url) = demo();

    let seen = chromium(&json!({ "url": url, "steps": [
        { "expect": "A service that needs to know who you are" },
        { "screenshot": artifact("demo-1-service.png") },
        { "click": ".button" },
        { "expect": "Who do you want to be?" },
        { "screenshot": artifact("demo-2-identification.png") },
        { "click": "Aino Åström-O'Brien, Ähtäri" },
        { "expect": "You are logged in" },
        { "expectUrl": "/callback\\?code=" },
        { "screenshot": artifact("demo-3-logged-in.png") },
        { "dump": "#saml" }, { "dump": "#id-token" }, { "dump": "#userinfo" },
    ]}));
    is_clean(&seen);
    for part in ["#saml", "#id-token", "#userinfo"] {
        let text = seen["texts"][part].as_str().unwrap();
        assert!(text.contains("Aino Åström-O'Brien"), "{part} shows who logged in");
        assert!(text.contains("Ähtäri"), "{part} shows where they live");
    }
    assert!(fs::metadata(artifact("demo-3-logged-in.png")).unwrap().len() > 10_000);

    let seen =
        chromium(&json!({ "url": url, "viewport": { "width": 390, "height": 844 }, "steps": [
            { "click": ".button" },
            { "screenshot": artifact("demo-4-telephone.png") },
            { "click": "Cancel" },
            { "expect": "You are not logged in" },
            { "dump": "#why" },
            { "click": "Try again" },
            { "expect": "Who do you want to be?" },
        ]}));
    is_clean(&seen);
    assert!(seen["texts"]["#why"].as_str().unwrap().starts_with("access_denied"), "{seen}");

    // Where nothing submits itself there is a button.
    let seen = chromium(&json!({ "url": url, "javascript": false, "steps": [
        { "click": ".button" },
        { "click": "Väinö Meikäläinen, no address" },
        { "expectUrl": "/sso" },
        { "click": "Continue" },
        { "expect": "You are logged in" },
        { "dump": "#userinfo" },
    ]}));
    is_clean(&seen);
    assert!(seen["texts"]["#userinfo"].as_str().unwrap().contains("(empty)"), "{seen}");
}

#[test]
fn the_demo_speaks_the_persons_language_and_takes_their_colours() {
    let (_demo, url) = demo();
    for (language, wants, log_in, cancel) in [
        ("fi", "Palvelu, jonka on tiedettävä, kuka olet", "Kirjaudu", "Peruuta"),
        ("sv-FI", "En tjänst som behöver veta vem du är", "Logga in", "Avbryt"),
    ] {
        let seen = chromium(&json!({ "url": url, "locale": language, "steps": [
            { "expect": wants },
            { "dump": ".button" },
            { "click": ".button" },
            { "click": cancel },
            { "expectUrl": "/callback" },
        ]}));
        is_clean(&seen);
        assert_eq!(seen["texts"][".button"], log_in);
    }
    let background = |settings: Value| {
        let mut visit = json!({ "url": url, "steps": [
            { "style": ["body", "background-color"] }, { "style": [".button", "border-top-color"] },
        ]});
        visit.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        chromium(&visit)["texts"].clone()
    };
    let (page, border) = ("body background-color", ".button border-top-color");
    assert_eq!(background(json!({ "colorScheme": "light" }))[page], "rgb(244, 245, 247)");
    assert_eq!(background(json!({ "colorScheme": "dark" }))[page], "rgb(22, 22, 22)");
    let forced = background(json!({ "forcedColors": "active" }));
    assert!(!forced[border].as_str().unwrap().contains("rgba"), "a border that is seen: {forced}");
}

#[test]
fn one_login_without_a_browser_prints_its_claims() {
    let output = silta::run(&["demo", "--once"]);
    assert_eq!(output.status.code(), Some(0));
    let learnt: Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON");
    for told in [&learnt["id_token"], &learnt["userinfo"]] {
        assert_eq!(told["family_name"], "Åström-O'Brien");
        assert_eq!(told["municipality"], "Ähtäri");
        assert_eq!(told["acr"], "urn:oid:1.2.246.517.3002.110.999");
    }
    assert_eq!(learnt["id_token"]["sub"], learnt["userinfo"]["sub"]);
}

#[test]
fn the_demo_listens_where_it_is_told_to() {
    let mut command = Command::new(silta::binary());
    command.args(["demo", "--listen", "0.0.0.0:0"]);
    let (_demo, url) = started(&mut command);
    let port = url.strip_prefix("http://localhost:").unwrap();
    let seen = chromium(&json!({ "url": url, "steps": [
        { "click": ".button" },
        { "click": "Nordea Demo, Turku" },
        { "expect": "You are logged in" },
    ]}));
    is_clean(&seen);

    let address = format!("127.0.0.1:{port}");
    let taken = silta::run(&["demo", "--listen", &address]);
    assert_eq!(taken.status.code(), Some(1));
    let said = String::from_utf8(taken.stderr).unwrap();
    assert!(said.contains(&format!("cannot listen at {address}")), "{said}");
}

#[test]
fn the_demo_asks_no_proxy_and_needs_no_root_certificates() {
    let proxy = ScriptedServer::plain(&[Step::Close]);
    let url = format!("http://{}", proxy.address());
    let mut demo = Command::new(silta::binary());
    demo.args(["demo", "--once"]).env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        demo.env(name, &url);
    }
    let output = demo.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(proxy.connections(), 0);
}

/// A demo, and the address that it tells a person to open.
pub(crate) fn demo() -> (Program, String) {
    started(Command::new(silta::binary()).arg("demo"))
}

fn started(command: &mut Command) -> (Program, String) {
    let demo = Program::start("silta demo", command);
    let url = demo.wait_for_start("address", |line| {
        line.trim().starts_with("http://").then(|| line.trim().to_owned())
    });
    (demo, url)
}

/// Nothing that a developer would see in red.
#[track_caller]
fn is_clean(seen: &Value) {
    assert_eq!((&seen["console"], &seen["failed"]), (&json!([]), &json!([])));
}

/// A place for what a person may want to look at, outside of the repository.
fn artifact(name: &str) -> PathBuf {
    let target = silta::binary().parent().and_then(Path::parent).unwrap().to_owned();
    let folder = target.join("artifacts");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}
