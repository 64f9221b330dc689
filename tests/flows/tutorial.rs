//! The tutorial with SimpleSAMLphp; with Keycloak it is among the tests of Keycloak.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use silta_testkit::browser::Browser;
use silta_testkit::simplesamlphp::SimpleSamlPhp;
use silta_testkit::test_dir::TestDir;
use silta_tests::tutorial::{CLIENT, follow};

/// From an empty folder to the claims of the person, by the commands of the page alone.
#[tokio::test]
async fn whoever_follows_the_tutorial_logs_in_at_simplesamlphp() {
    let dir = TestDir::new();
    let etc = configuration(&dir);
    let person = json!({
        "uid": ["aino"], "givenName": ["Åsa"], "sn": ["Öhman-O'Brien"], "mail": ["asa@people.example"],
    });
    let level = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
    let idp = SimpleSamlPhp::configured(&dir, &etc, &[REDIRECT], (&person, level));
    let here = [("127.0.0.1:9080", idp.authority()), ("/etc/simplesamlphp", etc.to_str().unwrap())];
    let login = async |address: String| {
        let page = Browser::new(CLIENT).follow(&address).await;
        page.location().expect("the address of the client").to_string()
    };
    let told = follow("SimpleSAMLphp", &here, login).await;
    for (claim, value) in [
        ("given_name", "Åsa"),
        ("family_name", "Öhman-O'Brien"),
        ("email", "asa@people.example"),
        ("acr", level),
    ] {
        assert_eq!(told[claim], value, "{claim}");
    }
    assert!(told["sub"].as_str().is_some_and(|sub| sub.len() == 64 && sub != "aino"));
}

/// As Debian has it, with nobody in `saml20-sp-remote.php`.
fn configuration(dir: &TestDir) -> PathBuf {
    let (etc, ours) = (dir.folder().join("etc"), Path::new(env!("CARGO_MANIFEST_DIR")));
    let ours = ours.join("peers/simplesamlphp");
    fs::create_dir_all(etc.join("metadata")).unwrap();
    for file in ["config.php", "authsources.php", "metadata/saml20-idp-hosted.php"] {
        fs::copy(ours.join(file), etc.join(file)).unwrap();
    }
    fs::write(etc.join("metadata/saml20-sp-remote.php"), "<?php\n").unwrap();
    etc
}

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
