//! What `silta check --effective` prints of each example is a configuration that means the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use silta_testkit::keys::certificate_of;
use silta_testkit::moto::Moto;
use silta_testkit::silta;
use silta_testkit::test_dir::TestDir;

use crate::check::example;

#[test]
fn the_effective_file_of_the_minimal_example_is_well_and_means_the_same() {
    let (dir, config) = example("minimal", "listen: 127.0.0.1:8080");
    means_the_same(&dir, &config, "--effective", &[]);
}

#[test]
fn the_effective_file_of_the_suomifi_example_is_well_and_means_the_same() {
    let (dir, config) = example("suomifi-cognito", "listen: 0.0.0.0:8080");
    // Its contacts may be people, who are left out of what is shown.
    let environment = [("SILTA_REDIS_URL", "redis://127.0.0.1:6379".to_owned())];
    means_the_same(&dir, &config, "--effective=whole", &environment);
}

#[tokio::test]
async fn the_effective_files_of_the_examples_at_aws_are_well_and_mean_the_same() {
    for (name, is_signed_by_kms) in [("fargate", false), ("fargate-like", true)] {
        let moto = Moto::start();
        let (dir, config) = example(name, "listen: 0.0.0.0:8080");
        let keys = dir.folder().join("keys");
        let content = |file: &str| std::fs::read_to_string(keys.join(file)).unwrap();
        let secret = silta_tests::secret_for_fargate(&keys, "client.secret");
        let mut secret: Value = serde_json::from_str(&secret).unwrap();
        for file in ["seal", "subject"] {
            secret[file] = content(file).trim().into();
        }
        for client in ["cognito", "alb"] {
            secret[client] = format!("the secret of {client}").into();
        }
        if is_signed_by_kms {
            let key = moto.create_rsa_key().await;
            moto.name_key("alias/silta-saml-signing", &key).await;
            let certificate = certificate_of(&moto.public_key(&key).await);
            secret["saml_signing_certificate"] = text(&certificate).into();
        }
        moto.create_secret("silta/keys", &secret.to_string()).await;
        moto.create_secret("silta/redis", r#"{"url":"rediss://:hush@cache:6379"}"#).await;
        let mut environment = moto.environment();
        environment.push(("SILTA_SEAL", content("seal")));
        environment.push(("SILTA_SUBJECT", content("subject")));
        environment.push(("SILTA_REDIS_URL", "redis://127.0.0.1:6379".to_owned()));
        environment.push(("SILTA_TRUSTED_PROXIES", "10.0.0.0/8".to_owned()));
        means_the_same(&dir, &config, "--effective", &environment);
    }
}

fn means_the_same(dir: &TestDir, config: &Path, how: &str, environment: &[(&str, String)]) {
    let effective = check(config, how, environment);
    assert_eq!(effective.status.code(), Some(0), "{}", text(&effective.stderr));
    assert_eq!(text(&effective.stderr), "");
    let again = dir.write("effective.yaml", &effective.stdout);
    assert_ne!(std::fs::read(config).unwrap(), effective.stdout, "defaults are filled in");
    let meaning = |config: &PathBuf| {
        let judged = check(config, "--output=json", environment);
        let object: Value = serde_json::from_slice(&judged.stdout).unwrap();
        assert_eq!(judged.status.code(), Some(0), "{object:#}");
        object["meaning"].as_str().expect("a digest").to_owned()
    };
    let (first, second) = (meaning(&config.to_owned()), meaning(&again));
    assert_eq!(first, second, "{}", text(&effective.stdout));

    let other = std::fs::read_to_string(config).unwrap();
    let other = other.replace("/callback", "/other").replace("://my-pool.", "://other-pool.");
    assert_ne!(meaning(&dir.write("other.yaml", other)), first, "another file means another");
}

fn check(config: &Path, how: &str, environment: &[(&str, String)]) -> Output {
    let mut command = Command::new(silta::binary());
    command.args(["check", how, "--config"]).arg(config);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command.output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}
