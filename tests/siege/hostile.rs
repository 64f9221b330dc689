//! The hostile machine: one address, as many connections as it likes, and octets that no library
//! would send.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::redirect;
use silta_testkit::forge::SentRequest;
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::test_dir::CALLBACK;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use url::form_urlencoded::Serializer;

use super::deployment::Deployment;

/// How requests ended: a status, with the error that a client is told in a redirect, or without any
/// answer; how many each.
#[derive(Debug, Default)]
pub(super) struct Answers(BTreeMap<String, usize>);

impl Answers {
    pub(super) fn add(&mut self, answer: Option<String>) {
        *self.0.entry(answer.unwrap_or_else(|| "no answer".to_owned())).or_default() += 1;
    }

    pub(super) fn all(&self) -> usize {
        self.0.values().sum()
    }

    pub(super) fn of(&self, answer: &str) -> usize {
        self.0.get(answer).copied().unwrap_or_default()
    }

    /// How many were worked on and redirected.
    pub(super) fn redirected(&self) -> usize {
        let served = self
            .0
            .iter()
            .filter(|(answer, _)| answer.starts_with("303") && !BUSY.contains(&answer.as_str()));
        served.map(|(_, count)| count).sum()
    }

    /// In words, what came beside the answers that are right here. Whatever is asked, a request may be
    /// refused because too many come.
    pub(super) fn beside(&self, right: &[&str]) -> Vec<String> {
        let right = |answer: &str| right.contains(&answer) || BUSY.contains(&answer);
        let wrong = self.0.iter().filter(|(answer, _)| !right(answer));
        wrong.map(|(answer, count)| format!("{count} were answered with {answer}")).collect()
    }

    fn join(&mut self, other: Self) {
        for (answer, count) in other.0 {
            *self.0.entry(answer).or_default() += count;
        }
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.0.iter().map(|(answer, count)| format!("{answer} x {count}"));
        f.write_str(&each.collect::<Vec<_>>().join(", "))
    }
}

/// How a connection that was left open ended.
#[derive(Debug)]
pub(super) struct ExchangeEnd {
    pub(super) status: Option<String>,
    /// Whether the other side ended it in time.
    pub(super) closed: bool,
}

/// A connection from the hostile machine.
pub(super) async fn line(to: SocketAddr) -> io::Result<TcpStream> {
    line_from(HOSTILE, to).await
}

async fn line_from(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    // Ports of connections that have ended may serve again.
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::new(from, 0))?;
    timeout(UNBEARABLE, socket.connect(to)).await.map_err(|_| io::ErrorKind::TimedOut)?
}

/// Opens a connection, sends `octets` as far as they are taken, and waits until it is ended.
pub(super) async fn send_and_stay(to: SocketAddr, octets: &[u8], within: Duration) -> ExchangeEnd {
    let Ok(mut line) = line(to).await else { return ExchangeEnd { status: None, closed: true } };
    // It may be ended while we send, or nothing be taken any more.
    let _ = timeout(within, line.write_all(octets)).await;
    stay(&mut line, within).await
}

/// Waits until a connection is ended.
pub(super) async fn stay(line: &mut TcpStream, within: Duration) -> ExchangeEnd {
    let (mut head, mut part) = (vec![], [0; 4096]);
    let ended = timeout(within, async {
        while let Ok(read @ 1..) = line.read(&mut part).await {
            if head.len() < STATUS_LINE {
                head.extend_from_slice(&part[..read]);
            }
        }
    });
    let closed = ended.await.is_ok();
    ExchangeEnd { status: status_of(&head), closed }
}

/// Sends requests over connections that are kept, as fast as `workers` get answers, until there were
/// `most` or the time is over. `request` gets the number of each.
pub(super) async fn flood(
    to: SocketAddr,
    workers: usize,
    most: usize,
    lasting: Duration,
    request: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static,
) -> Answers {
    let (request, turns) = (Arc::new(request), Arc::new(AtomicUsize::new(0)));
    let end = Instant::now() + lasting;
    let mut all = JoinSet::new();
    for _ in 0..workers {
        let (request, turns) = (request.clone(), turns.clone());
        all.spawn(async move {
            let (mut answers, mut open) = (Answers::default(), None);
            while Instant::now() < end {
                let turn = turns.fetch_add(1, Ordering::Relaxed);
                if turn >= most {
                    break;
                }
                answers.add(exchange(&mut open, to, &request(turn)).await);
            }
            answers
        });
    }
    let mut answers = Answers::default();
    for one in all.join_all().await {
        answers.join(one);
    }
    answers
}

