//! The client against a server that answers as badly as a test wants.

#![expect(clippy::unwrap_used, reason = "tests")]

mod address;
mod answer;
mod exchange;
mod metadata;
mod tls;

use std::env;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::sync::Mutex;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use silta_testkit::authority::Authority;
use silta_testkit::deadline::DEADLINE;
use silta_testkit::scripted_server::{ScriptedServer, Step};

use super::*;

/// The name that certificates of the server are for.
const NAME: &str = "op.example";
const MAX_BODY: usize = 1000;
/// For what would never end: the time in which nothing may come of it.
const BRIEF: Duration = Duration::from_millis(500);

/// A provider, and a client that trusts its authority.
struct Provider {
    server: ScriptedServer,
    client: HttpsClient,
}

impl Provider {
    fn answering(script: &[Step]) -> Self {
        Self::with(script, BOUNDS)
    }

    fn with(script: &[Step], bounds: Bounds) -> Self {
        let authority = Authority::new("Test CA");
        let server = ScriptedServer::with_tls(&authority.server(&[NAME]), script);
        let client = client(&authority, Loopback::Allowed, Names::leading_to(&[HERE]), bounds);
        Self { server, client }
    }

    fn url(&self, path: &str) -> OutboundUrl {
        url(&format!("https://{NAME}:{}{path}", self.server.address().port()))
    }

    async fn get(&self) -> Result<OutboundResponse, OutboundHttpError> {
        self.client.send(&get(&self.url("/userinfo"))).await
    }
}

fn client(
    authority: &Authority,
    loopback: Loopback,
    lookup: Arc<dyn Lookup>,
    bounds: Bounds,
) -> HttpsClient {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(&authority.certificate_pem()).unwrap();
    roots.add(root).unwrap();
    HttpsClient::bounded(&roots.into(), loopback, lookup, bounds).unwrap()
}

fn url(text: &str) -> OutboundUrl {
    OutboundUrl::parse(text).unwrap()
}

/// A request for JSON that has all the time it may need.
fn get(url: &OutboundUrl) -> OutboundRequest<'_> {
    OutboundRequest {
        url,
        method: OutboundMethod::Get,
        accept: "application/json",
        authorization: None,
        max_body: MAX_BODY,
        time_out: DEADLINE,
    }
}

fn write(answer: &str) -> Step {
    Step::Write(answer.as_bytes().to_vec())
}

/// A whole answer with these fields beside its length.
fn ok(fields: &str, body: &str) -> Step {
    write(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{fields}\r\n{body}", body.len()))
}

/// Waits until it holds.
async fn until(holds: impl Fn() -> bool) {
    let waited = tokio::time::timeout(DEADLINE, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap();
}

/// Runs one test of this module in a process of its own, with these variables: they may not be set
/// in a process that has threads.
fn run_again(test: &str, variables: &[(&str, &str)]) {
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", &format!("outbound::tests::{test}")]);
    for name in ["NO_PROXY", "no_proxy", "SSL_CERT_DIR"] {
        again.env_remove(name);
    }
    let done = again.envs(variables.iter().copied()).output().unwrap();
    let printed = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && printed.contains("1 passed"), "{printed}");
}

/// Every name leads to these addresses; at each further question, to the next ones.
#[derive(Debug)]
struct Names {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    questions: Mutex<Vec<String>>,
}

impl Names {
    fn leading_to(addresses: &[IpAddr]) -> Arc<Self> {
        Self::leading_first_to(&[addresses])
    }

    fn leading_first_to(answers: &[&[IpAddr]]) -> Arc<Self> {
        let answers = answers.iter().rev().map(|addresses| addresses.to_vec()).collect();
        Arc::new(Self { answers: Mutex::new(answers), questions: Mutex::default() })
    }

    fn questions(&self) -> Vec<String> {
        self.questions.lock().unwrap().clone()
    }
}

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.questions.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let last = answers.len() == 1;
        let next = if last { answers.first().cloned() } else { answers.pop() };
        next.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
