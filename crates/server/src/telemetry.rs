//! Structured logs on standard output: one JSON object a line, no personal data.

use std::io;
use std::panic::PanicHookInfo;
use std::sync::Arc;

use silta_broker::ports::Audit;
use silta_broker::{Description, Event, Facts, Severity};
use tracing::field::display;
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
use crate::spans;
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
#[cfg(feature = "demo")]
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
        let kind = match (event.target(), event.name()) {
            (AUDIT, PROVED) => LineKind::Proved,
            (AUDIT, _) => LineKind::Audit,
            (_, _) => LineKind::Log,
        };
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

/// An audit port that logs events, counts them, and sets the attributes of their span.
pub(crate) struct InstrumentedAudit(pub(crate) Arc<Metrics>);

impl Audit for InstrumentedAudit {
    fn record(&self, event: Event<'_>) {
        let described = event.describe();
        log(&described);
        spans::show(&described);
        self.0.count(&described);
    }
}

/// Writes an event to the log. A fact that it does not have is left out.
fn log(described: &Description<'_>) {
    let message = described.message;
    let Facts { login, first, client, upstream, error, reason, cause, acr, took, detail } =
        described.line;
    let (seconds, detail) = (took.map(|took| took.as_secs_f64()), detail.map(display));
    // Level and name of a line are constants where it is written.
    macro_rules! line {
        ($level:ident, $name:expr) => {
            $level!(
                name: $name,
                target: AUDIT,
                login, first, client, upstream, error, reason, cause, acr, seconds, detail,
                "{message}"
            )
        };
    }
    match (described.severity, described.is_proved) {
        (Severity::Info, true) => line!(info, PROVED),
        (Severity::Info, false) => line!(info, BY_ANYBODY),
        (Severity::Warning, true) => line!(warn, PROVED),
        (Severity::Warning, false) => line!(warn, BY_ANYBODY),
        (Severity::Error, true) => line!(error, PROVED),
        (Severity::Error, false) => line!(error, BY_ANYBODY),
    }
}

const AUDIT: &str = "silta::audit";
/// The names of lines, for the queue before their reader; no line shows its own.
const PROVED: &str = "proved";
const BY_ANYBODY: &str = "by anybody";
