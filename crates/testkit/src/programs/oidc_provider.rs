//! oidc-provider of npm as an upstream: an OpenID Provider that nobody here wrote.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::peers::node;
use crate::program::Program;
use crate::tcp_front::TcpFront;
use crate::test_dir::LOA;

/// An OpenID Provider by oidc-provider, behind an address that outlives it. Dropping it kills it.
#[derive(Debug)]
pub struct OidcProviderPeer {
    program: Program,
    front: TcpFront,
    settings: Value,
}

impl OidcProviderPeer {
    /// Starts one that knows Silta as the client of this metadata [OIDC Registration §2].
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(client: &Value, change: impl FnOnce(&mut Value)) -> Self {
        let front = TcpFront::start();
        let mut settings = json!({
            "issuer": front.url(),
            "client": client,
            "acr_values": [LOA, STRONG],
            "claims": CLAIMS,
            "claims_in_id_token": true,
        });
        change(&mut settings);
        let (program, address) = run(&settings);
        front.route_to(&[address]);
        Self { program, front, settings }
    }

    /// Its issuer.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.front.url()
    }

    /// What it says of requests that it refused.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        self.program.said()
    }

    /// Starts it anew at the same address, with keys that nobody has seen.
    ///
    /// # Panics
    /// As [`OidcProviderPeer::start`].
    pub fn restart(&mut self) {
        let (program, address) = run(&self.settings);
        self.front.route_to(&[address]);
        self.program = program;
    }

    /// From now on this person logs in, as `oidc_provider.mjs` describes.
    ///
    /// # Panics
    /// When it does not take it.
    pub async fn identify(&self, person: &Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.post(format!("{}/person", self.issuer())).body(person.to_string());
        let answer = answer.send().await.expect("oidc-provider answers");
        assert_eq!(answer.status(), 204, "oidc-provider takes the person");
    }
}

fn run(settings: &Value) -> (Program, SocketAddr) {
    let mut command = node("oidc_provider.mjs");
    let program = Program::start("oidc-provider", command.arg(settings.to_string()));
    let port = program.wait_for_start("port", |line| {
        let line: Value = serde_json::from_str(line).ok()?;
        u16::try_from(line["listening"].as_u64()?).ok()
    });
    (program, SocketAddr::from(([127, 0, 0, 1], port)))
}

/// A stronger level than [`LOA`].
pub const STRONG: &str = "http://ftn.ficora.fi/2017/loa3";

/// The claims of the test persons: URIs as Telia writes them, and plain names.
const CLAIMS: [&str; 15] = [
    "urn:oid:1.2.246.21",
    "urn:oid:2.5.4.42",
    "urn:oid:2.5.4.4",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "urn:oid:2.5.4.3",
    "urn:oid:1.2.246.517.3002.111.2",
    "urn:oid:1.2.246.517.2002.2.18",
    "urn:oid:1.2.246.517.2002.2.19",
    "urn:oid:1.2.246.517.2002.2.4",
    "urn:oid:1.2.246.517.2002.2.6",
    "urn:oid:1.2.246.517.2002.2.7",
    "personal_identity_code",
    "given_name",
    "family_name",
    "name",
];
