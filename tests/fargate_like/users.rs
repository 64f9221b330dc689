//! Everybody who logs in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::deployment::Deployment;
use super::login::{self, Ended, StandIn};

/// The users who log in meanwhile.
pub(super) struct Users {
    logins: usize,
    turns: AtomicUsize,
    done: watch::Sender<usize>,
    killed: AtomicBool,
    /// Whether the replicas are back for good.
    played: AtomicBool,
}

/// The result of one user.
pub(super) struct User {
    pub(super) at: StandIn,
    /// From the first request on, further attempts included.
    pub(super) took: Duration,
    /// Where they were cut off, each time before they began anew.
    pub(super) cut_at: Vec<String>,
    pub(super) lost: Option<String>,
}

impl Users {
    /// So many people, or more.
    pub(super) fn of(logins: usize) -> Self {
        Self {
            logins,
            turns: AtomicUsize::new(0),
            done: watch::Sender::default(),
            killed: AtomicBool::new(false),
            played: AtomicBool::new(false),
        }
    }

    /// From now on they come, `at_once` at a time.
    pub(super) fn arrive(
        self: &Arc<Self>,
        at_once: usize,
        deployment: &Arc<Deployment>,
    ) -> JoinSet<Vec<User>> {
        let mut people = JoinSet::new();
        for _ in 0..at_once {
            let (users, deployment) = (self.clone(), deployment.clone());
            people.spawn(async move {
                let mut told = vec![];
                loop {
                    let turn = users.turns.fetch_add(1, Ordering::Relaxed);
                    if turn >= users.logins && users.played.load(Ordering::Relaxed) {
                        return told;
                    }
                    let at = if turn % 2 == 0 { StandIn::Cognito } else { StandIn::Alb };
                    told.push(users.user(at, &deployment).await);
                }
            });
        }
        people
    }

    /// One person, until they are in or give up. Who is cut off goes back to the application, and
    /// begins anew: neither stand-in repeats a call, and a page that is loaded anew may find its
    /// record spent.
    async fn user(&self, at: StandIn, deployment: &Arc<Deployment>) -> User {
        let began = Instant::now();
        let mut cut_at = vec![];
        let lost = loop {
            // A task of its own, so that a panic loses one login and says so.
            let ended = tokio::spawn(login::log_in(at, deployment.clone())).await;
            match ended.unwrap_or_else(|panic| Err(Ended::Lost(panic.to_string()))) {
                Ok(()) => break None,
                Err(Ended::Cut(place)) if self.killed.load(Ordering::Relaxed) => cut_at.push(place),
                Err(Ended::Cut(place)) => {
                    break Some(format!("cut at {place}, but nobody was killed"));
                }
                Err(Ended::Lost(why)) => break Some(why),
            }
        };
        self.done.send_modify(|done| *done += 1);
        User { at, took: began.elapsed(), cut_at, lost }
    }

    /// How many are in, or have given up.
    pub(super) fn done(&self) -> usize {
        *self.done.borrow()
    }

    pub(super) async fn wait_for(&self, done: usize) {
        let _ = self.done.subscribe().wait_for(|all| *all >= done).await.expect("it is ours");
    }

    /// From now on somebody may be cut off.
    pub(super) fn replica_will_be_killed(&self) {
        self.killed.store(true, Ordering::Relaxed);
    }

    /// Nothing more will happen to the replicas.
    pub(super) fn no_more_failures(&self) {
        self.played.store(true, Ordering::Relaxed);
    }
}
