//! Row 9: twice the new logins that the replica's core can serve, whether it answers or not.

use std::time::{Duration, Instant};

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::honest::{AttackClock, Phase};
use crate::siege::hostile::{Answers, HOSTILE, flood, login_request, overrun};
use crate::siege::rows::Sent;

/// First as many as it answers, to know how many that are; then twice as many.
pub(super) async fn attack(deployment: &Deployment, form: Form, clock: &AttackClock) -> Sent {
    clock.now(Phase::Before);
    let to = deployment.hostile_address();
    let request = format!(
        "GET /authorize?{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        login_request("&state=s")
    );
    let request = request.into_bytes();
    let octets = request.clone();
    let began = Instant::now();
    let served = flood(to, 4, usize::MAX, MEASURED, move |_| octets.clone()).await;
    let capacity = per_second(&served, began.elapsed());

    clock.now(Phase::During);
    let times = times(deployment);
    let lasting = form.of(8.0, 3.0);
    let requests = std::iter::repeat_n(request, whole(capacity * times * lasting).min(MOST));
    let (rate, answers) = overrun(to, (capacity, times), |_| HOSTILE, requests).await;
    let what = format!(
        "{} requests at {rate:.0} a second where {capacity:.0} can be served: {answers}",
        answers.all()
    );
    let mut wrong = vec![];
    if answers.of("303") == 0 {
        wrong.push("nothing was served".to_owned());
    }
    let open = u32::try_from(served.of("303") + answers.of("303")).unwrap_or(u32::MAX);
    Sent { what, wrong, open }
}

/// How many were served in a second.
pub(super) fn per_second(served: &Answers, lasting: Duration) -> f64 {
    f64::from(u32::try_from(served.redirected()).unwrap_or(0)) / lasting.as_secs_f64()
}

/// Two cores carry the flood, its proxy and the store beside the replica: of more, the proxy itself would
/// pass on only so much, and everybody would wait there.
pub(super) fn times(deployment: &Deployment) -> f64 {
    if deployment.behind_proxy() { 1.25 } else { 2.0 }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
pub(super) fn whole(number: f64) -> usize {
    number as usize
}

/// How long it is measured how many can be served.
const MEASURED: Duration = Duration::from_secs(2);
/// As many connections as one address has ports for.
const MOST: usize = 20_000;
