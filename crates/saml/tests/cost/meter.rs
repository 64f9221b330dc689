//! The CPU time of one judgement.

use std::hint::black_box;
use std::time::Duration;

use silta_saml::{Response, Unverified};
use silta_testkit::forge::{FakeIdp, NOON};
use silta_testkit::this_process::cpu_nanos;

/// What this message costs from the form field to the verdict, the least of several times.
pub(crate) fn cost(post: &str, idp: &FakeIdp, times: usize) -> Duration {
    (0..times).map(|_| once(post, idp)).min().unwrap()
}

/// What two messages cost, measured in turn so that both meet the same neighbours.
pub(crate) fn costs(posts: [(&str, &FakeIdp); 2], times: usize) -> [Duration; 2] {
    let mut least = [Duration::MAX; 2];
    for _ in 0..times {
        for (least, (post, idp)) in least.iter_mut().zip(posts) {
            *least = once(post, idp).min(*least);
        }
    }
    least
}

fn once(post: &str, idp: &FakeIdp) -> Duration {
    let before = now();
    let judged = Unverified::<Response>::from_post(post)
        .and_then(|message| message.verify(&idp.expectation(), NOON));
    let _ = black_box(judged);
    now().checked_sub(before).unwrap()
}

fn now() -> Duration {
    Duration::from_nanos(cpu_nanos())
}
