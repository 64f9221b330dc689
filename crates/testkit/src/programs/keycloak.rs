//! A SAML identity provider by Keycloak, with a page that asks for a password.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::{fs, str};

use serde_json::{Value, json};

use crate::installed::installed;
use crate::keys::{IDP, SP};
use crate::peers::script;
use crate::program::Program;
use crate::programs::listening::started_at_a_free_port;
use crate::test_dir::TestDir;

/// A Keycloak with one realm, its one user and its one client. Dropping it kills it.
#[derive(Debug)]
pub struct Keycloak {
    _program: Program,
    url: String,
}

impl Keycloak {
    /// Starts it with the key that `dir` trusts, for the Silta at `public_url`, which `dir` configures.
    /// `binding` is how it asks Silta for a logout: `redirect`, or `post`, which it prefers where it knows both.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(dir: &TestDir, public_url: &str, binding: &str, person: &Value) -> Self {
        let home = home(dir);
        let realm = realm(dir, public_url, binding, person).to_string();
        dir.write("keycloak/data/import/people-realm.json", realm);
        let start = |port: u16| {
            let mut command = Command::new("java");
            command
                .args(JAVA)
                .arg(format!("-Dkc.home.dir={}", home.display()))
                .arg("-cp")
                .arg(home.join("lib/quarkus-run.jar"))
                .args(["io.quarkus.bootstrap.runner.QuarkusEntryPoint", "start", "--optimized"])
                .args(["--import-realm", "--cache=local", "--http-enabled=true"])
                .args(["--http-host=127.0.0.1", &format!("--http-port={port}")])
                .arg(format!("--hostname={}", url(port)));
            Program::start("Keycloak", &mut command)
        };
        let (program, address) = started_at_a_free_port(start);
        Self { _program: program, url: url(address.port()) }
    }

    /// Its entityID.
    #[must_use]
    pub fn entity_id(&self) -> String {
        format!("{}/realms/people", self.url)
    }

    /// Its address for requests of every kind, by both bindings.
    #[must_use]
    pub fn saml(&self) -> String {
        format!("{}/protocol/saml", self.entity_id())
    }

    /// Where a person logs out.
    #[must_use]
    pub fn logout(&self) -> String {
        format!("{}/protocol/openid-connect/logout", self.entity_id())
    }
}

/// A folder of its own to run in, because it writes below its home.
fn home(dir: &TestDir) -> PathBuf {
    let home = dir.folder().join("keycloak");
    fs::create_dir_all(home.join("data/import")).expect("a temporary folder");
    for part in ["conf", "lib", "providers", "themes"] {
        symlink(installed("keycloak").join(part), home.join(part)).expect("a link");
    }
    home
}

/// The realm of `realm.json` with everything that is not the same in every run.
fn realm(dir: &TestDir, public_url: &str, binding: &str, person: &Value) -> Value {
    let file = fs::read_to_string(script("keycloak/realm.json")).expect("the realm");
    let text = file
        .replace("SILTA", public_url)
        .replace("USERNAME", USERNAME)
        .replace("PASSWORD", PASSWORD);
    let mut realm: Value = serde_json::from_str(&text).expect("JSON");
    let key = &mut realm["components"]["org.keycloak.keys.KeyProvider"][0]["config"];
    key["privateKey"][0] = pem(&IDP.key_pem()).into();
    key["certificate"][0] = pem(&IDP.certificate_pem()).into();
    let signing = fs::read(dir.folder().join("saml-signing.crt")).expect("a certificate");
    let client = &mut realm["clients"][0];
    client["attributes"]["saml.signing.certificate"] = base64_of(&signing).into();
    client["attributes"]["saml.encryption.certificate"] = base64_of(&SP.certificate_pem()).into();
    let names = person.as_object().expect("attributes").keys();
    if binding == "post" {
        let attributes = &mut client["attributes"];
        attributes[SLO_POST] = attributes[SLO_REDIRECT].clone();
    }
    client["protocolMappers"] = names.map(|name| mapper(name)).collect();
    realm["users"][0]["attributes"] = person.clone();
    realm
}

/// Tells Silta an attribute of the user under its own name.
fn mapper(name: &str) -> Value {
    json!({
        "name": name,
        "protocol": "saml",
        "protocolMapper": "saml-user-attribute-mapper",
        "config": {
            "user.attribute": name,
            "attribute.name": name,
            "attribute.nameformat": "URI Reference",
        },
    })
}

fn pem(octets: &[u8]) -> &str {
    str::from_utf8(octets).expect("PEM is ASCII")
}

/// What stands between the two lines of a PEM.
fn base64_of(octets: &[u8]) -> String {
    pem(octets).lines().filter(|line| !line.starts_with('-')).collect()
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Who logs in.
pub const USERNAME: &str = "aino";
/// Their password.
pub const PASSWORD: &str = "a password of nobody else";

const SLO_REDIRECT: &str = "saml_single_logout_service_url_redirect";
const SLO_POST: &str = "saml_single_logout_service_url_post";

/// As its own script starts it, for a short life.
const JAVA: [&str; 10] = [
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dfile.encoding=UTF-8",
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=\
     io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
    "-Dpicocli.disable.closures=true",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.security=ALL-UNNAMED",
];
