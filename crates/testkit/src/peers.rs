//! The peers of `tests/peers` that nobody here wrote: an identity provider, relying parties, a
//! browser, and two judges of signatures.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::browser::{Browser, Form};
use crate::program::Program;
use crate::test_dir::{LOA, TestDir};

/// An identity provider by pysaml2: it signs Response and Assertion, and encrypts with AES-256-GCM.
/// Dropping it kills it.
#[derive(Debug)]
pub struct Pysaml2 {
    _program: Program,
    url: String,
}

impl Pysaml2 {
    /// Starts it with the key that `place` trusts; `public_url` is where it finds our metadata.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(place: &TestDir, public_url: &str) -> Self {
        Self::knowing(place, &format!("{public_url}/saml/idp/metadata"))
    }

    /// The same, with the URL or path where it finds our metadata at each login.
    ///
    /// # Panics
    /// As [`Pysaml2::start`].
    #[must_use]
    pub fn knowing(place: &TestDir, metadata: &str) -> Self {
        let config = json!({
            "port": 0,
            "entity_id": ENTITY_ID,
            "sp_metadata": metadata,
            "identity": {},
            "authn_context": LOA,
            "sign_response": true,
            "sign_assertion": true,
            "encrypt": "aes256-gcm",
            "key_dir": place.idp_keys(),
        });
        let config = place.write("pysaml2.json", config.to_string());
        let mut command = python("pysaml2_idp.py");
        let program = Program::start("pysaml2", command.arg(config));
        let url = program.wait_for_start("line of JSON", |line| {
            let ready: Value = serde_json::from_str(line).ok()?;
            let sso = ready["sso_redirect"].as_str()?;
            sso.strip_suffix("/sso").map(str::to_owned)
        });
        Self { _program: program, url }
    }

    /// Its entityID.
    #[must_use]
    pub fn entity_id(&self) -> String {
        ENTITY_ID.to_owned()
    }

    /// Its single sign-on address, for both bindings.
    #[must_use]
    pub fn sso(&self) -> String {
        format!("{}/sso", self.url)
    }

    /// Where its metadata is, with the key that is in its folder at that time.
    #[must_use]
    pub fn metadata(&self) -> String {
        format!("{}/metadata", self.url)
    }

    /// From now on this person logs in: SAML attribute `Name`s, each with its values.
    ///
    /// # Panics
    /// When it does not take it.
    pub async fn identify(&self, person: &Value) {
        let answer = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = answer.post(format!("{}/identity", self.url)).body(person.to_string());
        let answer = answer.send().await.expect("pysaml2 answers");
        assert_eq!(answer.status(), 204, "pysaml2 takes the identity");
    }

    /// From now on people press Cancel.
    pub async fn cancel(&self) {
        self.identify(&json!({ "cancel": true })).await;
    }
}

/// A relying party that walks through one login, told over its standard input.
#[derive(Debug)]
pub struct RelyingParty {
    program: Program,
    authorize: String,
}

/// A relying party's library.
#[derive(Debug, Clone, Copy)]
pub enum Library {
    /// openid-client, on Node.js.
    OpenidClient,
    /// Authlib, on Python.
    Authlib,
    /// pyoidc, on Python.
    Pyoidc,
}

impl RelyingParty {
    /// Starts one; `login` is the JSON that the scripts describe.
    ///
    /// # Panics
    /// When it does not ask for a login, with everything that it said.
    #[must_use]
    pub fn start(library: Library, login: &Value) -> Self {
        let mut command = match library {
            Library::OpenidClient => node("openid_client.mjs"),
            Library::Authlib => python("authlib_rp.py"),
            Library::Pyoidc => {
                let mut command = Command::new(installed("pyoidc/bin/python"));
                command.arg(script("pyoidc_rp.py"));
                command
            }
        };
        let program = Program::start("relying party", command.arg(login.to_string()));
        let authorize = program.wait_for_start("authorization request", |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            line["authorize"].as_str().map(str::to_owned)
        });
        Self { program, authorize }
    }

    /// The authorization request that it makes.
    #[must_use]
    pub fn authorize(&self) -> &str {
        &self.authorize
    }

    /// Gives it the answer, and returns what it learnt: `id_token`, `userinfo` and `replayed`.
    ///
    /// # Panics
    /// When it is not content, with its own words for why.
    #[must_use]
    pub fn finish(self, callback: &str) -> Value {
        self.answered(&json!({ "callback": callback }))
    }

    /// The same with an answer that a form posts.
    ///
    /// # Panics
    /// As [`RelyingParty::finish`].
    #[must_use]
    pub fn finish_by_form(self, form: &Form) -> Value {
        let fields =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        self.answered(&json!({ "callback": form.action.as_str(), "form": fields }))
    }

    fn answered(mut self, answer: &Value) -> Value {
        self.program.write_line(&answer.to_string());
        let learnt = self.program.wait_for("result", |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            (line.get("id_token").is_some() || line.get("error").is_some()).then_some(line)
        });
        let (error, detail) = (&learnt["error"], &learnt["detail"]);
        assert!(error.is_null(), "the relying party is not content: {error}: {detail}");
        learnt
    }
}

