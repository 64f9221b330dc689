//! How events are counted and timed: by what the broker says of them.

use std::collections::BTreeMap;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use silta_broker::ports::Audit;
use silta_broker::{
    COUNTERS, Count, Description, ErrorClass, Event, LOGINS_ABANDONED, LOGINS_ENDED,
    LOGINS_REFUSED, LOGINS_STARTED, LoginAge, RelyingParty, TIMERS, Time, UpstreamName,
};

use super::Metrics;
use super::labels::Login;

/// The counters of events, by name.
pub(super) struct EventCounters(BTreeMap<&'static str, EventCounter>);

enum EventCounter {
    /// It has no labels, and is shown before anything is counted.
    One(Counter),
    ByLabels(Family<LabelValues, Counter>),
}

impl EventCounters {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let counters = COUNTERS.into_iter().map(|counter| {
            let one = if counter.labels.is_empty() {
                let one = Counter::default();
                registry.register(counter.name, counter.help, one.clone());
                EventCounter::One(one)
            } else {
                let family = Family::default();
                registry.register(counter.name, counter.help, family.clone());
                EventCounter::ByLabels(family)
            };
            (counter.name, one)
        });
        let counters = Self(counters.collect());
        // An alarm does not see what a series begins with.
        for class in ErrorClass::ALL {
            counters.expect(LOGINS_REFUSED, &[class.as_str()]);
        }
        counters
    }

    /// Shows a series before anything is counted.
    fn expect(&self, counter: silta_broker::Counter, values: &[&str]) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.add(Count { counter, values }, 0);
    }

    fn add(&self, Count { counter, values }: Count, more: u64) {
        match self.0.get(counter.name) {
            Some(EventCounter::One(one)) => {
                one.inc_by(more);
            }
            Some(EventCounter::ByLabels(family)) => {
                let labels = counter.labels.iter().copied().zip(values).collect();
                family.get_or_create_owned(&labels).inc_by(more);
            }
            // All of them are registered.
            None => {}
        }
    }
}

/// The times of events, by the name of their timer.
pub(super) struct EventTimes(BTreeMap<&'static str, Family<LabelValues, Histogram, Buckets>>);

/// Labels with their values.
type LabelValues = Vec<(&'static str, String)>;

/// Makes histograms with these upper bounds.
#[derive(Clone, Copy)]
struct Buckets(&'static [f64]);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

impl EventTimes {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let times = TIMERS.into_iter().map(|timer| {
            let family = Family::new_with_constructor(Buckets(timer.buckets));
            registry.register(timer.name, timer.help, family.clone());
            (timer.name, family)
        });
        Self(times.collect())
    }

    fn observe(&self, Time { timer, values, took }: &Time) {
        // All of them are registered.
        if let Some(family) = self.0.get(timer.name) {
            let labels = timer.labels.iter().copied().zip(values.iter().cloned()).collect();
            family.get_or_create_owned(&labels).observe(took.as_secs_f64());
        }
    }
}

impl Audit for Metrics {
    fn record(&self, event: Event<'_>) {
        self.count(&event.describe());
    }
}

impl Metrics {
    /// Counts and times an event, as it is described.
    pub(crate) fn count(&self, described: &Description<'_>) {
        let (now, are_due) = (self.clock.now(), |login: &_, count| self.are_due(login, count));
        match described.age {
            Some(LoginAge::Begins { client, upstream }) => {
                // Here too, or what waits would only grow where nobody reads metrics.
                self.not_due.settle(now, are_due);
                self.not_due.started(Login::of(client, upstream), now);
            }
            // All of its age are due.
            Some(LoginAge::Over) => self.not_due.one_was_abandoned(now, are_due),
            None => {}
        }
        for count in &described.counts {
            self.events.add(count.clone(), 1);
        }
        for time in &described.times {
            self.times.observe(time);
        }
    }

    /// Shows what these logins would be counted by before there is one: an alarm sees how a series
    /// grows, not what it begins with.
    pub(crate) fn expect<'a>(
        &self,
        logins: impl IntoIterator<Item = (&'a RelyingParty, &'a UpstreamName)>,
    ) {
        for (client, upstream) in logins {
            self.due.get_or_create_owned(&Login::of(client, upstream));
            let (client, upstream) = (client.as_str(), upstream.as_str());
            self.events.expect(LOGINS_STARTED, &[client, upstream]);
            self.events.expect(LOGINS_ABANDONED, &[client, upstream]);
            self.events.expect(LOGINS_ENDED, &[client, upstream, "finished", ""]);
        }
    }

    pub(super) fn are_due(&self, login: &Login, count: u64) {
        self.due.get_or_create(login).inc_by(count);
    }
}
