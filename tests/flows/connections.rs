//! Connections that one hostile machine cannot hold: raw octets against one replica.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use silta_testkit::silta::{Silta, binary};
use silta_testkit::test_dir::{ConfigParams, TestDir};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::fixture::eventually;

#[tokio::test]
async fn a_body_that_is_refused_ends_its_connection() {
    let (_place, silta) = alone();
    let chunk = format!("989680\r\n{}", "a".repeat(70_000));
    let chunked = |request_line: &str, header: &str, body: &str| {
        let text = format!(
            "{request_line} HTTP/1.1\r\nHost: x\r\n{FORM}{header}Transfer-Encoding: chunked\r\n\r\n{body}"
        );
        text.into_bytes()
    };
    let (public, admin) = (silta.address(), silta.admin());
    let cases = [
        (public, 413, chunked("POST /token", "", &chunk)),
        (public, 413, chunked("POST /token", "Connection: close\r\n", &chunk)),
        (public, 200, chunked("GET /jwks", "", &chunk)),
        (public, 200, chunked("GET /jwks", "", "989680\r\nabc")),
        (public, 404, chunked("POST /nothing", "", &chunk)),
        (public, 404, chunked("POST /nothing", "", &format!("5;{}", "x".repeat(3_000)))),
        (public, 404, chunked("POST /nothing", "", &format!("0\r\na: {}", "x".repeat(3_000)))),
        (public, 405, chunked("PUT /token", "", &chunk)),
        (admin, 200, chunked("GET /health/live", "", &chunk)),
        (admin, 404, chunked("POST /nothing", "", &chunk)),
        (
            public,
            404,
            format!("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n{chunk}")
                .into_bytes(),
        ),
    ];
    let mut ends = JoinSet::new();
    for (address, status, octets) in cases {
        for still_sending in [false, true] {
            let octets = octets.clone();
            ends.spawn(async move {
                let answers = until_the_end(address, &octets, still_sending).await;
                assert!(answers.starts_with(&format!("HTTP/1.1 {status} ")), "{answers}");
                assert!(answers.contains("\r\nconnection: close\r\n"), "{answers}");
            });
        }
    }
    // After a good request, too.
    let pipelined =
        [&b"GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n"[..], &chunked("POST /no", "", &chunk)];
    let pipelined = pipelined.concat();
    ends.spawn(async move {
        let answers = until_the_end(public, &pipelined, false).await;
        assert!(answers.contains("HTTP/1.1 404 "), "{answers}");
    });
    ends.join_all().await;
    let unread = r#"connections_ended_total{listener="admin",reason="unread_body"}"#;
    assert_eq!(at_least(&silta, unread, 4).await, 4);
    eventually("end of all", async || {
        let open = value(&metrics(&silta).await, r#"connections_open{listener="public"}"#);
        (open == Some(0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_body_that_does_not_come_ends_its_connection() {
    let (_place, silta) = alone();
    let octets = format!(
        "POST /token HTTP/1.1\r\nHost: x\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n989680\r\nabc"
    );
    let (silent, dripping) = tokio::join!(
        until_the_end(silta.address(), octets.as_bytes(), false),
        until_the_end(silta.address(), octets.as_bytes(), true),
    );
    for answer in [silent, dripping] {
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
}

#[tokio::test]
async fn a_head_that_does_not_end_ends_its_connection() {
    let (_place, silta) = alone();
    let good = "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n";
    let second = async {
        let mut line = TcpStream::connect(silta.address()).await.unwrap();
        line.write_all(good.as_bytes()).await.unwrap();
        read_until(&mut line, "]}").await;
        let rest = end_of(line, b"G", true).await;
        assert_eq!(rest, "", "it is not a request");
    };
    let first = async {
        let answer = until_the_end(silta.address(), b"GET /jwks HTTP/1.1\r\n", true).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("\r\nx-frame-options: DENY\r\n"), "{answer}");
    };
    let silent = until_the_end(silta.address(), b"", false);
    tokio::join!(first, second, silent);
    let slow = r#"connections_ended_total{listener="public",reason="slow_head"}"#;
    assert_eq!(at_least(&silta, slow, 3).await, 3);
}

#[tokio::test]
async fn an_answer_that_nobody_takes_ends_its_connection() {
    let (_place, silta) = alone();
    let mut line = TcpStream::connect(silta.address()).await.unwrap();
    let requests = "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    let refused = async { while line.write_all(requests.as_bytes()).await.is_ok() {} };
    timeout(PATIENCE, refused).await.expect("an end");
    let slow = r#"connections_ended_total{listener="public",reason="slow_reader"}"#;
    assert_eq!(at_least(&silta, slow, 1).await, 1);
}

#[tokio::test]
async fn connections_of_honest_clients_stay_open_between_requests() {
    let (_place, silta) = alone();
    let mut line = TcpStream::connect(silta.address()).await.unwrap();
    let get = "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n";
    let post = format!("POST /token HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: 3\r\n\r\na=b");
    let chunked = format!(
        "POST /token HTTP/1.1\r\nHost: x\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n"
    );
    for _ in 0..2 {
        line.write_all(format!("{get}{get}").as_bytes()).await.unwrap();
        for _ in 0..2 {
            read_until(&mut line, "]}").await;
        }
        for post in [&post, &chunked] {
            line.write_all(post.as_bytes()).await.unwrap();
            let answer = read_until(&mut line, "}").await;
            assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
            assert!(!answer.contains("connection: close"), "{answer}");
        }
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_our_headers() {
    let (_place, silta) = alone();
    let many = format!("GET /jwks HTTP/1.1\r\nHost: x\r\n{}\r\n", "a: b\r\n".repeat(120));
    let long = format!("GET /jwks HTTP/1.1\r\nHost: x\r\na: {}", "a".repeat(140_000));
    let cases = [(400, "GARBAGE\r\n\r\n"), (431, many.as_str()), (431, long.as_str())];
    for (status, text) in cases {
        for address in [silta.address(), silta.admin()] {
            let answer = until_the_end(address, text.as_bytes(), false).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            for header in ["x-frame-options: DENY", "cache-control: no-store", "connection: close"]
            {
                assert!(answer.contains(&format!("\r\n{header}\r\n")), "no {header}: {answer}");
            }
        }
    }
    // A stranger who sends nonsense is counted, and writes no lines.
    let malformed = r#"connections_ended_total{listener="public",reason="malformed"}"#;
    assert_eq!(at_least(&silta, malformed, 3).await, 3);
    let lines = silta.logs();
    assert!(!lines.iter().any(|line| line.contains("actix_http")), "{lines:?}");
}

#[tokio::test]
async fn a_body_that_will_be_refused_is_not_asked_for() {
    let (_place, silta) = alone();
    // An answer may have 64 KiB: what is configured, less than what can be.
    for (path, octets) in [("/token", 70_000), ("/saml/idp/acs", 65_537), ("/saml/no/acs", 70_000)]
    {
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: {octets}\r\n\
             Expect: 100-continue\r\n\r\n"
        );
        let answer = until_the_end(silta.address(), text.as_bytes(), false).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("\r\nx-frame-options: DENY\r\n"), "{answer}");
    }
    let ended = |why| format!(r#"connections_ended_total{{listener="public",reason="{why}"}}"#);
    // The last one is counted when its end has been seen here.
    at_least(&silta, &ended("unread_body"), 3).await;
    let text = metrics(&silta).await;
    assert_eq!(value(&text, &ended("unread_body")), Some(3));
    assert!(!text.contains(&ended("malformed")), "it is good HTTP");
}

#[tokio::test]
async fn at_the_bound_unfinished_requests_of_whoever_holds_most_make_room() {
    let dir = TestDir::new();
    let config = dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned()));
    let mut command = Command::new("sh");
    // 256 descriptors: 128 connections.
    let script = r#"ulimit -n 256 && exec "$0" serve --config "$1""#;
    command.args(["-c", script]).arg(binary()).arg(config);
    let silta = Silta::by(&mut command);
    silta.log("warning", |line| line["instead_of"].is_number() && line["connections"] == 128);

    let honest = SocketAddr::from(([127, 0, 0, 2], 0));
    let mut kept = connect_from(honest, silta.address()).await;
    kept.write_all(b"GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_until(&mut kept, "]}").await;
    // A slow telephone's body is still coming.
    let mut in_flight = connect_from(honest, silta.address()).await;
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    );
    in_flight.write_all(head.as_bytes()).await.unwrap();
    read_until(&mut in_flight, "HTTP/1.1 100 Continue\r\n\r\n").await;

    let mut hostile = vec![];
    for at in 0..400 {
        let mut line = TcpStream::connect(silta.address()).await.unwrap();
        // Idle ones, heads that do not end, and bodies that do not.
        match at % 3 {
            0 => {}
            1 => line.write_all(b"GET /jwks HT").await.unwrap(),
            _ => line.write_all(format!("{head}a=").as_bytes()).await.unwrap(),
        }
        hostile.push(line);
    }
    // So somebody new comes in, who was here stays, and the admin listener answers.
    let mut new = connect_from(honest, silta.address()).await;
    for line in [&mut new, &mut kept] {
        line.write_all(b"GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        read_until(line, "]}").await;
    }
    in_flight.write_all(b"a=b").await.unwrap();
    let answer = read_until(&mut in_flight, "}").await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let displaced = r#"connections_ended_total{listener="public",reason="displaced"}"#;
    at_least(&silta, displaced, 270).await;
    let open = at_least(&silta, r#"connections_open{listener="public"}"#, 0).await;
    assert!(open <= 128, "{open}");
    let warned = |line: &str| line.contains("too many conn");
    eventually("warning", async || silta.logs().iter().any(|line| warned(line)).then_some(()))
        .await;
    assert_eq!(silta.logs().iter().filter(|line| warned(line)).count(), 1);

    // Nor does a flood of the admin listener reach the public one, or starve itself.
    let mut admin = vec![];
    for _ in 0..100 {
        admin.push(TcpStream::connect(silta.admin()).await.unwrap());
    }
    new.write_all(b"GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_until(&mut new, "]}").await;
    let open = at_least(&silta, r#"connections_open{listener="admin"}"#, 0).await;
    assert!(open <= 32, "{open}");
    drop((hostile, admin));
}

pub(crate) fn alone() -> (TestDir, Silta) {
    let dir = TestDir::new();
    let silta = Silta::start(&dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned())));
    (dir, silta)
}

async fn connect_from(source: SocketAddr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(source).unwrap();
    socket.connect(to).await.unwrap()
}

/// Everything that comes back until the other side ends the connection.
pub(crate) async fn until_the_end(
    address: SocketAddr,
    octets: &[u8],
    still_sending: bool,
) -> String {
    let line = TcpStream::connect(address).await.unwrap();
    end_of(line, octets, still_sending).await
}

/// The same on a connection that is there: who is still sending sends an octet at a time, for ever.
pub(crate) async fn end_of(line: TcpStream, octets: &[u8], still_sending: bool) -> String {
    let (mut from, mut to) = line.into_split();
    let sending = async {
        let mut sent = to.write_all(octets).await;
        while still_sending && sent.is_ok() {
            sleep(BETWEEN_OCTETS).await;
            sent = to.write_all(b"a").await;
        }
        // Nothing is closed from this side.
        std::future::pending::<()>().await;
    };
    let mut received = vec![];
    // A reset is an end, too: it comes to those who send on.
    let ended = timeout(PATIENCE, async {
        tokio::select! {
            _ = from.read_to_end(&mut received) => {}
            () = sending => {}
        }
    });
    ended.await.expect("an end of the connection");
    String::from_utf8(received).unwrap()
}

/// Reads up to and with `end`.
pub(crate) async fn read_until(line: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let reading = async {
        while !text.ends_with(end) {
            text.push(line.read_u8().await.expect("more of the answer").into());
        }
    };
    timeout(PATIENCE, reading).await.expect("an answer");
    text
}

async fn metrics(silta: &Silta) -> String {
    let url = format!("http://{}/metrics", silta.admin());
    eventually("metrics", async || reqwest::get(&url).await.ok()?.text().await.ok()).await
}

/// The value of a series, as soon as it is no less: a connection is counted after it has ended, by
/// another thread than the client's.
pub(crate) async fn at_least(silta: &Silta, name: &str, least: u64) -> u64 {
    eventually(name, async || value(&metrics(silta).await, name).filter(|value| *value >= least))
        .await
}

fn value(metrics: &str, name: &str) -> Option<u64> {
    let line = metrics.lines().find_map(|line| line.strip_prefix("silta_")?.strip_prefix(name));
    line.map(|value| value.trim().parse().unwrap())
}

const PUBLIC_URL: &str = "http://127.0.0.1:8080";
pub(crate) const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
/// Far beyond every rule here (2 s, 10 s and 20 s), on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(2);
const BETWEEN_OCTETS: Duration = Duration::from_millis(200);
