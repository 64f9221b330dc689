//! The load balancer that a deployment on Fargate stands behind: HTTPS in front, replicas behind
//! it that come and go, health checks, and draining. It behaves as an AWS Application Load Balancer.
//!
//! In one thing it is stricter: with no healthy target it answers 503, where AWS lets every
//! unhealthy target try.

mod checks;
pub(crate) mod forward;
mod front;
pub(crate) mod targets;
#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use reqwest::ClientBuilder;
use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

use crate::authority::Authority;
use crate::deadline::DEADLINE;
use crate::programs::tls;

use self::targets::Targets;
pub use self::targets::{Counts, State};

/// A load balancer for one host name, at a free loopback port, in a thread of its own. Dropping it
/// closes it.
#[derive(Debug)]
pub struct Balancer {
    host: String,
    address: SocketAddr,
    root: Vec<u8>,
    rules: Rules,
    targets: Arc<Targets>,
    runtime: Handle,
    _open: oneshot::Sender<()>,
}

/// How patient a load balancer is.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Between two health checks of one target.
    pub interval: Duration,
    /// How long a target may think about a health check. Longer than the interval, unlike AWS: only
    /// one check of a target is under way, and a machine that is busy with other work is no fault.
    pub check: Duration,
    /// So many good checks in a row make an unhealthy target healthy; a new one needs one.
    pub healthy: u32,
    /// So many bad checks in a row make a target unhealthy.
    pub unhealthy: u32,
    /// How long a target may stay silent before the client gets 504.
    pub idle: Duration,
    /// How long a target that leaves may take for the requests in flight.
    pub deregistration_delay: Duration,
}

impl Rules {
    /// As `deploy/` has them, with health checks fifty times as fast.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            interval: Duration::from_millis(200),
            check: Duration::from_secs(20),
            healthy: 2,
            unhealthy: 6,
            idle: Duration::from_mins(1),
            deregistration_delay: Duration::from_secs(30),
        }
    }
}

impl Balancer {
    /// A load balancer for `host`, with a certificate of `authority` and nothing behind it yet.
    #[must_use]
    pub fn start(authority: &Authority, host: &str, rules: Rules) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let tls = tls::acceptor(&authority.server(&[host]));
        let targets = Arc::new(Targets::default());
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        let (open, closed) = oneshot::channel();
        let served = front::serve(listener, tls, targets.clone(), rules.idle);
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = served => {}
                    _ = closed => {}
                }
            });
        });
        Self {
            host: host.to_owned(),
            address,
            root: authority.certificate_pem(),
            rules,
            targets,
            runtime: handle,
            _open: open,
        }
    }

    /// `https://host`, for `public_url`: on the port that everybody expects.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}", self.host)
    }

    /// Where it really listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A client that finds `https://host` here, and trusts the authority and nobody else.
    pub fn client(&self) -> ClientBuilder {
        let root = reqwest::Certificate::from_pem(&self.root).expect("a certificate");
        reqwest::Client::builder()
            .no_proxy()
            // Whoever asks by itself, as a load balancer does, follows nobody anywhere.
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([root])
            .resolve(&self.host, self.address)
    }

    /// Checks `target` from now on, at `GET /health/ready` of its admin listener, and sends people
    /// there once it is healthy.
    pub fn register(&self, target: SocketAddr, admin: SocketAddr) {
        let registration = self.targets.register(target);
        let targets = self.targets.clone();
        self.runtime.spawn(checks::check(targets, registration, target, admin, self.rules));
    }

    /// Sends nobody there from now on, and waits until the requests in flight have ended or the
    /// deregistration delay is over. Returns how many are in flight still.
    pub async fn deregister(&self, target: SocketAddr) -> usize {
        self.targets.deregister(target);
        let ended = self.targets.wait_for(|all| all.in_flight(target) == 0);
        // Whether they have ended or the time is over shows in what is left.
        let _ = tokio::time::timeout(self.rules.deregistration_delay, ended).await;
        self.targets.look(|all| all.in_flight(target))
    }

    /// Waits until `target` is in this state.
    ///
    /// # Panics
    /// When it does not get there in time.
    pub async fn wait_for(&self, target: SocketAddr, state: State) {
        let arrived = self.targets.wait_for(|all| all.state(target) == Some(state));
        let arrived = tokio::time::timeout(DEADLINE, arrived).await;
        assert!(arrived.is_ok(), "{target} does not become {state:?}");
    }

    /// What `target` was sent so far, in all its registrations.
    #[must_use]
    pub fn counts(&self, target: SocketAddr) -> Counts {
        self.targets.look(|all| all.counts(target))
    }
}
