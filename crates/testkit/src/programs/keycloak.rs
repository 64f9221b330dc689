//! A SAML identity provider by Keycloak, with a page that asks for a password.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::foreign_idp::ForeignIdp;
use crate::installed::installed;
use crate::peers::script;
use crate::program::Program;
use crate::programs::listening::started_at_a_free_port;
use crate::test_dir::TestDir;

/// A Keycloak with one realm and its one user. Dropping it kills it.
#[derive(Debug)]
pub struct Keycloak {
    _program: Program,
    url: String,
    /// Of the user's attributes.
    names: Vec<String>,
}

impl Keycloak {
    /// Starts it with this person, in a folder of its own below `dir`.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(dir: &TestDir, person: &Value) -> Self {
        let home = home(dir);
        dir.write("keycloak/data/import/people-realm.json", realm(person).to_string());
        let start = |port: u16| {
            let mut command = Command::new("java");
            command
                .env("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN)
                .env("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD)
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
        let names = person.as_object().expect("attributes").keys().cloned().collect();
        Self { _program: program, url: url(address.port()), names }
    }

    /// Where it is: a host and a port.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Its entityID.
    #[must_use]
    pub fn entity_id(&self) -> String {
        format!("{}/realms/people", self.url)
    }

    /// Where a person logs out.
    #[must_use]
    pub fn logout(&self) -> String {
        format!("{}/protocol/openid-connect/logout", self.entity_id())
    }

    /// What one may do who has its administrator's password.
    async fn access_token(&self, http: &reqwest::Client) -> String {
        let form = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", ADMIN),
            ("password", ADMIN_PASSWORD),
        ];
        let address = format!("{}/realms/master/protocol/openid-connect/token", self.url);
        let tokens = answer_of(http.post(address).form(&form)).await;
        let tokens: Value = serde_json::from_str(&tokens).expect("JSON");
        tokens["access_token"].as_str().expect("a token").to_owned()
    }
}

impl ForeignIdp for Keycloak {
    fn metadata(&self) -> String {
        format!("{}/protocol/saml/descriptor", self.entity_id())
    }

    /// As "Import client" does: its converter makes a client of our metadata, which gets what no metadata says, the
    /// attributes.
    async fn register(&self, metadata: &Path) {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let token = self.access_token(&http).await;
        let realm = format!("{}/admin/realms/people", self.url);
        let convert = http.post(format!("{realm}/client-description-converter"));
        let convert = convert.header("content-type", "application/xml").bearer_auth(&token);
        let metadata = fs::read(metadata).expect("our metadata");
        let client = answer_of(convert.body(metadata)).await;
        let mut client: Value = serde_json::from_str(&client).expect("JSON");
        client["protocolMappers"] = self.names.iter().map(|name| mapper(name)).collect();
        let create = http.post(format!("{realm}/clients")).bearer_auth(&token);
        let create = create.header("content-type", "application/json");
        answer_of(create.body(client.to_string())).await;
    }
}

/// The body of an answer that says yes.
async fn answer_of(request: reqwest::RequestBuilder) -> String {
    let answer = request.send().await.expect("Keycloak answers");
    let (status, body) = (answer.status(), answer.text().await.expect("a body"));
    assert!(status.is_success(), "{status}: {body}");
    body
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

/// The realm of `realm.json` with its person.
fn realm(person: &Value) -> Value {
    let file = fs::read_to_string(script("keycloak/realm.json")).expect("the realm");
    let text = file.replace("USERNAME", USERNAME).replace("PASSWORD", PASSWORD);
    let mut realm: Value = serde_json::from_str(&text).expect("JSON");
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

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Who logs in.
pub const USERNAME: &str = "aino";
/// Their password.
pub const PASSWORD: &str = "a password of nobody else";

/// As Keycloak's own documentation has them for trying.
const ADMIN: &str = "admin";
const ADMIN_PASSWORD: &str = "admin";

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
