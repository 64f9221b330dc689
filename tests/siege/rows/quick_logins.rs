//! Row 8: with records in memory, logins by people in a hurry, and then logins that nobody ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use silta_testkit::login_runner::LoginRunner;
use tokio::task::JoinSet;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::{flood, login_request};
use crate::siege::rows::Sent;

/// Whole logins as fast as eight can, then more anonymous requests than a store of 50,000 records
/// once had room for.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let lasting = form.of(Duration::from_secs(30), Duration::from_secs(2));
    let logins = Arc::new(LoginRunner::through(deployment.address(), &deployment.dir));
    let end = Instant::now() + lasting;
    let mut people = JoinSet::new();
    for worker in 0..WORKERS {
        let logins = logins.clone();
        people.spawn(async move {
            let mut done = 0;
            while Instant::now() < end {
                // A name of its own for every person.
                logins.one(FIRST + worker * 1_000_000 + done).await;
                done += 1;
            }
            done
        });
    }
    let mut quick = 0;
    let mut failed = 0;
    while let Some(ended) = people.join_next().await {
        match ended {
            Ok(done) => quick += done,
            Err(_panicked) => failed += 1,
        }
    }
    let get = format!("GET /authorize?{} HTTP/1.1\r\nHost: x\r\n\r\n", login_request("&state=s"));
    let lasting = form.of(Duration::from_mins(1), Duration::from_secs(3));
    let most = form.of(60_000, 4_000);
    let answers =
        flood(deployment.hostile_address(), 8, most, lasting, move |_| get.clone().into_bytes())
            .await;
    let what = format!("{quick} quick logins, then {} anonymous: {answers}", answers.all());
    let wrong = if failed > 0 { vec!["a quick login failed".to_owned()] } else { vec![] };
    Sent { what, wrong, open: 0 }
}

const WORKERS: u32 = 8;
/// Beyond the names of honest people.
const FIRST: u32 = 100_000_000;
