//! Standard output and standard error, so that nobody who writes to them ever waits for their reader.
//!
//! A thread of its own writes what is in a bounded queue. What does not fit, or cannot be written, is
//! dropped and counted: that is said once on standard error when it begins, shown by the metric and
//! by `/health/ready` while it lasts, and when the reader is back a line says how much was lost
//! ([ADR 24](../../../docs/adr/0024-a-log-that-cannot-stop-logins.md)).

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Metric;
use serde_json::json;
use silta_broker::ports::Clock;

use crate::log_output::{LogOutput, LossCause};
use crate::log_queue::{Line, LineCount, LineKind, LogQueue};

/// Lines on their way to standard output or standard error.
pub(crate) struct LogWriter {
    state: Mutex<State>,
    /// There is something to write.
    work: Condvar,
    /// Everything is written.
    idle: Condvar,
    lost: Family<LostLine, Counter>,
    clock: Arc<dyn Clock>,
    /// Where the beginning of a loss is told.
    errors: Option<Arc<LogWriter>>,
}

#[derive(Default)]
struct State {
    queue: LogQueue,
    /// Whether the thread is writing something that it has taken out of the queue.
    writing: bool,
    loss: Option<Loss>,
}

/// Lines are being lost.
#[derive(Clone, Copy)]
struct Loss {
    why: LossCause,
    lines: LineCount,
}

/// A line that was lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LostLine {
    kind: &'static str,
}

impl LogWriter {
    /// Takes standard output, and standard error for telling of losses.
    ///
    /// # Errors
    /// When the process has no descriptor or no thread left.
    pub(crate) fn start(clock: Arc<dyn Clock>) -> io::Result<Arc<Self>> {
        let errors = Self::to(io::stderr().as_fd(), "stderr", clock.clone(), None)?;
        Self::to(io::stdout().as_fd(), "stdout", clock, Some(errors))
    }

    /// Takes standard error only, for commands whose output is something else.
    ///
    /// # Errors
    /// As [`LogWriter::start`].
    #[cfg(any(test, feature = "demo"))]
    pub(crate) fn start_on_stderr(clock: Arc<dyn Clock>) -> io::Result<Arc<Self>> {
        Self::to(io::stderr().as_fd(), "stderr", clock, None)
    }

