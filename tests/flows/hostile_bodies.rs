//! Bodies that strangers send to the assertion consumer service: what is read of them, and of whom.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use silta_testkit::browser::{Browser, Form};
use silta_testkit::deadline::DEADLINE;
use silta_testkit::peers::answer_of_idp;
use silta_testkit::silta::Silta;

use crate::fixture::{Fixture, browser};

#[tokio::test]
async fn more_than_a_short_body_is_not_read_without_a_cookie() {
    let fixture = Fixture::start().await;
    for head in ["Content-Length: 60000\r\n\r\n".to_owned(), chunk(20_000)] {
        // The rest never comes: an answer shows that nobody waits for it.
        let answer = posted(&fixture.a, "", &head);
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    let refused = |line: &serde_json::Value| line["reason"] == "cookie_missing";
    fixture.logged(refused).await;
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read_with_any_cookie() {
    let fixture = Fixture::start().await;
    let mut browser = browser();
    let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;
    let told = posted(&fixture.a, &cookies(&browser), "Content-Length: 65537\r\n\r\n");
    assert!(told.starts_with("HTTP/1.1 413"), "{told}");
    fixture.logged(|line| line["reason"] == "body_too_large").await;
    assert!(browser.submit(&answer).await.told("code").is_some(), "the login is still open");
}

#[tokio::test]
async fn a_body_that_ends_too_early_is_told_so_to_who_still_listens() {
    let fixture = Fixture::start().await;
    let page = "<!DOCTYPE html>";
    let json = r#"{"error":"invalid_request","error_description":"the body could not be read"#;
    // A short answer, and one for which a login is looked up.
    for (path, length, told) in [
        ("/token", 100, json),
        ("/par", 100, json),
        ("/revoke", 100, json),
        ("/introspect", 100, json),
        ("/userinfo", 100, json),
        ("/saml/idp/acs", 100, page),
        ("/saml/idp/acs", 60_000, page),
        ("/authorize", 100, page),
        ("/logout", 100, page),
    ] {
        let head = format!("Content-Length: {length}\r\n\r\nSAMLResponse=x");
        let answer = cut_short(&fixture.a, path, &head);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{path} {length}: {answer}");
        assert!(answer.contains(told), "{path} {length}: {answer}");
    }
    // A chunk that breaks off, and one that its end is missing of.
    for chunks in ["64\r\nclient", "6\r\nclient\r\n"] {
        let head = format!("Transfer-Encoding: chunked\r\n\r\n{chunks}");
        let answer = cut_short(&fixture.a, "/token", &head);
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains(json), "{answer}");
    }
    let at = |line: &serde_json::Value| line["reason"] == "body_unreadable";
    let line = fixture.logged(|line| at(line) && line["message"] == "login refused").await;
    assert_eq!(line["upstream"], "idp");
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_client_that_sends_on_after_it_was_refused_reads_why() {
    let fixture = Fixture::start().await;
    // More than lies in the sockets' buffers, so somebody has to throw it away.
    let body = "x".repeat(12 * 1024 * 1024);
    let head = format!("Content-Length: {}\r\n\r\n", body.len() + 1);
    let mut line = post(&fixture.a, "", &head);
    line.write_all(body.as_bytes()).expect("all of it is taken");
    let mut told = [0; 12];
    line.read_exact(&mut told).expect("an answer");
    assert_eq!(&told, b"HTTP/1.1 413");
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_long_answer_finishes_the_login_that_its_cookie_shows_to_be_open() {
    let fixture = Fixture::start().await;
    let mut browser = browser();
    let first = long(answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await);
    let second = long(answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await);

    // Each tab, the older one last, and then once more as after a double click.
    assert!(browser.submit(&second).await.told("code").is_some());
    assert!(browser.submit(&first).await.told("code").is_some());
    let page = browser.submit(&first).await;
    assert_eq!(page.status, 400);
    assert_eq!(fixture.refusal(&page).await["reason"], "already_used");
}

#[tokio::test]
async fn a_long_answer_without_its_cookie_is_told_as_lost_or_expired() {
    let fixture = Fixture::start().await;
    let (mut own, mut other) = (browser(), browser());
    let answer = long(answer_of_idp(&mut own, &fixture.shop().authorize(&[])).await);
    let page = other.submit(&answer).await;
    assert_eq!(fixture.refusal(&page).await["reason"], "cookie_missing");
    let mut redis = fixture.redis_connection().await;
    redis::cmd("FLUSHALL").query_async::<()>(&mut redis).await.unwrap();
    let page = own.submit(&answer).await;
    assert_eq!(fixture.refusal(&page).await["reason"], "login_expired");
}

#[tokio::test]
async fn a_login_pays_for_one_long_body_and_the_younger_one_is_read() {
    let fixture = Fixture::start().await;
    fixture.front.route_to(&[fixture.a.address()]);
    let mut browser = browser();
    let answer = long(answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await);
    // It is being read as soon as the store was asked for its login.
    let before = asked(&fixture.a).await;
    let mut older = post(&fixture.a, &cookies(&browser), "Content-Length: 60000\r\n\r\n");
    crate::fixture::eventually("look into the store", async || {
        (asked(&fixture.a).await > before).then_some(())
    })
    .await;
    assert!(browser.submit(&answer).await.told("code").is_some());
    let mut told = [0; 12];
    older.read_exact(&mut told).expect("an answer to the older one");
    assert_eq!(&told, b"HTTP/1.1 503");
    assert!(!metrics(&fixture.a).await.contains("requests_shed_total{"), "it is no rush");
}

/// The same form with so much more in it that it is no short body.
fn long(mut form: Form) -> Form {
    form.fields.push(("padding".to_owned(), "x".repeat(24 * 1024)));
    form
}

/// How often the store was asked for a record, as the metrics have it.
async fn asked(silta: &Silta) -> u64 {
    let text = metrics(silta).await;
    let lines = text.lines().filter(|line| line.starts_with("silta_store_calls_total"));
    let peeks = lines.filter(|line| line.contains("\"peek\""));
    peeks.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

async fn metrics(silta: &Silta) -> String {
    let url = format!("http://{}/metrics", silta.admin());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.get(url).send().await.unwrap().text().await.unwrap()
}

fn cookies(browser: &Browser) -> String {
    let all = browser.cookies().iter().map(|one| format!("{}={}", one.name, one.value));
    format!("Cookie: {}\r\n", all.collect::<Vec<_>>().join("; "))
}

/// A chunked body that begins with so many octets, and does not end.
fn chunk(octets: usize) -> String {
    format!("Transfer-Encoding: chunked\r\n\r\n{octets:x}\r\n{}\r\n", "x".repeat(octets))
}

/// Sends a head and what follows it, and leaves it at that.
fn post(silta: &Silta, headers: &str, rest: &str) -> TcpStream {
    post_to(silta, "/saml/idp/acs", &format!("{headers}{rest}"))
}

fn post_to(silta: &Silta, path: &str, rest: &str) -> TcpStream {
    let mut line = TcpStream::connect(silta.address()).unwrap();
    line.set_read_timeout(Some(DEADLINE)).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    // It may hang up while this is still being sent.
    let _ = write!(line, "POST {path} HTTP/1.1\r\nHost: x\r\n{form}{rest}");
    line
}

/// The answer to a body that ends there: nothing more is sent, and the answer is waited for.
fn cut_short(silta: &Silta, path: &str, rest: &str) -> String {
    let mut line = post_to(silta, path, rest);
    line.shutdown(Shutdown::Write).unwrap();
    let mut told = String::new();
    line.read_to_string(&mut told).expect("an answer");
    told
}

/// The beginning of the answer to that.
fn posted(silta: &Silta, headers: &str, rest: &str) -> String {
    let mut told = [0; 12];
    post(silta, headers, rest).read_exact(&mut told).expect("an answer");
    String::from_utf8_lossy(&told).into_owned()
}
