//! Row 1: a request whose body is refused or never ends, with most of the body still to come.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::{Answers, ExchangeEnd, line, send_and_stay, stay};
use crate::siege::rows::Sent;
use tokio::io::AsyncWriteExt as _;
use tokio::time::{sleep, timeout};

/// All variants take turns, and every connection stays for as long as it is let.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let (many, within) = form.of((6_000, Duration::from_secs(40)), (400, Duration::from_secs(25)));
    let mut lines = JoinSet::new();
    // The last ones end only when the replica's patience does.
    let variants = &VARIANTS[..form.of(VARIANTS.len(), 6)];
    for turn in 0..many {
        let variant = &variants[turn % variants.len()];
        // Fewer at the admin listener, which is nobody's but the operator's.
        let admin = turn % 100 == 0;
        let to = if admin { deployment.admin() } else { deployment.hostile_address() };
        lines.spawn(async move { variant.send(to, within).await });
        // A machine opens thousands a second, but not all in one instant.
        if turn % 100 == 99 {
            sleep(Duration::from_millis(50)).await;
        }
    }
    let (mut answers, mut open) = (Answers::default(), 0);
    for ended in lines.join_all().await {
        answers.add(ended.status);
        open += usize::from(!ended.closed);
    }
    let seconds = within.as_secs();
    let what = format!(
        "{many} connections, {} octets each, {} variants: {answers}; still open after {seconds} s: {open}",
        OCTETS,
        variants.len()
    );
    let mut wrong = vec![];
    // A proxy has a patience of its own with its clients.
    if open > 0 && !deployment.behind_proxy() {
        wrong.push(format!("{open} connections are never ended"));
    }
    Sent { what, wrong, open: 0 }
}

/// A way to be refused.
struct Variant {
    /// The request line and further header lines, each with its end.
    head: &'static str,
    /// How the body begins.
    body: Body,
}

enum Body {
    /// A chunk of ten million octets.
    Chunk,
    /// An extension of a chunk's size that goes on.
    Extension,
    /// All chunks, and a trailer that goes on.
    Trailer,
    /// A chunk, of which an octet comes every ten seconds.
    Drops,
}

impl Variant {
    async fn send(&self, to: SocketAddr, within: Duration) -> ExchangeEnd {
        let head = format!(
            "{}Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Transfer-Encoding: chunked\r\n\r\n",
            self.head
        );
        let (begin, octets) = match self.body {
            Body::Chunk => ("989680\r\n", OCTETS),
            Body::Extension => ("5;a=", OCTETS),
            Body::Trailer => ("0\r\nX-Trailer: ", OCTETS),
            Body::Drops => ("989680\r\n", 1),
        };
        let request = format!("{head}{begin}{}", "a".repeat(octets));
        match self.body {
            Body::Chunk | Body::Extension | Body::Trailer => {
                send_and_stay(to, request.as_bytes(), within).await
            }
            Body::Drops => drip(to, request.as_bytes(), within).await,
        }
    }
}

/// Sends an octet every ten seconds after `request`, until the connection is ended.
async fn drip(to: SocketAddr, request: &[u8], within: Duration) -> ExchangeEnd {
    let Ok(mut line) = line(to).await else { return ExchangeEnd { status: None, closed: true } };
    // It may be ended at any time.
    let _ = timeout(within, line.write_all(request)).await;
    let mut last = ExchangeEnd { status: None, closed: false };
    for _ in 0..within.as_secs() / DROP.as_secs() {
        let ended = stay(&mut line, DROP).await;
        last = ExchangeEnd { status: last.status.take().or(ended.status), closed: ended.closed };
        if last.closed || line.write_all(b"a").await.is_err() {
            return ExchangeEnd { closed: true, ..last };
        }
    }
    last
}

const VARIANTS: [Variant; 9] = [
    Variant { head: "POST /token HTTP/1.1\r\n", body: Body::Chunk },
    Variant { head: "POST /saml/idp/acs HTTP/1.1\r\n", body: Body::Chunk },
    Variant { head: "GET /jwks HTTP/1.1\r\n", body: Body::Chunk },
    Variant { head: "POST /nothing HTTP/1.1\r\n", body: Body::Chunk },
    Variant { head: "PUT /token HTTP/1.1\r\n", body: Body::Chunk },
    Variant { head: "POST /token HTTP/1.1\r\nConnection: close\r\n", body: Body::Chunk },
    Variant { head: "POST /token HTTP/1.1\r\n", body: Body::Extension },
    Variant { head: "POST /token HTTP/1.1\r\n", body: Body::Trailer },
    Variant { head: "POST /token HTTP/1.1\r\n", body: Body::Drops },
];
/// More than any limit of a token request.
const OCTETS: usize = 70_000;
const DROP: Duration = Duration::from_secs(10);
