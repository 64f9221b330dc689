//! Two replicas as on Fargate, and people who log in through a user pool or a load balancer while
//! one replica is drained, all keys are rotated, and one replica is killed. In the end, a search for
//! the person in everything that Silta wrote or sent.

mod crowd;
mod evidence;
mod figures;
mod login;
mod secrets;
mod stage;

use std::sync::Arc;
use std::time::Instant;

use self::crowd::Crowd;
pub use self::evidence::Searched;
pub use self::figures::{Figures, Logins, Replica, Rotation};
use self::stage::Stage;

/// Lets `logins` people log in, `at_once` at a time, one half at each stand-in. A quarter of the way
/// one replica is drained and replaced, as a deployment does it; half-way every key and secret that
/// can be rotated is; then the other replica is killed, noticed by its health checks, and replaced.
/// Should all be in before that is over, more people come. Needs a runtime with several threads.
///
/// # Panics
/// When a replica does not stop or start well.
pub async fn play(logins: usize, at_once: usize) -> Figures {
    let (stage, mut a, mut b) = Stage::start().await;
    let (stage, crowd) = (Arc::new(stage), Arc::new(Crowd::of(logins)));
    let people = crowd.come(at_once, &stage);

    crowd.wait_for(logins / 4).await;
    stage.drain(&mut a).await;
    let mut c = stage.replica().await;

    crowd.wait_for(logins / 2).await;
    let (began, done) = (Instant::now(), crowd.done());
    stage.rotate([&b, &c]).await;
    let (took, meanwhile) = (began.elapsed(), crowd.done() - done);

    crowd.wait_for(logins * 3 / 4).await;
    crowd.one_is_killed();
    stage.kill(&mut b).await;
    let mut d = stage.replica().await;
    crowd.that_was_all();

    let people: Vec<_> = people.join_all().await.into_iter().flatten().collect();
    let since = people.len() - done - meanwhile;
    stage.drain(&mut c).await;
    stage.drain(&mut d).await;
    let all = [&a, &b, &c, &d];
    let named = all.iter().zip(["drained", "killed", "in the first's place", "in the other's"]);
    let replicas = named.map(|(silta, what)| Replica::of(&stage.balancer, silta, what)).collect();
    let (searched, controls) = evidence::search(&stage, all);
    let rotation = Rotation { took, meanwhile, since };
    Figures::of(&people, replicas, rotation, searched, controls)
}