/// Drives Chromium through a visit, as `browser.mjs` describes it.
///
/// # Panics
/// When a step fails.
#[must_use]
pub fn chromium(visit: &Value) -> Value {
    let output = node("browser.mjs").arg(visit.to_string()).output().expect("node starts");
    let seen: Value = serde_json::from_slice(&output.stdout).expect("a line of JSON");
    assert!(output.status.success(), "Chromium stopped: {seen:#}");
    seen
}

/// Drives Firefox through a visit, as `firefox.mjs` describes it.
///
/// # Panics
/// When a step fails.
#[must_use]
pub fn firefox(visit: &Value) -> Value {
    let output = node("firefox.mjs").arg(visit.to_string()).output().expect("node starts");
    let seen: Value = serde_json::from_slice(&output.stdout).expect("a line of JSON");
    assert!(output.status.success(), "Firefox stopped: {seen:#}");
    seen
}

/// What signxml and cryptography think of an AuthnRequest, as `verify_authn_request.py` describes.
///
/// # Panics
/// When it says nothing.
#[must_use]
pub fn verify_authn_request(question: &Value) -> Value {
    let mut command = python("verify_authn_request.py");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), question).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).expect("a line of JSON")
}

/// What the OASIS schemas have against a SAML document, as `judge_schema.py` describes.
///
/// # Panics
/// When the judge says nothing and does not accept it.
#[must_use]
pub fn judged_by_schema(document: &str) -> String {
    let mut command = python("judge_schema.py");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    said
}

/// A SAML service provider by pysaml2, as `pysaml2_sp.py` describes: it has asked.
#[derive(Debug)]
pub struct Pysaml2Sp {
    program: Program,
    asked: Value,
    lines: u64,
}

impl Pysaml2Sp {
    /// Starts one with this configuration file.
    ///
    /// # Panics
    /// When it does not ask, with everything that it said.
    #[must_use]
    pub fn start(config: &Path) -> Self {
        let mut command = python("pysaml2_sp.py");
        let program = Program::start("service provider", command.arg(config));
        let asked = program.wait_for_start("request", |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            line.get("redirect").is_some().then_some(line)
        });
        Self { program, asked, lines: 0 }
    }

    /// The URL that its request is redirected to.
    ///
    /// # Panics
    /// When it made none.
    #[must_use]
    pub fn redirect(&self) -> &str {
        self.asked["redirect"].as_str().expect("a URL")
    }

    /// The value of `SAMLRequest` for a form.
    ///
    /// # Panics
    /// When it made none.
    #[must_use]
    pub fn post(&self) -> &str {
        self.asked["post"].as_str().expect("a value")
    }

    /// Asks again, with these wishes.
    ///
    /// # Panics
    /// When it does not.
    pub fn ask(&mut self, wishes: &Value) {
        self.asked = self.answer(&json!({ "ask": wishes }));
    }

    /// What it learns from a value of `SAMLResponse`: `name_id`, `attributes` and more, or `error`.
    ///
    /// # Panics
    /// When it says nothing.
    #[must_use]
    pub fn judge(&mut self, saml_response: &str) -> Value {
        self.answer(&json!({ "SAMLResponse": saml_response }))
    }

    fn answer(&mut self, line: &Value) -> Value {
        self.program.write_line(&line.to_string());
        self.lines += 1;
        self.program.wait_for("answer", |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            (line["number"] == self.lines).then_some(line)
        })
    }
}

/// The single logout of a SAML identity provider by pysaml2. Dropping it kills it.
#[derive(Debug)]
pub struct Pysaml2Logout {
    program: Program,
    lines: u64,
}