    fn to(
        stream: BorrowedFd<'_>,
        name: &str,
        clock: Arc<dyn Clock>,
        errors: Option<Arc<Self>>,
    ) -> io::Result<Arc<Self>> {
        // Not by the standard library's own handle: its lock would be held while a reader does not read.
        let out = File::from(stream.try_clone_to_owned()?);
        let mut out = LogOutput::of(out)?;
        let lost = Family::<LostLine, Counter>::default();
        for kind in LineKind::WORDS {
            // A series that begins above zero looks as if nothing had happened.
            lost.get_or_create_owned(&LostLine { kind });
        }
        let (work, idle) = (Condvar::new(), Condvar::new());
        let writer = Arc::new(Self { state: Mutex::default(), work, idle, lost, clock, errors });
        let running = writer.clone();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            loop {
                running.step(&mut out);
            }
        })?;
        Ok(writer)
    }

    /// Sends a line, which ends with a line feed, on its way, or drops it: at once.
    pub(crate) fn write(&self, kind: LineKind, text: &[u8]) {
        let pushed = self.state().queue.push(kind, text);
        if pushed {
            self.work.notify_one();
        } else {
            self.lose(kind, LossCause::Unread);
        }
    }

    /// What was lost since the start, by kind.
    pub(crate) fn lost(&self) -> impl Metric + use<> {
        self.lost.clone()
    }

    /// Why lines are being lost, if they are.
    pub(crate) fn losing(&self) -> Option<LossCause> {
        self.state().loss.map(|loss| loss.why)
    }

    /// Waits until everything is written, but no longer than `limit`; says on standard error what
    /// was not.
    pub(crate) fn finish(&self, limit: Duration) {
        let left = self.drained(limit);
        let Some(errors) = &self.errors else { return };
        if left != LineCount::default() {
            let LineCount { audit, log, metrics } = left;
            let said = format!(
                "silta: standard output was not read in time: lost at the end {audit} audit events, \
                 {log} other lines of the log, {metrics} lines of metrics\n"
            );
            errors.write(LineKind::Audit, said.as_bytes());
        }
        errors.drained(ERRORS_LIMIT.min(limit));
    }

    /// What was not written within `limit`.
    fn drained(&self, limit: Duration) -> LineCount {
        let until = Instant::now() + limit;
        let mut state = self.state();
        while state.writing || !state.queue.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.idle.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.queue.count()
    }

    /// Waits for something to write, and writes it.
    fn step(&self, out: &mut LogOutput<File>) {
        let mut state = self.state();
        let (told, line) = loop {
            // With a reader that does not read, this is where lines are missing: as soon as there is room.
            if let Some(loss) = state.loss
                && loss.why == LossCause::Unread
                && state.queue.has_room()
            {
                break (Some(loss), None);
            }
            if let Some(line) = state.queue.pop() {
                // Whether it can be written again is found out by telling what was lost.
                break (state.loss.filter(|loss| loss.why != LossCause::Unread), Some(line));
            }
            self.idle.notify_all();
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        state.writing = true;
        drop(state);
        self.written(out, told, line.as_ref());
        self.state().writing = false;
    }

    fn written(&self, out: &mut LogOutput<File>, told: Option<Loss>, line: Option<&Line>) {
        if let Some(loss) = told {
            match out.write(self.notice(loss).as_bytes()) {
                Ok(()) => self.told(loss.lines),
                Err(why) => {
                    if let Some(line) = line {
                        self.lose(line.kind, why);
                    } else if let Some(loss) = &mut self.state().loss {
                        loss.why = why;
                    }
                    return;
                }
            }
        }
        if let Some(line) = line
            && let Err(why) = out.write(&line.text)
        {
            self.lose(line.kind, why);
        }
    }

    /// Lines that were lost while this was written are for the next time.
    fn told(&self, lines: LineCount) {
        let mut state = self.state();
        if let Some(loss) = &mut state.loss {
            loss.lines = loss.lines.without(lines);
        }
        state.loss = state.loss.filter(|loss| loss.lines != LineCount::default());
    }

    fn lose(&self, kind: LineKind, why: LossCause) {
        self.lost.get_or_create_owned(&LostLine { kind: kind.as_str() }).inc();
        let mut state = self.state();
        let begins = state.loss.is_none();
        let loss = state.loss.get_or_insert(Loss { why, lines: LineCount::default() });
        loss.why = why;
        loss.lines.add(kind);
        drop(state);
        if begins && let Some(errors) = &self.errors {
            let fault = why.fault();
            let fault = if fault.is_empty() { fault } else { format!(" ({fault})") };
            let said = format!(
                "silta: lines of the log are being lost: {}{fault}; logins go on without a trace\n",
                why.sentence()
            );
            errors.write(LineKind::Audit, said.as_bytes());
        }
    }

    /// A line as all others are, so that whoever searches the log finds the gap.
    fn notice(&self, Loss { why, lines }: Loss) -> String {
        let LineCount { audit, log, metrics } = lines;
        let level = if audit > 0 { "ERROR" } else { "WARN" };
        let timestamp = format!("{:.6}", self.clock.now());
        let line = json!({
            "timestamp": timestamp, "level": level, "message": LOST, "why": why.sentence(),
            "audit": audit, "log": log, "metrics": metrics, "target": "silta::log",
        });
        format!("{line}\n")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the end of the process waits for the reader of its log: a pipe that is read takes all of
/// the queue in less.
pub(crate) const LOG_LIMIT: Duration = Duration::from_secs(2);
/// The message of the line that tells of a gap.
const LOST: &str = "lines of the log were lost";
/// Two lines at most are for standard error at the end.
const ERRORS_LIMIT: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use std::io::{BufRead as _, BufReader, ErrorKind, PipeReader, pipe};

    use serde_json::Value;

    use super::*;
    use crate::system::SystemClock;

    /// A writer, and the other ends of its standard output and standard error.
    fn writer() -> (Arc<LogWriter>, PipeReader, BufReader<PipeReader>) {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ((out, into), (err, into_err)) = (pipe().unwrap(), pipe().unwrap());
        let errors = LogWriter::to(into_err.as_fd(), "stderr", clock.clone(), None).unwrap();
        let writer = LogWriter::to(into.as_fd(), "stdout", clock, Some(errors)).unwrap();
        (writer, out, BufReader::new(err))
    }

    fn line(number: usize) -> String {
        format!("{{\"number\":{number},\"filler\":\"{}\"}}\n", "x".repeat(400))
    }

    /// What is told on standard error; waits for it.
    fn told(errors: &mut BufReader<PipeReader>) -> String {
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        line
    }

    #[test]
    fn a_reader_that_does_not_read_stops_nobody_and_is_told_of_the_gap_when_it_does() {
        let (writer, out, mut errors) = writer();
        let kind = |number| if number % 4 == 0 { LineKind::Proved } else { LineKind::Log };
        for number in 0..60_000 {
            writer.write(kind(number), line(number).as_bytes());
        }
        assert_eq!(writer.losing(), Some(LossCause::Unread));
        let told = told(&mut errors);
        assert!(told.contains("lines of the log are being lost: the reader of"), "{told}");

        let mut out = BufReader::new(out).lines();
        let (mut seen, mut audit, mut before) = (0, 0, None);
        let gap = loop {
            let one: Value = serde_json::from_str(&out.next().unwrap().unwrap()).unwrap();
            let Some(number) = one["number"].as_u64() else { break one };
            assert!(before < Some(number), "{number} after {before:?}");
            (seen, before) = (seen + 1, Some(number));
            audit += u64::from(number % 4 == 0);
        };
        assert_eq!(gap["message"], LOST);
        assert_eq!(gap["level"], "ERROR");
        let lost = |kind: &str| gap[kind].as_u64().unwrap();
        assert!(lost("audit") > 0 && lost("log") > lost("audit"), "{gap}");
        assert!(audit > seen / 2, "of {seen} that were kept only {audit} are audit events");

        writer.write(LineKind::Audit, b"the last\n");
        let after = out.map(Result::unwrap).take_while(|line| line != "the last").count();
        let all = seen + u64::try_from(after).unwrap() + lost("audit") + lost("log");
        assert_eq!(all, 60_000, "every line was seen or counted");
        assert_eq!(writer.losing(), None);
    }

    #[test]
    fn a_reader_that_has_gone_is_said_once_and_every_line_counted() {
        let (writer, out, mut errors) = writer();
        drop(out);
        for _ in 0..5 {
            writer.write(LineKind::Audit, b"x\n");
        }
        writer.finish(Duration::from_secs(20));
        let cause = LossCause::Unwritable(ErrorKind::BrokenPipe);
        assert_eq!(writer.losing(), Some(cause));
        assert_eq!(writer.state().loss.unwrap().lines.audit, 5);
        assert!(told(&mut errors).contains("cannot be written to (broken pipe)"));
        drop(writer);
    }

    #[test]
    fn the_end_does_not_wait_for_a_reader_and_says_what_is_lost_by_that() {
        let (writer, out, mut errors) = writer();
        for number in 0..1_000 {
            writer.write(LineKind::Log, line(number).as_bytes());
        }
        writer.finish(Duration::from_millis(1));
        let told = told(&mut errors);
        assert!(told.contains("not read in time: lost at the end 0 audit events, "), "{told}");
        drop(out);
    }

    #[test]
    fn the_end_waits_for_a_reader_that_reads() {
        let (writer, out, _errors) = writer();
        let reading = thread::spawn(|| BufReader::new(out).lines().take(1_000).count());
        for number in 0..1_000 {
            writer.write(LineKind::Log, line(number).as_bytes());
        }
        writer.finish(Duration::from_secs(20));
        assert_eq!(writer.state().queue.count(), LineCount::default());
        assert_eq!(reading.join().unwrap(), 1_000);
    }

    #[test]
    fn the_null_device_is_nobody() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let null = File::options().write(true).open("/dev/null").unwrap();
        let writer = LogWriter::to(null.as_fd(), "stdout", clock, None).unwrap();
        writer.write(LineKind::Audit, b"x\n");
        writer.finish(Duration::from_secs(20));
        assert_eq!(writer.losing(), Some(LossCause::Nowhere));
    }
}
