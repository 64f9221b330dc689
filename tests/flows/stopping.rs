//! A replica that is told to stop finishes what it has begun.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use serde_json::Value;
use silta_testkit::deadline::DEADLINE;
use silta_testkit::silta::{self, Silta};
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::eventually;

#[tokio::test]
async fn a_request_in_flight_is_answered_before_a_stopped_replica_ends() {
    let dir = TestDir::new();
    let mut silta = Silta::start(&dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned())));
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

#[tokio::test]
async fn a_replica_that_is_asked_to_stop_a_second_time_stops_at_once() {
    for signal in ["TERM", "INT", "QUIT"] {
        let dir = TestDir::new();
        let mut silta =
            Silta::start(&dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned())));
        let mut request = connected(&silta);
        write!(
            request,
            "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 10\r\nExpect: 100-continue\r\n\r\n"
        )
        .unwrap();
        read_until(&mut request, "HTTP/1.1 100 Continue\r\n\r\n");
        silta.signal(signal);
        silta.log("stop", |line| line["message"] == "stopping: finishing what is in flight");
        silta.signal(signal);
        let number = match signal {
            "TERM" => 15,
            "INT" => 2,
            _ => 3,
        };
        // With the request finished or given up, it would have ended with 0.
        assert_eq!(silta.ended_with(), 128 + number, "{signal}");
        assert!(silta.logs().iter().any(|line| line.contains("stopping at once")), "{signal}");
    }
}

#[tokio::test]
async fn signals_that_mean_something_elsewhere_change_nothing_and_are_told() {
    let dir = TestDir::new();
    let mut silta = Silta::start(&dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned())));
    for signal in ["USR1", "USR2"] {
        silta.signal(signal);
        let told = silta.log("word", |line| line["signal"] == format!("SIG{signal}"));
        assert_eq!(told["level"], "WARN");
        assert!(
            told["message"].as_str().unwrap().contains("SIGHUP has the configuration read anew"),
            "{told}"
        );
    }
    let mut line = connected(&silta);
    write!(line, "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    read_until(&mut line, "]}");
    silta.terminate();
    silta.ended_well();
}

#[tokio::test]
async fn a_replica_leaves_no_core() {
    let dir = TestDir::new();
    let silta = Silta::start(&dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned())));
    let limits = silta.told("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let limits: Vec<_> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(limits, ["0", "0"]);
}

#[test]
fn an_address_that_is_not_to_be_had_is_named_with_what_to_do() {
    let dir = TestDir::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let config = dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned()));
    let text = std::fs::read_to_string(&config).unwrap();
    let free = "127.0.0.1:0";
    for (key, address, fault, instead) in [
        ("listen", &*taken, "address in use", "use a free one"),
        ("admin_listen", &taken, "address in use", "use a free one"),
        ("listen", "192.0.2.1:8080", "address not available", "no such address"),
    ] {
        let changed = text.replace(&format!("\n{key}: {free}\n"), &format!("\n{key}: {address}\n"));
        let config = dir.write("elsewhere.yaml", changed);
        let output = silta::run(&["serve", "--config", config.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(69));
        let said = String::from_utf8(output.stdout).unwrap();
        let told = said.lines().find_map(|line| {
            let line: Value = serde_json::from_str(line).ok()?;
            (line["message"] == "cannot listen").then_some(line)
        });
        let told = told.unwrap_or_else(|| panic!("a line in {said}"));
        assert_eq!((&told["key"], &told["address"]), (&key.into(), &address.into()));
        assert_eq!(told["fault"], fault);
        assert!(told["instead"].as_str().unwrap().contains(instead), "{told}");
    }
}

#[tokio::test]
async fn a_container_without_a_shell_can_ask_how_it_is() {
    let dir = TestDir::new();
    let path = dir.configure(&ConfigParams::without_idp(PUBLIC_URL.to_owned()));
    let mut silta = Silta::start(&path);
    let admin = silta.admin();
    let asked = |arguments: &[&str]| {
        let output = silta::run(arguments);
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    eventually("readiness", async || {
        let url = format!("http://{admin}/health/ready");
        (asked(&["health", &url]) == (0, format!("{url}: well\n"))).then_some(())
    })
    .await;
    // Its secrets are not there for who asks, and it is asked at an address that it listens at.
    let everywhere =
        format!("admin_listen: 0.0.0.0:{}\nstore: {{ redis: env:NOT_SET }}\n", admin.port());
    let config = dir.write("health.yaml", everywhere);
    let config = config.to_str().unwrap();
    let (code, said) = asked(&["health", "--config", config]);
    assert_eq!(
        (code, &*said),
        (0, &*format!("http://127.0.0.1:{}/health/live: well\n", admin.port()))
    );
    assert_eq!(asked(&["health", "--ready", "--config", config]).0, 0);
    let (code, said) = asked(&["health", &format!("http://{admin}/health/other")]);
    assert_eq!(code, 1);
    assert!(said.ends_with("not well: it answers 404\n"), "{said}");
    let (code, said) = asked(&["health", "--config", path.to_str().unwrap()]);
    assert_eq!(code, 64);
    assert!(said.contains("admin_listen has the port 0"), "{said}");

    silta.terminate();
    silta.ended_well();
    let (code, said) = asked(&["health", "--config", config]);
    assert_eq!(code, 1);
    assert!(said.ends_with("not well: nobody listens there\n"), "{said}");
}

#[test]
fn plain_http_needs_no_root_certificates() {
    let no_roots = [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/dev/null")];
    let dir = TestDir::new();
    let collector = "{ traces: { otlp: 'http://127.0.0.1:4318' } }".to_owned();
    let params = ConfigParams::without_idp(PUBLIC_URL.to_owned());
    let config = dir.configure(&ConfigParams { telemetry: collector, ..params });
    let silta = Silta::start_with(&config, &no_roots);
    let url = format!("http://{}/health/live", silta.admin());
    let mut health = Command::new(silta::binary());
    let output = health.args(["health", &url]).envs(no_roots).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{url}: well\n"));
}

#[test]
fn what_listens_and_says_nothing_is_not_well() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/health/live", silent.local_addr().unwrap());
    let output = silta::run(&["health", &url]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.ends_with("not well: it does not answer in time\n"), "{said}");
}

fn connected(silta: &Silta) -> TcpStream {
    let line = TcpStream::connect(silta.address()).unwrap();
    line.set_read_timeout(Some(DEADLINE)).unwrap();
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