/// Sends `requests` to a replica that can serve `capacity` a second, `times` as many, each over a
/// connection of its own from an address that `from` names, and by somebody who goes away after a
/// second. How many a second that were, and what was answered.
pub(super) async fn overrun(
    to: SocketAddr,
    (capacity, times): (f64, f64),
    from: impl Fn(u32) -> IpAddr,
    requests: impl IntoIterator<Item = Vec<u8>>,
) -> (f64, Answers) {
    let burst = (capacity * times * BURST.as_secs_f64()).ceil();
    let mut pace = interval(BURST);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (began, mut lines) = (Instant::now(), JoinSet::new());
    let (mut now, mut count) = (0.0, 0_u32);
    for request in requests {
        if now <= 0.0 {
            pace.tick().await;
            now = burst;
        }
        let from = from(count);
        lines.spawn(async move {
            let answer = async {
                let mut open = Some(line_from(from, to).await.ok()?);
                exchange(&mut open, to, &request).await
            };
            timeout(IMPATIENT, answer).await.ok().flatten()
        });
        (now, count) = (now - 1.0, count + 1);
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    let mut answers = Answers::default();
    for status in lines.join_all().await {
        answers.add(status);
    }
    (rate, answers)
}

/// One request and its whole answer, over the connection that is open, or a new one.
pub(super) async fn exchange(
    open: &mut Option<TcpStream>,
    to: SocketAddr,
    request: &[u8],
) -> Option<String> {
    let mut connection = match open.take() {
        Some(kept) => kept,
        None => line(to).await.ok()?,
    };
    let sent_and_read = async {
        connection.write_all(request).await.ok()?;
        let (mut answer, mut part) = (vec![], [0; 4096]);
        loop {
            let read = connection.read(&mut part).await.ok()?;
            if read == 0 {
                return Some((status_of(&answer)?, false));
            }
            answer.extend_from_slice(&part[..read]);
            if let Some(kept) = whole(&answer) {
                return Some((status_of(&answer)?, kept));
            }
        }
    };
    let (status, kept) = timeout(UNBEARABLE, sent_and_read).await.ok()??;
    if kept {
        *open = Some(connection);
    }
    Some(status)
}

/// Whether an answer is complete, and then whether its connection stays.
fn whole(answer: &[u8]) -> Option<bool> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    (answer.len() >= end + length).then(|| !head.contains("\r\nconnection: close"))
}

/// What an answer says: its status, and the error of a redirect to the client.
pub(super) fn status_of(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let status = head.get(9..12)?.to_owned();
    let error = head.split_once("error=").and_then(|(_, rest)| rest.split(['&', '\r']).next());
    Some(error.map_or(status.clone(), |error| format!("{status} {error}")))
}

/// A form that is posted to `path`, with more header lines, each with its end.
pub(super) fn post(path: &str, headers: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n{headers}\r\n{form}"
    )
    .into_bytes()
}

/// A request for a login, as the query of a URL or the body of a form.
pub(super) fn login_request(more: &str) -> String {
    let callback: String = url::form_urlencoded::byte_serialize(CALLBACK.as_bytes()).collect();
    format!("client_id=other&redirect_uri={callback}&response_type=code&scope=openid{more}")
}

/// A login that the hostile machine has begun, as anybody can.
#[derive(Debug, Clone)]
pub(super) struct StartedLogin {
    /// The header line, with its end.
    pub(super) cookie: String,
    pub(super) relay_state: String,
    pub(super) request: SentRequest,
}

impl StartedLogin {
    /// A request that answers it with this message, and ends its connection.
    pub(super) fn answered_with(&self, message: &str) -> Vec<u8> {
        let form = [("SAMLResponse", message), ("RelayState", &self.relay_state)];
        let form = Serializer::new(String::new()).extend_pairs(form).finish();
        post("/saml/idp/acs", &format!("{}Connection: close\r\n", self.cookie), &form)
    }
}

/// A machine that begins logins.
pub(super) struct LoginStarter {
    http: reqwest::Client,
    url: String,
    idp: QuickIdp,
}

impl LoginStarter {
    pub(super) fn at(deployment: &Deployment) -> Self {
        Self::from(HOSTILE, deployment)
    }

    pub(super) fn from(address: IpAddr, deployment: &Deployment) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(redirect::Policy::none());
        Self {
            http: http.local_address(address).timeout(UNBEARABLE).build().expect("a client"),
            url: format!(
                "http://{}/authorize?{}",
                deployment.hostile_address(),
                login_request("&state=s")
            ),
            idp: QuickIdp::of(&deployment.dir),
        }
    }

    /// Nothing when it is refused.
    pub(super) async fn begin(&self) -> Option<StartedLogin> {
        let left = self.http.get(&self.url).send().await.ok()?;
        let header = |name| left.headers().get(name).and_then(|value| value.to_str().ok());
        let cookie = header(SET_COOKIE)?.split(';').next()?;
        let to = header(LOCATION).filter(|to| !to.starts_with(CALLBACK))?;
        let request = self.idp.request(to);
        Some(StartedLogin {
            cookie: format!("Cookie: {cookie}\r\n"),
            relay_state: request.relay_state.clone()?,
            request,
        })
    }
}

/// What a replica says that has no room.
const BUSY: [&str; 2] = ["503", "303 temporarily_unavailable"];
/// The one address that is hostile.
pub(super) const HOSTILE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 2, 66));
/// Who waits so long for the answer to one of too many requests goes away.
const IMPATIENT: Duration = Duration::from_secs(1);
/// Too many requests come in bursts of ten milliseconds.
const BURST: Duration = Duration::from_millis(10);
/// Longer than any limit of the replica.
const UNBEARABLE: Duration = Duration::from_secs(30);
/// As much of an answer as its status needs.
const STATUS_LINE: usize = 12;
