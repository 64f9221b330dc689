//! Two replicas as on Fargate, and people who log in while one is drained and one is killed.

mod plain;
mod references;
mod stage;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use silta_testkit::balancer::State;
use silta_testkit::silta::Silta;
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};

pub use self::plain::login;
pub use self::stage::Stage;

/// How a login ended that did not end well.
#[derive(Debug)]
pub enum Ended {
    /// The load balancer answered in a replica's place, with this status: the replica is gone, and
    /// whoever tries again may succeed.
    Cut(u16),
    /// Anything else. In words, without anything about the person.
    Lost(String),
}

/// What happened.
#[derive(Debug)]
pub struct Figures {
    /// How many people logged in.
    pub logins: usize,
    /// Why some of them could not.
    pub lost: Vec<String>,
    /// How many of them were cut off by the kill, tried again, and succeeded.
    pub cut_and_retried: usize,
    /// What half of them did not wait longer for, further attempts included.
    pub median: Duration,
    /// What 99 of a hundred did not wait longer for.
    pub percentile_99: Duration,
    /// How many replicas were started in another's place.
    pub restarts: usize,
}

/// Lets `logins` people log in, `at_once` at a time, each by the function `login`, which is told
/// whose turn it is. A quarter of the way one replica is drained and replaced, as a deployment does
/// it; half-way the other is killed, noticed by its health checks, and replaced. Should all be in
/// before that is over, more people come.
///
/// # Panics
/// When a replica does not stop or start well.
pub async fn play<L, F>(logins: usize, at_once: usize, login: L) -> Figures
where
    L: Fn(Arc<Stage>, usize) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Ended>> + Send + 'static,
{
    let (stage, [a, b]) = Stage::start().await;
    let crowd = Arc::new(Crowd::default());
    let mut people = JoinSet::new();
    for _ in 0..at_once {
        let (stage, crowd, login) = (stage.clone(), crowd.clone(), login.clone());
        people.spawn(async move {
            let mut told = vec![];
            loop {
                let turn = crowd.turns.fetch_add(1, Ordering::Relaxed);
                if turn >= logins && crowd.played.load(Ordering::Relaxed) {
                    return told;
                }
                told.push(crowd.person(&stage, turn, &login).await);
            }
        });
    }

    crowd.wait_for(logins / 4).await;
    let c = drain_and_replace(&stage, a).await;
    crowd.wait_for(logins / 2).await;
    crowd.killed.store(true, Ordering::Relaxed);
    let d = kill_and_replace(&stage, b).await;
    crowd.played.store(true, Ordering::Relaxed);

    let people: Vec<_> = people.join_all().await.into_iter().flatten().collect();
    drop([c, d]);
    Figures::of(people)
}

/// A deployment: no new requests, those in flight end, SIGTERM, a good end, and another one.
async fn drain_and_replace(stage: &Stage, mut old: Silta) -> Silta {
    let left = stage.balancer.deregister(old.address()).await;
    assert_eq!(left, 0, "requests were still in flight when the deregistration delay was over");
    old.terminate();
    spawn_blocking(move || old.ended_well()).await.expect("a good end");
    stage.replica().await
}

/// A host that fails: only its health checks tell of it.
async fn kill_and_replace(stage: &Stage, mut old: Silta) -> Silta {
    old.kill9();
    stage.balancer.wait_for(old.address(), State::Unhealthy).await;
    stage.balancer.deregister(old.address()).await;
    stage.replica().await
}

/// Everybody who logs in.
#[derive(Default)]
struct Crowd {
    turns: AtomicUsize,
    done: watch::Sender<usize>,
    killed: AtomicBool,
    /// Whether the replicas are back for good.
    played: AtomicBool,
}

/// One of them, at the end.
struct Person {
    took: Duration,
    cut: bool,
    lost: Option<String>,
}

impl Crowd {
    /// One person, until they are in or give up. Who is cut off tries again at once.
    async fn person<L, F>(&self, stage: &Arc<Stage>, turn: usize, login: &L) -> Person
    where
        L: Fn(Arc<Stage>, usize) -> F,
        F: Future<Output = Result<(), Ended>> + Send + 'static,
    {
        let began = Instant::now();
        let mut cut = false;
        let lost = loop {
            // A task of its own, so that a panic loses one login and says so.
            let ended = tokio::spawn(login(stage.clone(), turn)).await;
            match ended.unwrap_or_else(|panic| Err(Ended::Lost(panic.to_string()))) {
                Ok(()) => break None,
                Err(Ended::Cut(_)) if self.killed.load(Ordering::Relaxed) => cut = true,
                Err(Ended::Cut(status)) => break Some(format!("{status}, and nobody was killed")),
                Err(Ended::Lost(why)) => break Some(why),
            }
        };
        self.done.send_modify(|done| *done += 1);
        Person { took: began.elapsed(), cut, lost }
    }

    async fn wait_for(&self, done: usize) {
        let _ = self.done.subscribe().wait_for(|all| *all >= done).await.expect("it is ours");
    }
}

impl Figures {
    fn of(people: Vec<Person>) -> Self {
        let mut took: Vec<_> = people.iter().map(|one| one.took).collect();
        took.sort_unstable();
        Self {
            logins: people.len(),
            cut_and_retried: people.iter().filter(|one| one.cut && one.lost.is_none()).count(),
            median: took[took.len() / 2],
            percentile_99: took[(took.len() * 99).div_ceil(100) - 1],
            restarts: 2,
            lost: people.into_iter().filter_map(|one| one.lost).collect(),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "logins           {:8}", self.logins)?;
        writeln!(f, "lost             {:8}", self.lost.len())?;
        writeln!(f, "cut and retried  {:8}", self.cut_and_retried)?;
        writeln!(f, "median           {:8} ms", self.median.as_millis())?;
        writeln!(f, "99th percentile  {:8} ms", self.percentile_99.as_millis())?;
        writeln!(f, "restarts         {:8}", self.restarts)
    }
}