impl Pysaml2Logout {
    /// Starts one with this configuration file.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(config: &Path) -> Self {
        let mut command = python("pysaml2_logout.py");
        let program = Program::start("identity provider", command.arg(config));
        program.wait_for_start("ready", |line| line.contains("ready").then_some(()));
        Self { program, lines: 0 }
    }

    /// What it says to a line, as `pysaml2_logout.py` describes.
    ///
    /// # Panics
    /// When it says nothing.
    #[must_use]
    pub fn tell(&mut self, line: &Value) -> Value {
        self.program.write_line(&line.to_string());
        self.lines += 1;
        self.program.wait_for("answer", |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            (line["number"] == self.lines).then_some(line)
        })
    }
}

/// Whether the `xmlsec1` tool verifies the signature of an AuthnRequest; what it says if not.
///
/// # Errors
/// What it says.
///
/// # Panics
/// When it is not installed.
pub fn xmlsec1(request: &Path, certificate: &Path) -> Result<(), String> {
    xmlsec1_at("/*/*[local-name()='Signature']", request, certificate)
}

/// Whether the `xmlsec1` tool verifies the signature that a path finds in a message of ours;
/// what it says if not.
///
/// # Errors
/// What it says.
///
/// # Panics
/// When it is not installed.
pub fn xmlsec1_at(signature: &str, message: &Path, certificate: &Path) -> Result<(), String> {
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--enabled-key-data", "key-name,x509"]);
    let output = with_ids(&mut command)
        .args(["--node-xpath", signature, "--pubkey-cert-pem"])
        .args([certificate, message])
        .output()
        .expect("xmlsec1 starts; tests/peers/setup installs it");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Has the `xmlsec1` tool fill in the template of a signature that a document holds, and returns the
/// document.
///
/// # Panics
/// When it is not installed, or does not sign.
#[must_use]
pub fn xmlsec1_sign(template: &Path, key: &Path) -> String {
    let mut command = Command::new("xmlsec1");
    let output = with_ids(command.arg("--sign"))
        .arg("--privkey-pem")
        .args([key, template])
        .output()
        .expect("xmlsec1 starts; tests/peers/setup installs it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "xmlsec1 does not sign: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Without a schema the tool knows no IDs.
fn with_ids(command: &mut Command) -> &mut Command {
    for element in [AUTHN_REQUEST, RESPONSE, ASSERTION, ENTITY, ENTITIES] {
        command.args(["--id-attr:ID", element]);
    }
    command
}

/// A form that the identity provider made, for `browser` to hold back or to send later.
///
/// # Panics
/// When the address does not lead to one.
pub async fn answer_of_idp(browser: &mut Browser, authorize: &str) -> Form {
    let page = browser.open(authorize).await;
    assert_eq!(page.status, 200, "{} answers", page.url.path());
    let form = page.form().expect("a form");
    // Where requests are posted, the first form carries ours.
    if form.fields.iter().any(|(name, _)| name == "SAMLRequest") {
        return browser.submit(&form).await.form().expect("a form of the identity provider");
    }
    form
}

/// Whether check-jsonschema accepts these files by a schema, and what it says.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn check_schema(schema: &Path, files: &[PathBuf]) -> (bool, String) {
    let mut command = Command::new(installed("schema/bin/check-jsonschema"));
    command.arg("--schemafile").arg(schema).args(files);
    let output = command.output().expect("check-jsonschema starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn python(script: &str) -> Command {
    let mut command = Command::new(installed("venv/bin/python"));
    command.arg(self::script(script));
    command
}

/// A program of `tests/peers` by its path.
pub(crate) fn script(name: &str) -> PathBuf {
    root().join("tests/peers").join(name)
}

/// A program among what `tests/peers/setup` installs.
///
/// # Panics
/// When it is missing.
#[must_use]
pub fn installed(path: &str) -> PathBuf {
    let peers =
        std::env::var_os("SILTA_PEERS").map_or_else(|| root().join("target/peers"), PathBuf::from);
    let program = peers.join(path);
    assert!(program.exists(), "{path} is missing among the peers; install them: tests/peers/setup");
    program
}

pub(crate) fn node(script: &str) -> Command {
    let peers = root().join("tests/peers");
    assert!(
        peers.join("node_modules").exists(),
        "the npm peers are missing; install them: tests/peers/setup"
    );
    let mut command = Command::new("node");
    command.arg(peers.join(script));
    command
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const ENTITY_ID: &str = "https://pysaml2.example/metadata";
const AUTHN_REQUEST: &str = "urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest";
const RESPONSE: &str = "urn:oasis:names:tc:SAML:2.0:protocol:Response";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion:Assertion";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor";
const ENTITIES: &str = "urn:oasis:names:tc:SAML:2.0:metadata:EntitiesDescriptor";
