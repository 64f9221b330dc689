//! Row 9: twice the requests that the replica's core can serve, whether it answers or not.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::{Answers, exchange, flood, login_request};
use crate::siege::rows::Sent;

/// First as many as it answers, to know how many that are; then twice as many, from people who go
/// away after a second.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let to = deployment.address();
    let request = format!(
        "GET /authorize?{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        login_request("&state=s")
    );
    let octets = request.clone().into_bytes();
    let (measured, most) = (Duration::from_secs(2), 10_000);
    let began = Instant::now();
    let served = flood(to, 4, most, measured, move |_| octets.clone()).await;
    let capacity =
        f64::from(u32::try_from(served.of("303")).unwrap_or(0)) / began.elapsed().as_secs_f64();

    let times = if deployment.behind_proxy() { BEHIND_PROXY } else { 2.0 };
    // In bursts of ten milliseconds.
    let burst = (capacity * times / 100.0).ceil();
    let mut pace = interval(Duration::from_millis(10));
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut lines = JoinSet::new();
    let (bursts, mut left) = (form.of(800, 300), MOST);
    for _ in 0..bursts {
        pace.tick().await;
        let mut now = 0.0;
        while now < burst && left > 0 {
            let request = request.clone().into_bytes();
            lines.spawn(async move {
                timeout(IMPATIENT, exchange(&mut None, to, &request)).await.ok().flatten()
            });
            (now, left) = (now + 1.0, left - 1);
        }
    }
    let mut answers = Answers::default();
    for status in lines.join_all().await {
        answers.add(status);
    }
    let what = format!(
        "{} requests at {:.0} a second where {capacity:.0} can be served: {answers}",
        answers.all(),
        capacity * times
    );
    let mut wrong = vec![];
    if answers.of("303") == 0 {
        wrong.push("nothing was served".to_owned());
    }
    Sent {
        what,
        wrong,
        open: u32::try_from(served.of("303") + answers.of("303")).unwrap_or(u32::MAX),
    }
}

/// Two cores carry the flood, its proxy and the store beside the replica: of more, the proxy itself would
/// pass on only so much, and everybody would wait there.
const BEHIND_PROXY: f64 = 1.25;
/// Who waits so long goes away.
const IMPATIENT: Duration = Duration::from_secs(1);
/// As many connections as one address has ports for.
const MOST: u32 = 20_000;
