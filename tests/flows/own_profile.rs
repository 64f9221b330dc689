//! A profile in a file beside the configuration, and our metadata for its upstream, by the commands alone.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use silta_testkit::silta;
use silta_testkit::test_dir::TestDir;

use crate::check::example;

#[test]
fn a_profile_is_read_from_beside_the_configuration_wherever_silta_is_started() {
    let (dir, config) = configured("extends: keycloak\nclock_skew: 2m\n");
    let effective = silta(&["check", "--effective"], &config);
    assert_eq!(effective.status.code(), Some(0), "{}", text(&effective.stderr));
    let said = text(&effective.stdout);
    for line in [
        "clock_skew: 2m # own profile\n",
        "signed: both # profile keycloak\n",
        "profile: file:profiles/ours.yaml # line ",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    // Another profile means another configuration.
    let meaning = || {
        let checked = silta(&["check", "--output=json"], &config);
        let object: Value = serde_json::from_slice(&checked.stdout).unwrap();
        object["meaning"].as_str().expect("a digest").to_owned()
    };
    let before = meaning();
    dir.write("profiles/ours.yaml", "extends: keycloak\nclock_skew: 3m\n");
    assert_ne!(meaning(), before);
}

#[test]
fn a_mistake_in_a_profile_refuses_the_configuration_with_its_place() {
    let (_dir, config) = configured("extends: keycloak\nsigned: none\n");
    let checked = silta(&["check"], &config);
    assert_eq!(checked.status.code(), Some(64));
    let told = text(&checked.stderr);
    assert!(told.contains("profiles/ours.yaml:2:9  signed: it is not a word"), "{told}");
}

#[test]
fn our_metadata_is_printed_without_a_server() {
    let (_dir, config) = configured(
        "extends: keycloak\nsp_metadata: { display_name: { fi: Asiointi }, service_name: { fi: Asiointi } }\n",
    );
    let printed = silta(&["metadata", "sp", "idp"], &config);
    assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
    // Beside the document, which goes to a file.
    let next = format!("next: silta check --config {}\n", config.display());
    assert_eq!(text(&printed.stderr), next);
    let document = text(&printed.stdout);
    for part in [
        r#"entityID="http://127.0.0.1:8080/saml/idp/metadata""#,
        r#"Location="http://127.0.0.1:8080/saml/idp/acs""#,
        r#"<mdui:DisplayName xml:lang="fi">Asiointi</mdui:DisplayName>"#,
        // What a client cannot do without, and what it can.
        r#"FriendlyName="employeeNumber" isRequired="true""#,
        r#"FriendlyName="givenName" isRequired="false""#,
    ] {
        assert!(document.contains(part), "{part} in {document}");
    }
    let unknown = silta(&["metadata", "sp", "suomifi"], &config);
    assert_eq!(unknown.status.code(), Some(64));
    let told = text(&unknown.stderr);
    assert!(told.contains("speaks SAML; these do: idp"), "{told}");
}

/// The minimal example with this profile in a folder beside it.
fn configured(profile: &str) -> (TestDir, std::path::PathBuf) {
    let (dir, config) = example("minimal", "listen: 127.0.0.1:8080");
    std::fs::create_dir(dir.folder().join("profiles")).unwrap();
    dir.write("profiles/ours.yaml", profile);
    let whole = std::fs::read_to_string(&config).unwrap();
    let lines = whole.lines().filter(|line| !line.starts_with("    loa: "));
    let lines: Vec<_> = lines.collect();
    let upstream = "\n    entity_id: ";
    let named = format!("\n    profile: file:profiles/ours.yaml{upstream}");
    let config = dir.write("silta.yaml", lines.join("\n").replacen(upstream, &named, 1));
    (dir, config)
}

/// A command of Silta's with this configuration, started in another folder.
fn silta(arguments: &[&str], config: &Path) -> Output {
    let mut command = Command::new(silta::binary());
    command.args(arguments).arg("--config").arg(config).current_dir("/");
    command.output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}
