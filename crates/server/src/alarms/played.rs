//! People who log in minute by minute, and what a replica counts and writes of that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use silta_broker::ports::{Audit as _, Clock, StoreError, StoreUsage};
use silta_broker::{
    Event, LOGIN_LIFE, LoginError, LoginId, RecordError, RelyingParty, UpstreamName,
};

use crate::assemble::counting;
use crate::emf::Emf;
use crate::log_writer::LogWriter;
use crate::metrics::Metrics;

/// What becomes of somebody who logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Finishes,
    Cancels,
    /// The login is still open then, and is abandoned in the end.
    LosesCookie,
    NeverReturns,
    /// Their login started at a newer release, which this replica cannot read.
    MeetsNewerRecord,
}

/// One replica and what was seen of it.
pub(super) struct Played {
    clock: Arc<SetClock>,
    metrics: Arc<Metrics>,
    emf: Emf,
    /// Minutes since the start.
    pub(super) now: usize,
    /// What is yet to happen: the minute, and what.
    coming: BTreeMap<usize, Vec<Happens>>,
    /// Every series of `/metrics`, with its value at each minute since it is there.
    pub(super) series: BTreeMap<String, Vec<Option<f64>>>,
    /// The lines for CloudWatch, with their minute.
    pub(super) lines: Vec<(usize, Value)>,
}

#[derive(Clone, Copy)]
enum Happens {
    Finished,
    Refused(bool),
    /// By what a newer release wrote.
    RefusedByUpdate,
    Abandoned,
}

struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::new(self.0.load(Ordering::Relaxed), 0).unwrap()
    }
}

impl Played {
    pub(super) fn start() -> Self {
        let clock = Arc::new(SetClock(AtomicI64::new(1_800_000_000)));
        let log = LogWriter::start_on_stderr(clock.clone()).unwrap();
        let metrics = Arc::new(counting(clock.clone(), &log));
        metrics.expect([(&client(), &upstream())]);
        let certificate =
            ("idp".to_owned(), "signing", 0, clock.now() + Duration::from_hours(9_600));
        metrics.hold(vec![certificate]);
        let emf = Emf::new(NAMESPACE.to_owned(), metrics.clone(), clock.clone(), log);
        let (coming, series) = (BTreeMap::new(), BTreeMap::new());
        Self { clock, metrics, emf, now: 0, coming, series, lines: vec![] }
    }

    /// So many minutes, in each of which people begin as `begin` says of it.
    pub(super) fn minutes(&mut self, count: usize, begin: impl Fn(usize) -> Vec<Fate>) {
        for minute in 0..count {
            for fate in begin(minute) {
                self.begins(fate);
            }
            self.passes();
        }
    }

    /// So many minutes in which nobody comes and nothing that is written arrives.
    pub(super) fn log_is_lost(&mut self, minutes: usize) {
        let arrived = self.lines.len();
        self.minutes(minutes, |_| vec![]);
        self.lines.truncate(arrived);
    }

    /// From now on the store cannot serve for these causes; for none, it can.
    pub(super) fn store_errors(&self, errors: &[StoreError]) {
        self.metrics.store_errors(errors);
    }

    /// The store says how full it is.
    pub(super) fn store_fill(&self) {
        self.metrics.store_fill(Some(StoreUsage { used: 1, limit: 2 }));
    }

    /// A request is refused because too many come.
    pub(super) fn sheds(&self) {
        self.metrics.shed("authorize");
    }

    /// What `/metrics` shows.
    pub(super) fn shown(&self) -> String {
        self.metrics.text()
    }

    fn begins(&mut self, fate: Fate) {
        let (login, client, upstream) = (&login(), &client(), &upstream());
        self.metrics.record(Event::LoginStarted { login, client, upstream });
        let end = usize::try_from(LOGIN_LIFE.as_secs() / 60).unwrap();
        let steps: &[_] = match fate {
            Fate::Finishes => &[(1, Happens::Finished)],
            Fate::Cancels => &[(1, Happens::Refused(false))],
            Fate::LosesCookie => &[(1, Happens::Refused(true)), (end, Happens::Abandoned)],
            Fate::NeverReturns => &[(end, Happens::Abandoned)],
            Fate::MeetsNewerRecord => &[(1, Happens::RefusedByUpdate)],
        };
        for (after, what) in steps {
            self.coming.entry(self.now + after).or_default().push(*what);
        }
    }

    /// A minute passes; then a scrape and the lines for CloudWatch.
    fn passes(&mut self) {
        for what in self.coming.remove(&self.now).unwrap_or_default() {
            self.happens(what);
        }
        // A scrape never comes in the very second of something else.
        self.clock.0.fetch_add(30, Ordering::Relaxed);
        let text = self.metrics.text();
        for (name, value) in text.lines().filter_map(|line| line.rsplit_once(' ')) {
            if let (false, Ok(value)) = (name.starts_with('#'), value.parse()) {
                let seen = self.series.entry(name.to_owned()).or_default();
                seen.resize(self.now, None);
                seen.push(Some(value));
            }
        }
        for line in self.emf.lines(&text).lines() {
            self.lines.push((self.now, serde_json::from_str(line).unwrap()));
        }
        self.clock.0.fetch_add(30, Ordering::Relaxed);
        self.now += 1;
    }

    fn happens(&self, what: Happens) {
        let (login, client, upstream) = (&login(), &client(), &upstream());
        let event = match what {
            Happens::Finished => {
                let took = Duration::from_mins(1);
                Event::LoginFinished { login, client, upstream, acr: "a", took }
            }
            Happens::Refused(cookie) => {
                let (client, upstream) = (Some(client), Some(upstream));
                let (client, upstream) = if cookie { (None, None) } else { (client, upstream) };
                let error =
                    if cookie { &LoginError::CookieMissing } else { &LoginError::LoginRequired };
                Event::LoginRefused { login, client, upstream, error }
            }
            Happens::RefusedByUpdate => {
                let (client, upstream) = (Some(client), Some(upstream));
                let error = &LoginError::Record(RecordError::Newer);
                Event::LoginRefused { login, client, upstream, error }
            }
            Happens::Abandoned => Event::LoginAbandoned { login, client, upstream },
        };
        self.metrics.record(event);
    }
}

fn login() -> LoginId {
    serde_json::from_str("\"A4M94AWY\"").unwrap()
}

fn client() -> RelyingParty {
    RelyingParty::parse("shop").unwrap()
}

fn upstream() -> UpstreamName {
    UpstreamName::parse("idp").unwrap()
}

/// The default of the stack's `MetricNamespace`.
pub(super) const NAMESPACE: &str = "Silta";
