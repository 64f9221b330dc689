//! Identity providers that are set up by their metadata alone, and change their keys in it.

use std::fs;

use silta_testkit::keys::{IDP, KeyPair};
use silta_testkit::peers::Pysaml2;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{self, Silta};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::check::example;
use crate::fixture::Fixture;
use crate::person::NORDEA;

/// Two replicas that know pysaml2 by these lines of the configuration, of which `change` changes more.
pub(crate) async fn described(
    lines: impl AsyncFnOnce(&TestDir, &Pysaml2) -> String,
    change: impl FnOnce(String) -> String,
) -> Fixture {
    let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
    let idp = Pysaml2::start(&dir, &front.url());
    let params = ConfigParams {
        redis: Some(redis.url()),
        idp: idp.entity_id(),
        sso: idp.sso(),
        ..ConfigParams::without_idp(front.url())
    };
    let text = fs::read_to_string(dir.configure(&params)).unwrap();
    let written = format!(
        "    entity_id: {}\n    sso: {{ redirect: {} }}\n    signing_certificates: [file:idp.crt]\n",
        idp.entity_id(),
        idp.sso()
    );
    assert!(text.contains(&written), "{text}");
    let text = text.replacen(&written, &lines(&dir, &idp).await, 1);
    let config = dir.write("silta.yaml", change(text));
    let (a, b) = (Silta::start(&config), Silta::start(&config));
    front.route_to(&[a.address(), b.address()]);
    idp.identify(&NORDEA.released()).await;
    Fixture { a, b, front, idp, redis, dir }
}

/// Writes the metadata that is there into a file, and what names the file.
pub(crate) async fn by_file(dir: &TestDir, url: &str) -> String {
    let answer = reqwest::get(url).await.unwrap();
    dir.write("idp-metadata.xml", answer.text().await.unwrap());
    "    metadata: file:idp-metadata.xml\n".to_owned()
}

fn by_address(idp: &Pysaml2) -> String {
    let (entity, metadata) = (idp.entity_id(), idp.metadata());
    format!("    entity_id: {entity}\n    metadata: {{ from: '{metadata}', trust: tls }}\n")
}

#[tokio::test]
async fn a_person_logs_in_at_pysaml2_that_is_known_by_a_file_alone() {
    let lines = async |dir: &TestDir, idp: &Pysaml2| by_file(dir, &idp.metadata()).await;
    let fixture = described(lines, |text| text).await;
    NORDEA.is_who_was_told_of(&fixture.a_login_works().await);
}

/// The new key is in the metadata before it signs, and nobody restarts anything.
#[tokio::test]
async fn logins_go_on_when_pysaml2_changes_its_key() {
    let fixture = described(async |_, idp| by_address(idp), |text| text).await;
    NORDEA.is_who_was_told_of(&fixture.a_login_works().await);
    let next = KeyPair::rsa("next");
    fixture.dir.write("idp.key", next.key_pem());
    fixture.dir.write("idp.crt", next.certificate_pem());
    for _ in 0..4 {
        NORDEA.is_who_was_told_of(&fixture.a_login_works().await);
    }
    let refused = fixture.log().into_iter().find(|line| line["message"] == "login refused");
    assert_eq!(refused, None);
}

