//! How far a connection is, and how long it may stay there.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use actix_http::error::DispatchError;
use tokio::time::{Instant, sleep_until};

use super::ended::Ended;
use super::registry::Admitted;

/// What is known of one connection. It lives on one thread; requests find it in `conn_data`.
#[derive(Debug)]
pub(super) struct Progress {
    /// A request was handed to the application, and its answer is not finished.
    busy: Cell<bool>,
    /// And all of its body has come: from then on it finishes, whatever else happens. The only thing
    /// that other threads read.
    pub(super) whole: Arc<AtomicBool>,
    since: Cell<Since>,
    blocked: Cell<Option<Instant>>,
    /// An answer of the application is on its way, finished or not.
    answering: Cell<bool>,
    /// What the library answered by itself, if it did.
    refused: Cell<Option<Ended>>,
    gone: Cell<bool>,
}

/// What a connection without a request in flight waits for, and since when.
#[derive(Debug, Clone, Copy)]
enum Since {
    Idle(Instant),
    Head(Instant),
    /// The rest of a body that was not read to its end.
    Rest(Instant),
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            busy: Cell::default(),
            whole: Arc::default(),
            since: Cell::new(Since::Idle(Instant::now())),
            blocked: Cell::default(),
            answering: Cell::default(),
            refused: Cell::default(),
            gone: Cell::default(),
        }
    }
}

impl Progress {
    /// Whether the client closed its side, or the connection is broken.
    pub(super) fn gone(&self) -> bool {
        self.gone.get()
    }

    /// A request is handed to the application.
    pub(super) fn begin(&self) {
        self.busy.set(true);
        self.answering.set(true);
    }

    /// All of its body has come.
    pub(super) fn arrived(&self) {
        self.whole.store(true, Ordering::Relaxed);
    }

    /// Its answer is finished. `read` when its body was read to its end.
    pub(super) fn finish(&self, read: bool) {
        let now = Instant::now();
        self.since.set(if read { Since::Idle(now) } else { Since::Rest(now) });
        self.busy.set(false);
        self.whole.store(false, Ordering::Relaxed);
    }

    /// Whether what comes belongs to a body that was refused.
    pub(super) fn is_discarding(&self) -> bool {
        !self.busy() && matches!(self.since.get(), Since::Rest(_))
    }

    /// Octets came. Whether they begin a head.
    pub(super) fn came(&self) -> bool {
        let begins = matches!((self.busy(), self.since.get()), (false, Since::Idle(_)));
        if begins {
            self.since.set(Since::Head(Instant::now()));
        }
        begins
    }

    /// Nothing comes any more.
    pub(super) fn left(&self) {
        self.gone.set(true);
    }

    /// The system takes no more octets of an answer.
    pub(super) fn blocked(&self) {
        if self.blocked.get().is_none() {
            self.blocked.set(Some(Instant::now()));
        }
    }

    /// The system has taken all that was to be written.
    pub(super) fn flushed(&self) {
        self.blocked.set(None);
        self.answering.set(self.busy());
    }

    /// Whether what is written now belongs to an answer of the application.
    pub(super) fn answering(&self) -> bool {
        self.answering.get()
    }

    /// The library itself refused what came.
    pub(super) fn refused(&self, why: Ended) {
        self.refused.set(Some(why));
    }

    /// Whether a request is in flight.
    pub(super) fn busy(&self) -> bool {
        self.busy.get()
    }

    /// Whether a request is in flight that came whole.
    fn whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }

    /// When the connection is to end unless something happens, and why. A request in flight ends by the
    /// limits of what it waits for: its body, the store, a key.
    fn deadline(&self) -> Option<(Instant, Ended)> {
        if let Some(blocked) = self.blocked.get() {
            return Some((blocked + WRITE, Ended::SlowReader));
        }
        if self.busy() {
            return None;
        }
        Some(match self.since.get() {
            Since::Idle(since) => (since + IDLE, Ended::Idle),
            Since::Head(since) => (since + HEAD, Ended::SlowHead),
            Since::Rest(since) => (since + LINGER, Ended::UnreadBody),
        })
    }

    /// Why it ended, when the library ended it.
    fn ended(&self, result: &Result<(), DispatchError>) -> Ended {
        match (self.refused.get(), self.since.get()) {
            (Some(why), _) => why,
            (None, Since::Rest(_)) if !self.busy() => Ended::UnreadBody,
            (None, Since::Idle(_) | Since::Head(_) | Since::Rest(_)) => Ended::of(result),
        }
    }
}

