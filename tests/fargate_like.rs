//! Two replicas as on Fargate, and people who log in through a user pool or a load balancer while
//! one replica is drained, all keys are rotated, and one replica is killed. In the end, a search for
//! the person in everything that Silta wrote or sent.

mod deployment;
mod evidence;
mod figures;
mod login;
mod secrets;
mod users;

use std::sync::Arc;
use std::time::Instant;

use self::deployment::Deployment;
pub use self::evidence::Searched;
pub use self::figures::{Figures, Logins, Replica, Rotation};
use self::users::Users;

/// Lets `logins` people log in, `at_once` at a time, one half at each stand-in. A quarter of the way
/// one replica is drained and replaced, as a deployment does it; half-way every key and secret that
/// can be rotated is; then the other replica is killed, noticed by its health checks, and replaced.
/// Should all be in before that is over, more people come. Needs a runtime with several threads.
///
/// # Panics
/// When a replica does not stop or start well.
pub async fn play(logins: usize, at_once: usize) -> Figures {
    let (deployment, mut a, mut b) = Deployment::start().await;
    let (deployment, users) = (Arc::new(deployment), Arc::new(Users::of(logins)));
    let people = users.arrive(at_once, &deployment);

    users.wait_for(logins / 4).await;
    deployment.drain(&mut a).await;
    let mut c = deployment.replica().await;

    users.wait_for(logins / 2).await;
    let (began, done) = (Instant::now(), users.done());
    deployment.rotate([&b, &c]).await;
    let (took, meanwhile) = (began.elapsed(), users.done() - done);

    users.wait_for(logins * 3 / 4).await;
    users.replica_will_be_killed();
    deployment.kill(&mut b).await;
    let mut d = deployment.replica().await;
    users.no_more_failures();

    let people: Vec<_> = people.join_all().await.into_iter().flatten().collect();
    let since = people.len() - done - meanwhile;
    deployment.drain(&mut c).await;
    deployment.drain(&mut d).await;
    let all = [&a, &b, &c, &d];
    let named = all.iter().zip(["drained", "killed", "in the first's place", "in the other's"]);
    let replicas =
        named.map(|(silta, what)| Replica::of(&deployment.balancer, silta, what)).collect();
    let (searched, controls) = evidence::search(&deployment, all);
    let rotation = Rotation { took, meanwhile, since };
    Figures::of(&people, replicas, rotation, searched, controls)
}
