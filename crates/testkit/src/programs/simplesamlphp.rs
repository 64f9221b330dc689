//! A SAML identity provider by SimpleSAMLphp, which can log out.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::foreign_idp::{ForeignIdp, our_metadata};
use crate::installed::installed;
use crate::peers::script;
use crate::program::Program;
use crate::programs::listening::started_at_a_free_port;
use crate::test_dir::{LOA, TestDir};

/// An identity provider that lets everybody in as one person, with a session in the browser.
/// Dropping it kills it.
#[derive(Debug)]
pub struct SimpleSamlPhp {
    _program: Program,
    url: String,
}

impl SimpleSamlPhp {
    /// Starts it with the key in `dir`, where our metadata will be. It takes logouts by these bindings, the first
    /// of which is how its own messages travel.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(dir: &TestDir, logout_bindings: &[&str], person: &Value) -> Self {
        Self::configured(dir, &script("simplesamlphp"), logout_bindings, (person, LOA))
    }

    /// The same with another folder of its configuration, and this level.
    ///
    /// # Panics
    /// As [`SimpleSamlPhp::start`].
    #[must_use]
    pub fn configured(
        dir: &TestDir,
        configuration: &Path,
        logout_bindings: &[&str],
        (person, level): (&Value, &str),
    ) -> Self {
        let start = |port: u16| {
            let config = json!({
                "url": url(port),
                "entity_id": ENTITY_ID,
                "sp_metadata": our_metadata(dir),
                "logout_bindings": logout_bindings,
                "identity": person,
                "authn_context": level,
                "folder": dir.idp_keys(),
            });
            let mut command = Command::new("php");
            command
                .env("PEER_CONFIG", dir.write("simplesamlphp.json", config.to_string()))
                .env("SIMPLESAMLPHP_CONFIG_DIR", configuration)
                .args(["-d", "error_log=/dev/stderr", "-S", &format!("127.0.0.1:{port}")])
                .arg("-t")
                .arg(installed("simplesamlphp/www"));
            Program::start("SimpleSAMLphp", &mut command)
        };
        let (program, address) = started_at_a_free_port(start);
        Self { _program: program, url: url(address.port()) }
    }

    /// Where it is: a host and a port.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Where a person logs out.
    #[must_use]
    pub fn logout(&self) -> String {
        format!("{}/saml2/idp/SingleLogoutService.php", self.url)
    }
}

impl ForeignIdp for SimpleSamlPhp {
    fn metadata(&self) -> String {
        format!("{}/saml2/idp/metadata.php", self.url)
    }
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

const ENTITY_ID: &str = "https://simplesamlphp.example/metadata";
