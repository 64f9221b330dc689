//! Relying parties by libraries that others wrote.

use std::process::Command;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{node, python, script};
use crate::browser::Form;
use crate::installed::installed;
use crate::program::Program;

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