#[tokio::test]
async fn the_commands_show_what_is_read_and_what_would_change() {
    let (dir, front) = (TestDir::new(), TcpFront::start());
    let idp = Pysaml2::start(&dir, &front.url());
    let published = async || reqwest::get(idp.metadata()).await.unwrap().text().await.unwrap();
    let old = dir.write("old.xml", published().await);
    let next = KeyPair::rsa("next");
    dir.write("idp.key", next.key_pem());
    dir.write("idp.crt", next.certificate_pem());
    let newer = dir.write("new.xml", published().await);
    let (old, newer) = (old.to_str().unwrap(), newer.to_str().unwrap());
    let (from, to) = (IDP.certificate().fingerprint(), next.certificate().fingerprint());

    let (code, read) = said(&["metadata", "lint", old]);
    let sso = format!("SingleSignOnService by redirect: {}\n", idp.sso());
    let next = format!(
        "\nnext: silta init --profile generic --client app --idp-metadata {old}, or metadata: file:{old} and "
    );
    for fact in [idp.entity_id(), format!("signing key: {from}, "), sso, next] {
        assert!(read.contains(&fact), "{fact}: {read}");
    }
    let (_, init) = read.split_once("\nnext: silta ").unwrap();
    let (init, _) = init.split_once(", or ").unwrap();
    let folder = dir.folder().join("made");
    let (made, out) = said(&[init.split(' ').collect(), vec![folder.to_str().unwrap()]].concat());
    assert_eq!(made, Some(0), "{out}");
    assert_eq!(fs::read(folder.join("idp-metadata.xml")).unwrap(), fs::read(old).unwrap());
    let (_, changes) = said(&["metadata", "diff", old, newer]);
    let next = format!("next: put {newer} in the place of {old}, and silta check --config FILE\n");
    assert_eq!((code, changes), (Some(0), format!("added key {to}\nremoved key {from}\n{next}")));
    // Other places, and an end.
    let text = fs::read_to_string(newer).unwrap();
    let port = idp.sso().rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
    let text = text
        .replace(&format!("127.0.0.1:{port}"), "idp.example")
        .replace(" entityID=\"", " validUntil=\"2126-11-21T12:00:00Z\" entityID=\"");
    let text = text.replace("http://idp.example", "https://idp.example");
    let text = text
        .replace("entityID=\"https://idp.example", &format!("entityID=\"http://127.0.0.1:{port}"));
    let moved = dir.write("moved.xml", text);
    let (code, changes) = said(&["metadata", "diff", newer, moved.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{changes}");
    for line in [
        &format!("sso by redirect moved from {} to https://idp.example/", idp.sso()),
        "holds until 2126-11-21T12:00:00Z, not no end\n",
        "refused (metadata_unlisted_host) unless the upstream's `hosts` lists it; as a file it is taken",
    ] {
        assert!(changes.contains(line), "{line}: {changes}");
    }
    let (code, refused) = said(&["metadata", "lint", old, "--entity-id", "urn:other"]);
    assert!(code == Some(1) && refused.contains("(metadata_entity_missing)"), "{refused}");
}

/// Without a server, and before one is started.
#[tokio::test]
async fn what_is_fetched_is_read_as_a_running_silta_reads_it() {
    let (dir, front) = (TestDir::new(), TcpFront::start());
    let idp = Pysaml2::start(&dir, &front.url());
    let entity_id = idp.entity_id();
    let params = ConfigParams {
        idp: entity_id.clone(),
        sso: idp.sso(),
        ..ConfigParams::without_idp(front.url())
    };
    let text = fs::read_to_string(dir.configure(&params)).unwrap();
    let sso = idp.sso();
    let written = format!(
        "    entity_id: {entity_id}\n    sso: {{ redirect: {sso} }}\n    signing_certificates: [file:idp.crt]\n",
    );
    let fetch = |lines: &str| {
        assert!(text.contains(&written), "{text}");
        let config = dir.write("silta.yaml", text.replacen(&written, lines, 1));
        said(&["metadata", "fetch", "idp", "--config", config.to_str().unwrap()])
    };
    let (code, read) = fetch(&by_address(&idp));
    assert_eq!(code, Some(0), "{read}");
    assert!(
        read.lines().last().unwrap().starts_with("next: silta check --connect --config "),
        "{read}"
    );
    let key = format!("signing key: {}, ", IDP.certificate().fingerprint());
    for fact in [&entity_id, &key, &format!("SingleSignOnService by redirect: {sso}\n")] {
        assert!(read.contains(fact.as_str()), "{fact}: {read}");
    }
    let (code, refused) = fetch(&by_address(&idp).replace(&entity_id, "urn:other"));
    assert!(code == Some(1) && refused.contains("(metadata_entity_missing)"), "{refused}");
    let (code, refused) = fetch(&written);
    assert!(code == Some(1) && refused.contains("it has no metadata"), "{refused}");
    let config = dir.write("silta.yaml", &text);
    let (code, refused) =
        said(&["metadata", "fetch", "nobody", "--config", config.to_str().unwrap()]);
    assert!(code == Some(64) && refused.contains("no upstream of this name"), "{refused}");
}

/// The example is a whole sample, and a finding has its place, what to write, and who demands it.
#[test]
fn our_metadata_is_judged_by_what_suomifi_demands() {
    let (dir, config) = example("suomifi-cognito", "listen: 0.0.0.0:8080");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("store: { redis: env:SILTA_REDIS_URL }", "store: memory");
    let lint = |text: &str, more: &[&str]| {
        let config = dir.write("silta.yaml", text);
        let line = ["metadata", "sp", "suomifi", "--config", config.to_str().unwrap(), "--lint"];
        said(&[&line, more].concat())
    };
    let next = format!("silta metadata sp suomifi --config {}", config.display());
    let well = format!("nothing is missing\nnext: {next} >silta-metadata.xml\n");
    assert_eq!(lint(&text, &[]), (Some(0), well));
    let without = text.replace("description: { fi: Kunnan sähköinen asiointi, ", "description: { ");
    let (code, found) = lint(&without, &[]);
    let expected = "upstreams.suomifi.sp_metadata.description.fi: mdui:Description in fi is missing; write a text in \
                    this language [Suomi.fi e-Identification, \"Creating metadata for the e-Service\"]\n";
    let expected = format!("{expected}next: write that, and {next} --lint\n");
    assert_eq!((code, found), (Some(1), expected));
    let (code, found) = lint(&without, &["--output", "json"]);
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!((code, &found["exit_code"]), (Some(1), &1.into()));
    assert_eq!(found["findings"][0]["key"], "upstreams.suomifi.sp_metadata.description.fi");
    assert_eq!(found["findings"].as_array().unwrap().len(), 1);
}

/// The exit code of a command, and all that it said.
fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let output = silta::run(arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}
