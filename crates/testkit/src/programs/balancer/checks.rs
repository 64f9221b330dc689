//! Health checks, as a load balancer makes them.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::header::USER_AGENT;

use super::Rules;
use super::targets::Targets;

/// Checks a target again and again, until this registration is over.
pub(super) async fn check(
    targets: Arc<Targets>,
    registration: u32,
    target: SocketAddr,
    admin: SocketAddr,
    rules: Rules,
) {
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // Each check shows anew whether a connection can be had.
        .pool_max_idle_per_host(0)
        .timeout(rules.check)
        .build()
        .expect("a client");
    loop {
        // The Host is the target's address and port, which is no name that anybody configured.
        let asked = http.get(format!("http://{admin}/health/ready")).header(USER_AGENT, CHECKER);
        let well = asked.send().await.is_ok_and(|answer| answer.status() == 200);
        if !targets.checked(target, registration, well, &rules) {
            return;
        }
        tokio::time::sleep(rules.interval).await;
    }
}

const CHECKER: &str = "ELB-HealthChecker/2.0";
