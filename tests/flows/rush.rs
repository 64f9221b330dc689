//! More requests than can be served: some are refused at once, and people from elsewhere get through.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use silta_testkit::login_runner::LoginRunner;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{CALLBACK, ConfigParams, TestDir};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::fixture::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rush_from_one_machine_is_refused_in_part_and_people_from_elsewhere_log_in() {
    let dir = TestDir::new();
    let silta = Silta::start(&dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned())));
    // On a machine that gives the replica hardly a core, they may be told to come again, too.
    let honest = LoginRunner::at(&silta, &dir).coming_again();
    let rush = Rush::begin(&silta);
    eventually("page that says so", async || {
        (rush.seen.pages.load(Ordering::Relaxed) > 0).then_some(())
    })
    .await;
    eventually("answer to a client that says so", async || {
        (rush.seen.clients.load(Ordering::Relaxed) > 0).then_some(())
    })
    .await;
    // They come from 127.0.0.1, and the rush does not.
    for turn in 0..3 {
        honest.one(turn).await;
    }
    let refused = rush.end().await;

    let times = |message: &str| {
        let all = silta.logs();
        all.iter().filter(|line| line.contains(message)).count()
    };
    // Where the machine gives the rush no time for a while, it ends and begins once more.
    let times = eventually("end of the rush", async || {
        let begun = times("more requests come than can be served");
        (begun > 0 && times("all requests are served again") == begun).then_some(begun)
    })
    .await;
    assert!(times < refused, "told {times} times of {refused} refusals");
    let metrics = reqwest::get(format!("http://{}/metrics", silta.admin())).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for endpoint in ["authorize", "token"] {
        let line = format!("silta_requests_shed_total{{endpoint=\"{endpoint}\"}}");
        assert!(metrics.contains(&line), "{endpoint}");
    }
    honest.one(3).await;
}

#[tokio::test]
async fn a_client_that_has_gone_costs_no_work_and_is_no_rush() {
    let dir = TestDir::new();
    let silta = Silta::start(&dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned())));
    // Its end may be seen only when the work is done: then once more.
    eventually("answer without any work", async || {
        let mut line = TcpStream::connect(silta.address()).await.unwrap();
        let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n";
        let request = format!("POST /token HTTP/1.1\r\nHost: x\r\n{form}\r\na=b");
        line.write_all(request.as_bytes()).await.unwrap();
        line.shutdown().await.unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.unwrap();
        (answer.starts_with("HTTP/1.1 503") && answer.ends_with("\r\n\r\n")).then_some(())
    })
    .await;
    let metrics = reqwest::get(format!("http://{}/metrics", silta.admin())).await.unwrap();
    assert!(!metrics.text().await.unwrap().contains("requests_shed_total{"));
    assert!(!silta.logs().iter().any(|line| line.contains("more requests come than")));
}

/// One machine that sends more than two cores can serve, until it is told to stop.
struct Rush {
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
    senders: JoinSet<()>,
}

/// Refusals that said 503, with a time to come back, in the form that suits who asked.
#[derive(Default)]
struct Seen {
    pages: AtomicUsize,
    clients: AtomicUsize,
}

impl Rush {
    fn begin(silta: &Silta) -> Self {
        let (stop, seen) = (Arc::<AtomicBool>::default(), Arc::<Seen>::default());
        let mut senders = JoinSet::new();
        for at in 0..SENDERS {
            let (stop, seen, address) = (stop.clone(), seen.clone(), silta.address());
            senders.spawn(async move {
                let page = at % 2 == 0;
                while !stop.load(Ordering::Relaxed) {
                    let Some(answer) = asked(address, page).await else { continue };
                    if answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 5") {
                        let told = if page { "<h1>Too many people" } else { "temporarily_unavail" };
                        let count = if page { &seen.pages } else { &seen.clients };
                        count.fetch_add(answer.matches(told).count(), Ordering::Relaxed);
                    }
                }
            });
        }
        Self { stop, seen, senders }
    }

    /// Ends it: how many were refused.
    async fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.senders.join_all().await;
        self.seen.pages.load(Ordering::Relaxed) + self.seen.clients.load(Ordering::Relaxed)
    }
}

/// One request from 127.0.0.2, to its answer, if there is one.
async fn asked(address: std::net::SocketAddr, page: bool) -> Option<String> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).ok()?;
    let mut line: TcpStream = socket.connect(address).await.ok()?;
    let request = if page {
        let asked = format!("client_id=other&redirect_uri={CALLBACK}&response_type=code");
        format!(
            "GET /authorize?{asked}&scope=openid HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
    } else {
        let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n";
        format!("POST /token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{form}\r\na=b")
    };
    line.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.ok()?;
    Some(answer)
}

const PUBLIC_URL: &str = "http://127.0.0.1:8080";
/// Two cores work on 64 at once, and 256 wait for them at each of two gates.
const SENDERS: usize = 1200;