/// Serves a connection until it ends by itself, or has to.
pub(super) async fn watched(
    served: impl Future<Output = Result<(), DispatchError>>,
    progress: &Rc<Progress>,
    mut admitted: Admitted,
) {
    let mut served = pin!(served);
    let mut timer = pin!(sleep_until(Instant::now() + IDLE));
    let ended = poll_fn(|cx| {
        // First, because it may bring what the rest looks at.
        if let Poll::Ready(result) = served.as_mut().poll(cx) {
            return Poll::Ready(progress.ended(&result));
        }
        if admitted.poll_displaced(cx) && !progress.whole() {
            return Poll::Ready(Ended::Displaced);
        }
        let Some((deadline, why)) = progress.deadline() else { return Poll::Pending };
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(cx).map(|()| why)
    })
    .await;
    admitted.ended(ended);
}

/// Longer than the 60 s that an ALB keeps an idle connection, or it would answer 502.
const IDLE: Duration = Duration::from_secs(75);
/// A request's head arrives in one piece, or somebody is holding connections open. Of the first head it
/// counts from the connection, of every other from its first octet.
pub(super) const HEAD: Duration = Duration::from_secs(10);
/// A client that is still sending when it is refused gets this long to read why.
pub(super) const LINGER: Duration = Duration::from_secs(2);
/// An answer of 100 kB at 50 kbit/s; the system's own buffers take most of it at once.
const WRITE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn ends(progress: &Progress) -> (Duration, Ended) {
        let (deadline, why) = progress.deadline().unwrap();
        // Up to the instants between the calls.
        let left = deadline.saturating_duration_since(Instant::now()).as_secs_f64();
        (Duration::from_secs_f64(left.round()), why)
    }

    #[test]
    fn an_idle_connection_outlives_a_load_balancers_patience_and_then_ends() {
        let progress = Progress::default();
        assert_eq!(ends(&progress), (IDLE, Ended::Idle));
        progress.begin();
        progress.finish(true);
        assert_eq!(ends(&progress), (IDLE, Ended::Idle));
    }

    #[test]
    fn every_head_is_timed_from_its_first_octet() {
        let progress = Progress::default();
        for _ in 0..2 {
            progress.came();
            let (first, why) = progress.deadline().unwrap();
            assert_eq!(why, Ended::SlowHead);
            progress.came();
            assert_eq!(progress.deadline().unwrap().0, first, "more octets give no more time");
            progress.begin();
            progress.finish(true);
        }
    }

    #[test]
    fn a_request_in_flight_has_no_deadline_here() {
        let progress = Progress::default();
        progress.came();
        progress.begin();
        assert!(progress.deadline().is_none());
        progress.came();
        assert!(progress.deadline().is_none());
    }

    #[test]
    fn a_request_is_whole_from_the_end_of_its_body_to_the_end_of_its_answer() {
        let progress = Progress::default();
        progress.begin();
        assert!(!progress.whole(), "its body is still coming");
        progress.arrived();
        assert!(progress.whole());
        progress.finish(true);
        assert!(!progress.whole());
    }

    #[test]
    fn a_body_that_was_not_read_to_its_end_ends_its_connection_whatever_still_comes() {
        let progress = Progress::default();
        progress.begin();
        progress.finish(false);
        let (first, why) = progress.deadline().unwrap();
        assert_eq!((ends(&progress).0, why), (LINGER, Ended::UnreadBody));
        progress.came();
        assert_eq!(progress.deadline().unwrap(), (first, Ended::UnreadBody));
        assert!(progress.is_discarding());
    }

    #[test]
    fn an_answer_that_nobody_takes_ends_its_connection_even_in_flight() {
        let progress = Progress::default();
        progress.begin();
        progress.blocked();
        let first = progress.deadline().unwrap();
        assert_eq!(ends(&progress), (WRITE, Ended::SlowReader));
        progress.blocked();
        assert_eq!(progress.deadline().unwrap(), first, "a sip gives no more time");
        progress.flushed();
        assert!(progress.deadline().is_none());
    }

    #[test]
    fn what_is_written_without_a_request_is_the_librarys_own() {
        let progress = Progress::default();
        assert!(!progress.answering());
        progress.begin();
        progress.finish(true);
        assert!(progress.answering(), "not flushed yet");
        progress.flushed();
        assert!(!progress.answering());
    }
}
