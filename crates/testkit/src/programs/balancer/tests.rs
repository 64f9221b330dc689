use std::error::Error as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener as Listener, TcpStream};
use tokio::sync::{Notify, Semaphore};

use super::*;
use crate::browser::Browser;

#[tokio::test]
async fn healthy_targets_take_turns_over_connections_that_are_kept() {
    let deployment = Deployment::start(QUICK);
    let (a, b) = (deployment.target().await, deployment.target().await);
    for _ in 0..10 {
        assert_eq!(deployment.get("/").await, 200);
    }
    for target in [&a, &b] {
        let counts = deployment.balancer.counts(target.address);
        assert_eq!(counts, Counts { requests: 5, ..Counts::default() });
        assert_eq!(target.connections.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn a_target_learns_who_asked_and_how() {
    let deployment = Deployment::start(QUICK);
    let target = deployment.target().await;
    let url = format!("{}/a%2Fb?c=d&e", deployment.balancer.url());
    let asked = deployment.client().post(url).header("X-Forwarded-For", "203.0.113.7");
    let asked = asked.header("X-Forwarded-Proto", "http").header("X-Forwarded-Port", "80");
    assert_eq!(asked.body("the body").send().await.unwrap().text().await.unwrap(), "the body");
    let seen = target.seen();
    for line in [
        "POST /a%2Fb?c=d&e HTTP/1.1",
        "host: login.example",
        "x-forwarded-for: 203.0.113.7, 127.0.0.1",
        "x-forwarded-proto: https",
        "x-forwarded-port: 443",
    ] {
        assert_eq!(seen[0].lines().filter(|one| *one == line).count(), 1, "{line}: {seen:?}");
    }
}

#[tokio::test]
async fn a_check_names_itself_and_the_address_that_it_checks() {
    let deployment = Deployment::start(QUICK);
    let target = deployment.target().await;
    let checks = target.checks.lock().unwrap();
    assert!(checks[0].starts_with("GET /health/ready HTTP/1.1\r\n"), "{checks:?}");
    assert!(checks[0].contains("\r\nuser-agent: ELB-HealthChecker/2.0\r\n"), "{checks:?}");
    assert!(checks[0].contains(&format!("\r\nhost: {}\r\n", target.admin)), "{checks:?}");
}

#[tokio::test]
async fn nobody_is_sent_where_checks_are_bad() {
    let deployment = Deployment::start(QUICK);
    assert_eq!(deployment.get("/").await, 503);
    let target = deployment.target().await;
    assert_eq!(deployment.get("/").await, 200);
    target.ready.store(0, Ordering::Relaxed);
    deployment.balancer.wait_for(target.address, State::Unhealthy).await;
    assert_eq!(deployment.get("/").await, 503);
    target.ready.store(1, Ordering::Relaxed);
    deployment.balancer.wait_for(target.address, State::Healthy).await;
    assert_eq!(deployment.get("/").await, 200);
}

#[test]
fn a_state_changes_only_when_enough_checks_in_a_row_speak_against_it() {
    let targets = Arc::new(Targets::default());
    let target = SocketAddr::from(([192, 0, 2, 1], 80));
    let rules = Rules { healthy: 2, unhealthy: 3, ..QUICK };
    let registration = targets.register(target);
    let after = |checks: &[bool]| {
        for well in checks {
            assert!(targets.checked(target, registration, *well, &rules));
        }
        targets.look(|all| all.state(target)).unwrap()
    };
    assert_eq!(after(&[false, false]), State::Initial);
    assert_eq!(after(&[false]), State::Unhealthy);
    assert_eq!(after(&[true, false, true]), State::Unhealthy);
    assert_eq!(after(&[true]), State::Healthy);
    assert_eq!(after(&[false, false, true, false, false]), State::Healthy);
    assert_eq!(after(&[false]), State::Unhealthy);
    targets.deregister(target);
    assert!(!targets.checked(target, registration, true, &rules), "it left, and is checked on");
    targets.register(target);
    assert!(!targets.checked(target, registration, true, &rules), "an old check counts");
    assert!(targets.checked(target, registration + 1, true, &rules));
    assert_eq!(targets.look(|all| all.state(target)), Some(State::Healthy));
}

#[tokio::test]
async fn a_target_that_leaves_finishes_what_it_has_and_gets_nothing_new() {
    let deployment = Arc::new(Deployment::start(QUICK));
    let target = deployment.target().await;
    let slow = tokio::spawn({
        let deployment = deployment.clone();
        async move { deployment.get("/slow").await }
    });
    target.arrived.notified().await;
    let mut leaving = Box::pin(deployment.balancer.deregister(target.address));
    tokio::select! {
        left = &mut leaving => panic!("{left} in flight, and it does not wait"),
        status = deployment.get("/") => assert_eq!(status, 503),
    }
    target.go_on.add_permits(1);
    assert_eq!(leaving.await, 0);
    assert_eq!(slow.await.unwrap(), 200);
    assert_eq!(target.seen().len(), 1);
}

#[tokio::test]
async fn nobody_waits_longer_than_the_delay_for_a_target_that_leaves() {
    let rules = Rules { deregistration_delay: Duration::from_millis(50), ..QUICK };
    let deployment = Arc::new(Deployment::start(rules));
    let target = deployment.target().await;
    let slow = tokio::spawn({
        let deployment = deployment.clone();
        async move { deployment.get("/slow").await }
    });
    target.arrived.notified().await;
    assert_eq!(deployment.balancer.deregister(target.address).await, 1);
    target.go_on.add_permits(1);
    assert_eq!(slow.await.unwrap(), 200);
}

#[tokio::test]
async fn a_broken_connection_is_told_and_not_tried_elsewhere() {
    let deployment = Deployment::start(QUICK);
    let (a, b) = (deployment.target().await, deployment.target().await);
    // The first request of a connection, and one on a connection that has worked.
    for path in ["/break", "/break", "/", "/", "/break", "/break"] {
        let expected = if path == "/" { 200 } else { 502 };
        assert_eq!(deployment.get(path).await, expected, "{path}");
    }
    for target in [&a, &b] {
        let counts = deployment.balancer.counts(target.address);
        assert_eq!(counts, Counts { requests: 3, bad_gateways: 2, gateway_timeouts: 0 });
        assert_eq!(target.seen().len(), 3);
    }
}

#[tokio::test]
async fn a_target_that_does_not_listen_is_a_bad_gateway() {
    let deployment = Deployment::start(QUICK);
    let target = Target::start().await;
    let nobody = Listener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    deployment.balancer.register(nobody, target.admin);
    deployment.balancer.wait_for(nobody, State::Healthy).await;
    assert_eq!(deployment.get("/").await, 502);
}

#[tokio::test]
async fn a_target_that_stays_silent_is_a_time_out() {
    let deployment = Deployment::start(Rules { idle: Duration::from_millis(50), ..QUICK });
    let target = deployment.target().await;
    assert_eq!(deployment.get("/slow").await, 504);
    let counts = deployment.balancer.counts(target.address);
    assert_eq!(counts, Counts { requests: 1, bad_gateways: 0, gateway_timeouts: 1 });
    target.go_on.add_permits(1);
}

#[tokio::test]
async fn what_is_too_long_reaches_no_target() {
    let deployment = Deployment::start(QUICK);
    let target = deployment.target().await;
    // "GET " before it, " HTTP/1.1" after it.
    let path = |length: usize| format!("/{}", "a".repeat(length - 1));
    assert_eq!(deployment.get(&path(16 * 1024 - 13)).await, 200);
    assert_eq!(deployment.get(&path(16 * 1024 - 12)).await, 414);
    for (headers, length, status) in
        [(1, 16 * 1024 - 6, 200), (1, 16 * 1024 - 5, 400), (3, 16_000, 200), (5, 16_000, 400)]
    {
        let mut asked = deployment.client().get(deployment.balancer.url());
        for _ in 0..headers {
            asked = asked.header("big!", "a".repeat(length));
        }
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), status, "{headers} of {length}");
    }
    assert_eq!(target.seen().len(), 3);
}

#[tokio::test]
async fn only_who_trusts_the_authority_gets_in() {
    let deployment = Deployment::start(QUICK);
    let other = Authority::new("another authority");
    let other = Balancer { root: other.certificate_pem(), ..deployment.balancer };
    let refused = other.client().build().unwrap().get(other.url()).send().await.unwrap_err();
    let mut reason = refused.source();
    let mut reasons = vec![];
    while let Some(one) = reason {
        reasons.push(one.to_string());
        reason = one.source();
    }
    assert!(reasons.iter().any(|one| one.contains("UnknownIssuer")), "{reasons:?}");
}

#[tokio::test]
async fn a_browser_comes_through() {
    let deployment = Deployment::start(QUICK);
    let _target = deployment.target().await;
    let mut browser = Browser::with(deployment.balancer.client(), "https://rp.example/");
    let page = browser.open(&deployment.balancer.url()).await;
    assert_eq!((page.status.as_u16(), page.url.as_str()), (200, "https://login.example/"));
}

/// A load balancer for `login.example`.
struct Deployment {
    balancer: Balancer,
    http: reqwest::Client,
}

impl Deployment {
    fn start(rules: Rules) -> Self {
        let balancer = Balancer::start(&Authority::new("test"), "login.example", rules);
        let http = balancer.client().build().unwrap();
        Self { balancer, http }
    }

    fn client(&self) -> &reqwest::Client {
        &self.http
    }

    async fn get(&self, path: &str) -> u16 {
        let url = format!("{}{path}", self.balancer.url());
        self.http.get(url).send().await.unwrap().status().as_u16()
    }

    /// A new target, once it is healthy.
    async fn target(&self) -> Arc<Target> {
        let target = Target::start().await;
        self.balancer.register(target.address, target.admin);
        self.balancer.wait_for(target.address, State::Healthy).await;
        target
    }
}

/// A replica that does as the path says, and gives back the body that it got.
struct Target {
    address: SocketAddr,
    admin: SocketAddr,
    /// Whether its checks are good.
    ready: AtomicUsize,
    checks: Mutex<Vec<String>>,
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    /// A request for `/slow` has come, and gets its answer for a permit.
    arrived: Notify,
    go_on: Semaphore,
}

impl Target {
    async fn start() -> Arc<Self> {
        let listener = || Listener::bind((Ipv4Addr::LOCALHOST, 0));
        let (people, checks) = (listener().await.unwrap(), listener().await.unwrap());
        let target = Arc::new(Self {
            address: people.local_addr().unwrap(),
            admin: checks.local_addr().unwrap(),
            ready: AtomicUsize::new(1),
            checks: Mutex::default(),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            arrived: Notify::new(),
            go_on: Semaphore::new(0),
        });
        for (listener, checks) in [(people, false), (checks, true)] {
            let target = target.clone();
            tokio::spawn(async move {
                while let Ok((line, _)) = listener.accept().await {
                    tokio::spawn(target.clone().serve(line, checks));
                }
            });
        }
        target
    }

    fn seen(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    async fn serve(self: Arc<Self>, line: TcpStream, checks: bool) {
        if !checks {
            self.connections.fetch_add(1, Ordering::Relaxed);
        }
        let mut line = BufReader::new(line);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if line.read_line(&mut head).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            let length = head.lines().find_map(|one| one.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            line.read_exact(&mut body).await.unwrap();
            let record = if checks { &self.checks } else { &self.requests };
            record.lock().unwrap().push(head.clone());
            let well = !checks || self.ready.load(Ordering::Relaxed) == 1;
            if head.starts_with("GET /break ") {
                return;
            }
            if head.starts_with("GET /slow ") {
                self.arrived.notify_one();
                self.go_on.acquire().await.unwrap().forget();
            }
            let status = if well { "200 OK" } else { "503 Service Unavailable" };
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
            // Whoever asked may have lost patience.
            let _ = line.write_all(&[head.as_bytes(), &body].concat()).await;
        }
    }
}

const QUICK: Rules = Rules {
    interval: Duration::from_millis(20),
    // A target of these tests that is unhealthy says so.
    check: DEADLINE,
    healthy: 2,
    unhealthy: 2,
    idle: DEADLINE,
    deregistration_delay: DEADLINE,
};
