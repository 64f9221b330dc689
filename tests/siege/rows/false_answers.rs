//! Row 9, answers: twice as many as the replica's core can serve, each with the cookie of a login
//! that is open, from many addresses.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use silta_testkit::quick_idp::QuickIdp;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::honest::{AttackClock, Phase};
use crate::siege::hostile::{Answers, LoginStarter, exchange, overrun};
use crate::siege::rows::Sent;
use crate::siege::rows::overload::{per_second, times, whole};

/// Logins are begun beforehand. Of four one is answered rightly, as somebody with an account can;
/// three get what the identity provider said in another. Then all answers come a second time, when
/// their logins are over.
pub(super) async fn attack(deployment: &Deployment, form: Form, clock: &AttackClock) -> Sent {
    clock.now(Phase::Before);
    let to = deployment.hostile_address();
    let requests = answers(deployment, form.of(12_000, 800)).await;
    let begun = requests.len();
    let (measured, rest) = requests.split_at(begun / 4);
    let capacity = capacity(to, measured.to_vec()).await;

    clock.now(Phase::During);
    let times = times(deployment);
    // Before anybody is a suspect an honest answer stands in line as all do: some tenths of a second.
    let lasting = form.of(20.0, 3.0);
    let again = rest.iter().cycle().take(whole(capacity * times * lasting)).cloned();
    let (rate, answers) = overrun(to, (capacity, times), stranger, again).await;
    let what = format!(
        "{begun} logins begun; {} answers at {rate:.0} a second where {capacity:.0} can be served: \
         {answers}",
        answers.all()
    );
    let mut wrong =
        answers.beside(&["303", "303 server_error", "303 access_denied", "400", "no answer"]);
    if answers.of("303") == 0 {
        wrong.push("no right answer was served".to_owned());
    }
    Sent { what, wrong, open: u32::try_from(begun).unwrap_or(u32::MAX) }
}

/// Begins so many logins, each from one of many addresses, and answers them.
async fn answers(deployment: &Deployment, many: u32) -> Vec<Vec<u8>> {
    let idp = Arc::new(QuickIdp::of(&deployment.dir));
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let starter = LoginStarter::from(stranger(worker), deployment);
        let idp = idp.clone();
        workers.spawn(async move {
            let (mut requests, mut message) = (vec![], String::new());
            for turn in 0..many / WORKERS {
                let Some(login) = starter.begin().await else { continue };
                if turn % 4 == 0 {
                    message = idp.answer(&login.request, FIRST + worker * 10_000 + turn);
                }
                requests.push(login.answered_with(&message));
            }
            requests
        });
    }
    let mut each = workers.join_all().await;
    // From all addresses in turns.
    let mut all = vec![];
    while let [_, ..] = each.as_slice() {
        each.retain_mut(|requests| requests.pop().map(|one| all.push(one)).is_some());
    }
    all
}

/// How many of these are served in a second.
async fn capacity(to: std::net::SocketAddr, requests: Vec<Vec<u8>>) -> f64 {
    let (mut workers, began) = (JoinSet::new(), Instant::now());
    for worker in 0..4 {
        let requests: Vec<_> = requests.iter().skip(worker).step_by(4).cloned().collect();
        workers.spawn(async move {
            let mut answers = vec![];
            for request in requests {
                answers.push(exchange(&mut None, to, &request).await);
            }
            answers
        });
    }
    let mut served = Answers::default();
    let ended = timeout(Duration::from_mins(1), workers.join_all()).await.unwrap_or_default();
    for status in ended.into_iter().flatten() {
        served.add(status);
    }
    per_second(&served, began.elapsed())
}

/// One of many addresses that are nobody else's.
fn stranger(number: u32) -> IpAddr {
    IpAddr::from(Ipv4Addr::from_bits(FIRST_STRANGER.to_bits() + number % STRANGERS))
}

const WORKERS: u32 = 40;
const FIRST_STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 3, 1);
const STRANGERS: u32 = 250;
/// Beyond the names of honest people.
const FIRST: u32 = 200_000_000;
