//! Row 6: connections that were good for one request, and take for ever over the next.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::{Answers, exchange, line, stay};
use crate::siege::rows::Sent;

/// As many as the process has descriptors; the admin listener is asked all the time.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let within = form.of(Duration::from_secs(90), Duration::from_secs(25));
    let to = deployment.hostile_address();
    let mut lines = JoinSet::new();
    for _ in 0..MANY {
        lines.spawn(async move {
            let mut open = line(to).await.ok();
            let status = exchange(&mut open, to, b"GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n").await;
            let Some(mut line) = open else { return (status, true) };
            // It may be ended at any time.
            let _ = line.write_all(b"G").await;
            (status, stay(&mut line, within).await.closed)
        });
    }
    let (mut health, end) = (Answers::default(), Instant::now() + form.of(TWENTY, THREE));
    while Instant::now() < end {
        let ask = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
        let answer =
            tokio::time::timeout(THREE, exchange(&mut None, deployment.admin(), ask)).await;
        health.add(answer.ok().flatten());
        sleep(Duration::from_millis(500)).await;
    }
    let (mut answers, mut still) = (Answers::default(), 0);
    for (status, closed) in lines.join_all().await {
        answers.add(status);
        still += usize::from(!closed);
    }
    let seconds = within.as_secs();
    let what = format!(
        "{MANY} connections to a process of 256 descriptors: {answers}; still open after {seconds} s: {still}; \
         /health/live meanwhile: {health}"
    );
    let mut wrong = vec![];
    if health.of("200") < health.all() {
        wrong.push("the admin listener is starved".to_owned());
    }
    // A proxy has a patience of its own with its clients.
    if still > 0 && !deployment.behind_proxy() {
        wrong.push(format!("{still} connections are never ended"));
    }
    Sent { what, wrong, open: 0 }
}

const MANY: usize = 256;
const TWENTY: Duration = Duration::from_secs(20);
const THREE: Duration = Duration::from_secs(3);
