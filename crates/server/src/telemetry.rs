//! Structured logs on standard output: one JSON object a line, no personal data.

use std::io;
use std::panic::PanicHookInfo;
use std::sync::Arc;

use silta_broker::ports::Audit;
use silta_broker::{
    ErrorClass, Event, LoginError, LoginId, RecordError, RedeemError, RelyingParty,
    UnavailableError, UserInfoError,
};
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber, error, info, warn};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Telemetry;
use crate::log_queue::LineKind;
use crate::log_writer::LogWriter;
use crate::metrics::Metrics;
use crate::spans::{self, SpanAudit};
use crate::traces::Traces;

/// Starts logging to `log`, and sending spans where that is configured; called once, in a runtime,
/// before anything else happens. What it returns has to be flushed at the end.
pub(crate) fn start(telemetry: &Telemetry, log: &Arc<LogWriter>) -> Option<Traces> {
    let traces = telemetry.traces.clone().map(Traces::to).transpose();
    let to_collector = traces.as_ref().ok().and_then(Option::as_ref).map(Traces::layer);
    if to_collector.is_some() {
        spans::enable_spans();
    }
    let to_collector = to_collector
        .map(|layer| layer.with_filter(Targets::new().with_target(spans::STEP, Level::INFO)));
    let lines = lines(telemetry.log, log);
    std::panic::set_hook(Box::new(log_panic));
    tracing_subscriber::registry().with(lines).with(to_collector).init();
    traces.unwrap_or_else(|_| {
        error!("no HTTP client can be made: no span is sent to the trace collector");
        None
    })
}

/// Logs the place of a panic only, because its message may hold anything. It does not wait for the
/// reader of standard error.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    error!(place, "a fault in silta itself: please report the place");
}

/// Starts logging alone, for commands that are not there to serve.
pub(crate) fn start_lines(level: Level, log: &Arc<LogWriter>) {
    tracing_subscriber::registry().with(lines(level, log)).init();
}

fn lines<S>(level: Level, log: &Arc<LogWriter>) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    // Audit events are never filtered away; start-up lines of the web server are of no use, and
    // what AWS's client says may repeat what others said; we say ourselves what became of a call. Spans are for the collector, and cost nothing where there is none.
    let targets = Targets::new()
        .with_default(level)
        .with_target(AUDIT, Level::INFO)
        .with_target("actix_server", Level::WARN)
        // What a stranger sends is counted, not told once for each connection.
        .with_target("actix_http", LevelFilter::OFF)
        .with_target("aws_", LevelFilter::OFF)
        .with_target(spans::STEP, LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_writer(LogLines(log.clone()));
    lines.with_filter(targets)
}

/// The writer of log lines.
struct LogLines(Arc<LogWriter>);

impl<'log> MakeWriter<'log> for LogLines {
    type Writer = LineWriter<'log>;

    fn make_writer(&'log self) -> LineWriter<'log> {
        LineWriter { kind: LineKind::Log, log: &self.0 }
    }

    fn make_writer_for(&'log self, event: &Metadata<'_>) -> LineWriter<'log> {
        let kind = if event.target() == AUDIT { LineKind::Audit } else { LineKind::Log };
        LineWriter { kind, log: &self.0 }
    }
}

/// Takes one line, in one piece, as the layer above writes it.
struct LineWriter<'log> {
    kind: LineKind,
    log: &'log LogWriter,
}

impl io::Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.log.write(self.kind, line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes events of logins to the log, under the target `silta::audit`.
struct LogAudit;

impl Audit for LogAudit {
    fn record(&self, event: Event<'_>) {
        match event {
            Event::LoginStarted { login, client, upstream } => {
                info!(target: AUDIT, %login, %client, %upstream, "login started");
            }
            Event::LoginAskedAgain { login, client, upstream } => {
                info!(target: AUDIT, %login, %client, %upstream, "login asked again");
            }
            Event::LoginFinished { login, client, upstream, acr, took } => {
                let seconds = took.as_secs_f64();
                info!(target: AUDIT, %login, %client, %upstream, acr, seconds, "login finished");
            }
            Event::LoginRefused { login, client, upstream, error } => {
                let client = client.map_or("", RelyingParty::as_str);
                let upstream = upstream.map_or("", silta_broker::UpstreamName::as_str);
                log_refused(login.as_str(), client, upstream, error);
            }
            Event::LoginAbandoned { login, client, upstream } => {
                info!(target: AUDIT, %login, %client, %upstream, "login abandoned");
            }
            Event::TokensIssued { login, client } => {
                info!(target: AUDIT, %login, %client, "tokens issued");
            }
            Event::CodeReused { login, client } => {
                warn!(target: AUDIT, %login, %client, "code used again, its tokens are revoked");
            }
            Event::TokensRefused { client, login, error: refused } => {
                let client = client.map_or("", RelyingParty::as_str);
                let login = login.map_or("", LoginId::as_str);
                log_tokens_refused(login, client, refused);
            }
            Event::UserInfoRefused { error } => match error {
                // Tokens expire all the time.
                UserInfoError::Body(_) | UserInfoError::Request(_) => {
                    info!(target: AUDIT, detail = %error, "userinfo refused");
                }
                UserInfoError::Unavailable(why @ UnavailableError::Record(RecordError::Newer)) => {
                    warn!(target: AUDIT, cause = why.cause(), detail = %why, "userinfo refused");
                }
                UserInfoError::Unavailable(why) => {
                    error!(target: AUDIT, cause = why.cause(), detail = %why, "userinfo refused");
                }
            },
        }
    }
}

/// The level says who can act: only an error that an operator can fix wakes an operator.
fn log_refused(login: &str, client: &str, upstream: &str, error: &LoginError) {
    let (reason, detail) = (error.reason(), error.to_string());
    match error.class() {
        // It ends by itself once this replica is updated too.
        ErrorClass::Operator if error.is_newer_record() => {
            warn!(target: AUDIT, login, client, upstream, reason, detail, "login refused");
        }
        ErrorClass::User => {
            info!(target: AUDIT, login, client, upstream, reason, detail, "login refused");
        }
        ErrorClass::Client | ErrorClass::Idp => {
            warn!(target: AUDIT, login, client, upstream, reason, detail, "login refused");
        }
        ErrorClass::Operator => {
            let cause = error.cause();
            error!(target: AUDIT, login, client, upstream, reason, cause, detail, "login refused");
        }
    }
}

fn log_tokens_refused(login: &str, client: &str, refused: &RedeemError) {
    let (error, reason) = (refused.error_code().as_str(), refused.reason());
    match refused {
        RedeemError::Body(_) | RedeemError::Request(_) => {
            let detail = refused.to_string();
            warn!(target: AUDIT, login, client, error, reason, detail, "tokens refused");
        }
        // As above.
        RedeemError::Unavailable(why @ UnavailableError::Record(RecordError::Newer)) => {
            let detail = why.to_string();
            warn!(target: AUDIT, login, client, error, reason, detail, "tokens refused");
        }
        RedeemError::Unavailable(why) => {
            let (cause, detail) = (why.cause(), why.to_string());
            error!(target: AUDIT, login, client, error, reason, cause, detail, "tokens refused");
        }
    }
}

/// An audit port that logs events, counts them, and sets the attributes of their span.
pub(crate) struct InstrumentedAudit(pub(crate) Arc<Metrics>);

impl Audit for InstrumentedAudit {
    fn record(&self, event: Event<'_>) {
        LogAudit.record(event);
        SpanAudit.record(event);
        self.0.record(event);
    }
}

const AUDIT: &str = "silta::audit";
