//! A replica that is told to stop finishes what it has begun.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use silta_testkit::patience::PATIENCE;
use silta_testkit::silta::Silta;
use silta_testkit::workplace::{Plan, Workplace};

use crate::world::eventually;

#[tokio::test]
async fn a_request_in_flight_is_answered_before_a_stopped_replica_ends() {
    let place = Workplace::new();
    let mut silta = Silta::start(&place.configure(&Plan::alone(PUBLIC_URL.to_owned())));
    let mut idle = connected(&silta);
    write!(idle, "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    read_until(&mut idle, "]}");

    let mut request = connected(&silta);
    write!(
        request,
        "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 10\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    // This answer shows that the request has been taken up, and waits for its body.
    read_until(&mut request, "HTTP/1.1 100 Continue\r\n\r\n");

    silta.terminate();
    // From here on nobody new is let in, and what is open must be finished.
    eventually("closed door", async || TcpStream::connect(silta.address()).err()).await;
    write!(request, "code=x&a=b").unwrap();
    let answer = read_until(&mut request, "}");

    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("invalid_client"), "{answer}");
    silta.ended_well();
}

fn connected(silta: &Silta) -> TcpStream {
    let line = TcpStream::connect(silta.address()).unwrap();
    line.set_read_timeout(Some(PATIENCE)).unwrap();
    line
}

/// Reads up to and with `end`.
fn read_until(line: &mut TcpStream, end: &str) -> String {
    let (mut text, mut octet) = (String::new(), [0]);
    while !text.ends_with(end) {
        line.read_exact(&mut octet).expect("more of the answer");
        text.push(octet[0].into());
    }
    text
}

const PUBLIC_URL: &str = "http://127.0.0.1:8080";
