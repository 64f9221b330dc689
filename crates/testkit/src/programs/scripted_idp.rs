//! Identity providers made of libraries, each by one program of `tests/peers`: everybody is let in at once, as one person.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::foreign_idp::{ForeignIdp, our_metadata};
use crate::installed::installed;
use crate::peers::{node, script};
use crate::program::Program;
use crate::programs::listening::started_at_a_free_port;
use crate::test_dir::{LOA, TestDir};

/// A library for SAML that nobody here wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamlLibrary {
    /// samlify, of npm.
    Samlify,
    /// Auth0's samlp, of npm.
    Samlp,
    /// Lasso, of Debian.
    Lasso,
    /// crewjam/saml, of Go; it has no single logout.
    Crewjam,
}

/// An identity provider by one of them. Dropping it kills it.
#[derive(Debug)]
pub struct ScriptedIdp {
    _program: Program,
    library: SamlLibrary,
    url: String,
}

impl ScriptedIdp {
    /// Starts it with the key in `dir`, where our metadata will be.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(library: SamlLibrary, dir: &TestDir, person: &Value) -> Self {
        let keys = dir.idp_keys();
        let start = |port: u16| {
            let settings = json!({
                "port": port,
                "key": keys.join("idp.key"),
                "certificate": keys.join("idp.crt"),
                "sp_metadata": our_metadata(dir),
                "person": person,
                "authn_context": LOA,
            });
            Program::start("identity provider", library.command().arg(settings.to_string()))
        };
        let (program, address) = started_at_a_free_port(start);
        Self { _program: program, library, url: format!("http://{address}") }
    }

    /// Where a person logs out.
    #[must_use]
    pub fn logout(&self) -> String {
        format!("{}/logout", self.url)
    }
}

impl ForeignIdp for ScriptedIdp {
    fn metadata(&self) -> String {
        format!("{}/metadata", self.url)
    }

    async fn register(&self, metadata: &Path) {
        // The others read the file themselves.
        if self.library == SamlLibrary::Crewjam {
            let http = reqwest::Client::builder().no_proxy().build().expect("a client");
            let metadata = std::fs::read(metadata).expect("our metadata");
            let answer = http.put(format!("{}/services/silta", self.url)).body(metadata);
            let answer = answer.send().await.expect("it answers");
            assert_eq!(answer.status(), 204, "it takes our metadata");
        }
    }
}

impl SamlLibrary {
    fn command(self) -> Command {
        match self {
            Self::Samlify => node("samlify_idp.mjs"),
            Self::Samlp => node("samlp_idp.mjs"),
            Self::Lasso => {
                // Debian's own, which has its package.
                let mut command = Command::new("/usr/bin/python3");
                command.arg(script("lasso_idp.py"));
                command
            }
            Self::Crewjam => Command::new(installed("crewjam-saml/crewjam-saml")),
        }
    }
}
