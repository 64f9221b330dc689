//! Answers that are too large, too slow, or not what HTTP allows.

use super::*;

async fn refused(script: &[Step]) -> OutboundHttpError {
    Provider::answering(script).get().await.unwrap_err()
}

/// For a provider that would take for ever: whatever it has come to by then, it is too late.
async fn given_up(script: &[Step]) -> OutboundHttpError {
    let provider = Provider::answering(script);
    let url = provider.url("/token");
    let request = OutboundRequest { time_out: BRIEF, ..get(&url) };
    provider.client.send(&request).await.unwrap_err()
}

fn chunk(octets: usize) -> String {
    format!("{octets:x}\r\n{}\r\n", "a".repeat(octets))
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const UNTIL_THE_END: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_body_of_just_the_limit_is_read_however_it_is_sent() {
    let body = "a".repeat(MAX_BODY);
    let chunked = write(&format!("{CHUNKED}{}0\r\n\r\n", chunk(MAX_BODY / 2).repeat(2)));
    let until_the_end = write(&format!("{UNTIL_THE_END}{body}"));
    for script in [vec![ok("", &body)], vec![chunked], vec![until_the_end, Step::Close]] {
        let response = Provider::answering(&script).get().await.unwrap();
        assert_eq!(response.body, body.as_bytes());
    }
}

#[tokio::test]
async fn a_body_one_octet_larger_is_refused_however_it_is_sent() {
    let body = "a".repeat(MAX_BODY + 1);
    let chunked = write(&format!("{CHUNKED}{}{}0\r\n\r\n", chunk(MAX_BODY), chunk(1)));
    let until_the_end = write(&format!("{UNTIL_THE_END}{body}"));
    for script in [vec![ok("", &body)], vec![chunked], vec![until_the_end, Step::Close]] {
        assert_eq!(refused(&script).await, OutboundHttpError::TooLarge);
    }
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_comes() {
    for length in ["1001", "1099511627776"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let script = [write(&head), Step::Hold];
        assert_eq!(refused(&script).await, OutboundHttpError::TooLarge, "{length}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_refused_at_the_limit() {
    for (head, part) in [(CHUNKED, chunk(100)), (UNTIL_THE_END, "a".repeat(100))] {
        let script = [write(head), Step::WriteForever(part.into_bytes())];
        assert_eq!(refused(&script).await, OutboundHttpError::TooLarge, "{head}");
    }
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let slow = [write(CHUNKED), Step::Trickle(chunk(1).into_bytes())];
    let silent = [write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"), Step::Hold];
    for script in [slow.as_slice(), &silent] {
        assert_eq!(given_up(script).await, OutboundHttpError::NoAnswer);
    }
}

#[tokio::test]
async fn a_slow_head_is_given_up() {
    let slow = [write("HTTP/1.1 200 OK\r\nx-slow: "), Step::Trickle(b"a".to_vec())];
    let waiting = [Step::Trickle(b"HTTP/1.1 102 Processing\r\n\r\n".to_vec())];
    for script in [slow.as_slice(), &waiting, &[Step::Hold]] {
        assert_eq!(given_up(script).await, OutboundHttpError::NoAnswer);
    }
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let long_field = [write("HTTP/1.1 200 OK\r\nx-long: "), Step::WriteForever(vec![b'a'; 4096])];
    let many_fields =
        [write("HTTP/1.1 200 OK\r\n"), Step::WriteForever(b"x-one: of many\r\n".to_vec())];
    for script in [long_field, many_fields] {
        assert_eq!(refused(&script).await, OutboundHttpError::Unreadable);
    }
    let one_too_many = "x-one: of many\r\n".repeat(MAX_HEADERS);
    assert_eq!(refused(&[ok(&one_too_many, "")]).await, OutboundHttpError::Unreadable);
}

#[tokio::test]
async fn a_compressed_answer_is_refused_unread() {
    for fields in [
        "content-encoding: gzip\r\n",
        "content-encoding: br\r\n",
        "content-encoding: identity, gzip\r\n",
        "content-encoding: identity\r\ncontent-encoding: deflate\r\n",
        "content-encoding:\r\n",
    ] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n{fields}\r\n");
        let script = [write(&head), Step::Hold];
        assert_eq!(refused(&script).await, OutboundHttpError::Compressed, "{fields}");
    }
    let transfer = "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n";
    assert_eq!(refused(&[write(transfer), Step::Hold]).await, OutboundHttpError::Compressed);
    let plain = Provider::answering(&[ok("content-encoding: Identity\r\n", "{}")]);
    assert_eq!(plain.get().await.unwrap().body, b"{}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Provider::answering(&[ok("", "{}")]);
    let target = elsewhere.url("/latest/meta-data");
    for status in ["300 X", "301 X", "302 X", "303 X", "304 X", "307 X", "308 X"] {
        let location = target.as_url().as_str();
        let head =
            format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(refused(&[write(&head)]).await, OutboundHttpError::Redirect, "{status}");
    }
    assert_eq!(elsewhere.server.connections(), 0);
}

#[tokio::test]
async fn an_answer_that_is_not_http_or_breaks_off_is_unreadable() {
    for answer in [
        "",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "{}\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ] {
        let script = [write(answer), Step::Close];
        assert_eq!(refused(&script).await, OutboundHttpError::Unreadable, "{answer}");
    }
}

#[tokio::test]
async fn a_content_type_that_readers_read_differently_is_unreadable() {
    let twice = "content-type: application/json\r\ncontent-type: text/html\r\n";
    let long = format!("content-type: {}\r\n", "a".repeat(257));
    for fields in [twice, &long, "content-type: application/jso\u{f1}\r\n"] {
        assert_eq!(refused(&[ok(fields, "{}")]).await, OutboundHttpError::Unreadable, "{fields}");
    }
}
