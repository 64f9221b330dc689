//! Requests that two readers take for different ones: raw octets against one replica. A proxy that reads them
//! otherwise than we do would have us answer a request that nobody sent to it.

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::connections::{FORM, alone, at_least, end_of, read_until, until_the_end};

/// Behind each of them, and never answered.
const SMUGGLED: &str = "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn a_request_of_two_lengths_is_refused_and_nothing_behind_it_is_answered() {
    let (_place, silta) = alone();
    for (fields, body) in [
        // CL.TE and TE.CL.
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
        ("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Content-Length: 3\r\nContent-Length: 0\r\n", "a=b"),
        ("Content-Length: 3\r\nContent-Length: 3\r\n", "a=b"),
        ("Content-Length: 3, 3\r\n", "a=b"),
        ("Content-Length: 3 0\r\n", "a=b"),
        ("Content-Length: +3\r\n", "a=b"),
        ("Content-Length: -3\r\n", "a=b"),
        ("Content-Length: 0x3\r\n", "a=b"),
        ("Content-Length: 18446744073709551619\r\n", "a=b"),
        ("Content-Length:\r\n", "a=b"),
        ("Content-Length : 3\r\n", "a=b"),
        // TE.TE.
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: identity\r\n", "a=b"),
        ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        (" Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Transfer_Encoding: chunked\r\nTransfer-Encoding:\r\n", "0\r\n\r\n"),
        ("Host: y\r\nContent-Length: 3\r\n", "a=b"),
    ] {
        let text = format!("POST /token HTTP/1.1\r\nHost: x\r\n{FORM}{fields}\r\n{body}{SMUGGLED}");
        for address in [silta.address(), silta.admin()] {
            is_refused(&until_the_end(address, text.as_bytes(), false).await, &text);
        }
    }
    let old = format!(
        "POST /token HTTP/1.0\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"
    );
    is_refused(&until_the_end(silta.address(), old.as_bytes(), false).await, &old);
    let malformed = r#"connections_ended_total{listener="public",reason="malformed"}"#;
    at_least(&silta, malformed, 24).await;
}

#[tokio::test]
async fn a_bare_line_feed_in_a_head_is_refused_and_nothing_behind_it_is_answered() {
    let (_place, silta) = alone();
    let post = format!("POST /token HTTP/1.1\r\nHost: x\r\n{FORM}");
    for head in [
        // What a proxy may pass on as one value.
        "GET /nothing HTTP/1.1\r\nHost: x\r\na: b\n\n".to_owned(),
        "GET /nothing HTTP/1.1\r\nHost: x\r\na: b\nContent-Length: 30\r\n\r\n".to_owned(),
        format!("{post}Content-Length: 3\r\na: b\nTransfer-Encoding: chunked\r\n\r\na=b"),
        format!("{post}a: b\nContent-Length: 3\r\n\r\na=b"),
        format!("{post}Content-Length: 3\r\n\n\r\na=b"),
        format!("{post}Content-Length: 3\r\na: b\r c\r\n\r\na=b"),
        "GET /nothing HTTP/1.1\nHost: x\n\n".to_owned(),
        "GET /nothing HTTP/1.1\nHost: x\r\n\r\n".to_owned(),
        "\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
    ] {
        let text = format!("{head}{SMUGGLED}");
        for address in [silta.address(), silta.admin()] {
            is_refused(&until_the_end(address, text.as_bytes(), false).await, &text);
        }
        // Behind a good request of the same connection, too.
        let mut line = TcpStream::connect(silta.address()).await.unwrap();
        line.write_all(format!("{post}Content-Length: 3\r\n\r\na=b").as_bytes()).await.unwrap();
        let answer = read_until(&mut line, "}").await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        is_refused(&end_of(line, text.as_bytes(), false).await, &text);
    }
    // In a body it is an octet like others.
    let body = "a=b\nc\n\nd";
    let text = format!("{post}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let answer = until_the_end(silta.address(), text.as_bytes(), false).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn a_chunk_whose_length_two_readers_read_differently_ends_its_connection() {
    let (_place, silta) = alone();
    for chunks in [
        "3\na=b\r\n0\r\n\r\n",
        "3;a\nb\r\na=b\r\n0\r\n\r\n",
        "0x3\r\na=b\r\n0\r\n\r\n",
        "+3\r\na=b\r\n0\r\n\r\n",
        "10000000000000003\r\na=b\r\n0\r\n\r\n",
        "3\r\na=bcd\r\n0\r\n\r\n",
    ] {
        let text = format!(
            "POST /token HTTP/1.1\r\nHost: x\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n{chunks}{SMUGGLED}"
        );
        let answer = until_the_end(silta.address(), text.as_bytes(), false).await;
        // By then the request was handed on, and its answer is not begun: perhaps none comes.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{text:?}: {answer}");
        assert!(!answer.contains("\"keys\"") && !answer.contains(" 200 "), "{text:?}: {answer}");
    }
}

/// A proxy speaks HTTP/2 to browsers, and HTTP/1.1 to us.
#[tokio::test]
async fn nobody_is_talked_into_http_2() {
    let (_place, silta) = alone();
    let preface = format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{SMUGGLED}");
    is_refused(&until_the_end(silta.address(), preface.as_bytes(), false).await, &preface);
    let mut line = TcpStream::connect(silta.address()).await.unwrap();
    let upgrade = "GET /jwks HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n\
                   Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    line.write_all(upgrade.as_bytes()).await.unwrap();
    let answer = read_until(&mut line, "]}").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// One answer, status 400, and the end of the connection.
#[track_caller]
fn is_refused(answer: &str, text: &str) {
    assert!(answer.starts_with("HTTP/1."), "{text:?}: {answer}");
    assert!(answer.contains(" 400 Bad Request\r\n"), "{text:?}: {answer}");
    assert_eq!(answer.matches("HTTP/1.").count(), 1, "{text:?}: {answer}");
    assert!(!answer.contains("\"keys\""), "{text:?}: {answer}");
}
