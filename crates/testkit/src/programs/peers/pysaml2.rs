//! pysaml2 as identity provider and as service provider.

use std::path::Path;

use serde_json::{Value, json};

use super::python;
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

/// A SAML service provider by pysaml2, as `pysaml2_sp.py` describes: it has asked.
#[derive(Debug)]
pub struct Pysaml2Sp {
    program: Numbered,
    asked: Value,
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
        Self { program: Numbered::of(program), asked }
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
        self.asked = self.program.answer(&json!({ "ask": wishes }));
    }

    /// What it learns from a value of `SAMLResponse`: `name_id`, `attributes` and more, or `error`.
    ///
    /// # Panics
    /// When it says nothing.
    #[must_use]
    pub fn judge(&mut self, saml_response: &str) -> Value {
        self.program.answer(&json!({ "SAMLResponse": saml_response }))
    }
}

/// The single logout of a SAML identity provider by pysaml2. Dropping it kills it.
#[derive(Debug)]
pub struct Pysaml2Logout {
    program: Numbered,
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
        Self { program: Numbered::of(program) }
    }

    /// What it says to a line, as `pysaml2_logout.py` describes.
    ///
    /// # Panics
    /// When it says nothing.
    #[must_use]
    pub fn tell(&mut self, line: &Value) -> Value {
        self.program.answer(line)
    }
}

/// A program that answers each line with one of the same number.
#[derive(Debug)]
struct Numbered {
    program: Program,
    lines: u64,
}

impl Numbered {
    fn of(program: Program) -> Self {
        Self { program, lines: 0 }
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

const ENTITY_ID: &str = "https://pysaml2.example/metadata";
