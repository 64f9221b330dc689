//! What is told of an event.

use std::fmt;
use std::time::Duration;

use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;

/// What is written of an event, shown of it and counted of it.
#[derive(Debug)]
pub struct Description<'a> {
    /// What happened.
    pub message: &'static str,
    /// How much it matters to our operator.
    pub severity: Severity,
    /// The facts of its line in the log.
    pub line: Facts<'a>,
    /// The facts that the span of its request shows.
    pub span: Facts<'a>,
    /// Whether the request failed by an error that our operator can fix.
    pub is_failure: bool,
    /// Whether nobody causes it who has not proved who they are, to an upstream or with a code that was
    /// given out: strangers cause any number of the others.
    pub is_proved: bool,
    /// What is one more now.
    pub counts: Vec<Count>,
    /// What took a time that is measured.
    pub times: Vec<Time>,
    /// What it says of the age of logins.
    pub age: Option<LoginAge<'a>>,
}

/// How much an event matters to our operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It happens all the time.
    Info,
    /// Somebody else can act on it, or it ends by itself.
    Warning,
    /// Our operator has to act.
    Error,
}

/// The facts of an event, each with its name in the log: a closed set. They are names from our own
/// configuration, references, words from closed sets, and sentences of ours.
#[derive(Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The login's reference.
    pub login: Option<&'a str>,
    /// The reference of the login that its session began with.
    pub first: Option<&'a str>,
    /// The relying party; empty where it belongs here and is not known.
    pub client: Option<&'a str>,
    /// The upstream; empty where it belongs here and is not known.
    pub upstream: Option<&'a str>,
    /// The OAuth error that a client got.
    pub error: Option<&'static str>,
    /// Why it was refused: one word.
    pub reason: Option<&'static str>,
    /// What the matter is behind the reason: one word.
    pub cause: Option<&'static str>,
    /// The assurance level that was reached.
    pub acr: Option<&'a str>,
    /// How long it took; `seconds` in the log.
    pub took: Option<Duration>,
    /// Our own sentence about it.
    pub detail: Option<&'a dyn fmt::Display>,
}

/// A running total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// Its name, without that of the product.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// One more of a [`Counter`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The counter.
    pub counter: Counter,
    /// The values of its labels, in their order.
    pub values: Vec<String>,
}

/// A time that is measured, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timer {
    /// Its name, without that of the product.
    pub name: &'static str,
    /// What it measures.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// The upper bounds of its buckets.
    pub buckets: &'static [f64],
}

/// One time of a [`Timer`].
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// The timer.
    pub timer: Timer,
    /// The values of its labels, in their order.
    pub values: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// What an event says of the age of logins: those that were abandoned are measured against the others of
/// their age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginAge<'a> {
    /// The half hour of a login begins.
    Begins {
        /// The relying party that asked.
        client: &'a RelyingParty,
        /// The upstream that was asked.
        upstream: &'a UpstreamName,
    },
    /// The half hour of a login is over.
    Over,
}

impl<'a> Description<'a> {
    /// An event that happens all the time, that anybody may cause, and of which nothing is counted or
    /// measured.
    pub(super) fn of(message: &'static str, facts: Facts<'a>) -> Self {
        let (severity, line, span) = (Severity::Info, facts, facts);
        let (is_failure, is_proved) = (false, false);
        let (counts, times, age) = (vec![], vec![], None);
        Self { message, severity, line, span, is_failure, is_proved, counts, times, age }
    }
}

impl<'a> Facts<'a> {
    pub(super) fn of(login: &'a LoginId, client: &'a RelyingParty) -> Self {
        let (login, client) = (Some(login.as_str()), Some(client.as_str()));
        Self { login, client, ..Self::default() }
    }

    pub(super) fn at(self, upstream: &'a UpstreamName) -> Self {
        Self { upstream: Some(upstream.as_str()), ..self }
    }
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = [self.login, self.first, self.client, self.upstream];
        let words = who.into_iter().chain([self.error, self.reason, self.cause]);
        f.debug_list().entries(words.flatten()).finish()
    }
}

impl Counter {
    /// One more, with these values of its labels.
    pub(super) fn with(self, values: &[&str]) -> Count {
        Count { counter: self, values: owned(values) }
    }
}

impl Timer {
    /// This time, with these values of its labels.
    pub(super) fn took(self, took: Duration, values: &[&str]) -> Time {
        Time { timer: self, values: owned(values), took }
    }
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}
