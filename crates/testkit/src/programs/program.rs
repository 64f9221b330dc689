//! A program that runs beside a test.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;
use std::{fmt, fs, thread};

use crate::deadline::DEADLINE;

/// A child process whose lines are kept; dropping it kills it.
///
/// `Debug` and panics never show what it said, except while it starts: later on its lines may hold
/// what a person's identity provider sent.
pub struct Program {
    name: &'static str,
    child: Child,
    input: Option<ChildStdin>,
    said: Arc<Output>,
}

/// The lines that it has written so far.
#[derive(Debug, Default)]
struct Output {
    lines: Mutex<Lines>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Lines {
    out: Vec<String>,
    err: Vec<String>,
    /// How many of the two streams are still open: none when it has ended.
    open: u8,
}

impl Program {
    /// Starts `command`; `name` is for panics.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(name: &'static str, command: &mut Command) -> Self {
        let (program, out) = Self::unread(name, command);
        program.lines().open += 1;
        listen(&program.said, out, |lines| &mut lines.out);
        program
    }

    /// The same, and nobody reads its standard output but who is given it here.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn unread(name: &'static str, command: &mut Command) -> (Self, ChildStdout) {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            pipes.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let said = Arc::new(Output::default());
        said.lines.lock().unwrap().open = 1;
        listen(&said, child.stderr.take().unwrap(), |lines| &mut lines.err);
        let (input, out) = (child.stdin.take(), child.stdout.take().unwrap());
        (Self { name, child, input, said }, out)
    }

    /// Its process id; of a wrapper, which waits for the one child that it has, the child's.
    #[must_use]
    pub fn id(&self) -> u32 {
        innermost(self.child.id())
    }

    /// The process id of what was started, be it a wrapper.
    #[must_use]
    pub(crate) fn child_id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the first line on standard output in which `found` finds something.
    ///
    /// # Panics
    /// When it does not come in time, or the program ends before.
    pub fn wait_for<T>(&self, what: &str, found: impl Fn(&str) -> Option<T>) -> T {
        self.line(&found).unwrap_or_else(|why| panic!("{}: no {what}: {why}", self.name))
    }

    /// The same while it starts, before it can know anything about anybody: here a panic shows
    /// everything that it said.
    ///
    /// # Panics
    /// As [`Program::wait_for`].
    pub fn wait_for_start<T>(&self, what: &str, found: impl Fn(&str) -> Option<T>) -> T {
        self.line(&found).unwrap_or_else(|why| {
            let lines = self.lines();
            let said = [lines.out.join("\n"), lines.err.join("\n")].join("\n");
            drop(lines);
            panic!("{}: no {what}: {why}; it said:\n{said}", self.name)
        })
    }

    fn line<T>(&self, found: &impl Fn(&str) -> Option<T>) -> Result<T, &'static str> {
        let deadline = Instant::now() + DEADLINE;
        let mut lines = self.lines();
        let mut looked = 0;
        loop {
            if let Some(found) = lines.out[looked..].iter().find_map(|line| found(line)) {
                return Ok(found);
            }
            looked = lines.out.len();
            if lines.open == 0 {
                return Err("it has ended");
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("it did not come in time");
            }
            lines = self.said.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Whether it closed both streams, as one does that ends.
    #[must_use]
    pub(crate) fn has_ended(&self) -> bool {
        self.lines().open == 0
    }

    /// All lines so far, of both streams.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        let lines = self.lines();
        lines.out.iter().chain(&lines.err).cloned().collect()
    }

    /// Writes one line to its standard input.
    ///
    /// # Panics
    /// When it does not read any more.
    pub fn write_line(&mut self, line: &str) {
        let input = self.input.as_mut().expect("its input is open");
        writeln!(input, "{line}").expect("it reads what it is told");
    }

    /// SIGKILL: it has no chance to finish anything.
    pub fn kill(&mut self) {
        // It may have ended by itself, which is as good. What a wrapper started would outlive it.
        if self.id() != self.child.id() {
            let _ = self.signal("KILL");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM.
    ///
    /// # Panics
    /// When there is no such process any more.
    pub fn terminate(&self) {
        assert!(self.signal("TERM"), "{} is not there to be terminated", self.name);
    }

    /// Sends it a signal by its name without `SIG`: whether it was there to get it.
    ///
    /// # Panics
    /// When there is no shell.
    #[must_use]
    pub fn signal(&self, signal: &str) -> bool {
        let kill = format!("kill -{signal} {}", self.id());
        Command::new("sh").args(["-c", &kill]).status().expect("a shell").success()
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// When it does not in time.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        let mut lines = self.said.lines.lock().unwrap();
        while lines.open > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} does not end", self.name);
            lines = self.said.more.wait_timeout(lines, left).unwrap().0;
        }
        drop(lines);
        self.child.wait().expect("the state of our child")
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.said.lines.lock().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program({})", self.name)
    }
}

/// Follows children [proc(5)] down to a process that has none.
fn innermost(id: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let child = children.split_whitespace().next().and_then(|child| child.parse().ok());
    child.map_or(id, innermost)
}

/// Keeps every line of one stream, in a thread of its own, until the stream ends.
fn listen<R: Read + Send + 'static>(
    said: &Arc<Output>,
    stream: R,
    part: impl Fn(&mut Lines) -> &mut Vec<String> + Send + 'static,
) {
    let said = said.clone();
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            part(&mut said.lines.lock().unwrap()).push(line);
            said.more.notify_all();
        }
        said.lines.lock().unwrap().open -= 1;
        said.more.notify_all();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program::start("sh", Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn hears_both_streams_and_the_end() {
        let mut program = shell("read a; echo \"got $a\"; echo oops >&2; exit 3");
        program.write_line("it");
        assert_eq!(
            program.wait_for("answer", |line| line.strip_prefix("got ").map(str::to_owned)),
            "it"
        );
        assert_eq!(program.ended().code(), Some(3));
        assert_eq!(program.said(), ["got it", "oops"]);
    }

    #[test]
    #[should_panic(expected = "no answer: it has ended")]
    fn does_not_wait_for_a_line_that_cannot_come_any_more() {
        shell("echo other").wait_for("answer", |line| line.strip_prefix("got ").map(|_| ()));
    }

    #[test]
    fn signals_pass_a_wrapper_and_reach_what_it_runs() {
        let inner = "trap 'echo bye; exit 0' TERM; echo ready; read a";
        let mut program = shell(&format!("({inner}); echo ended $?"));
        program.wait_for("start", |line| (line == "ready").then_some(()));
        program.terminate();
        drop(program.input.take());
        program.ended();
        assert_eq!(program.said(), ["ready", "bye", "ended 0"]);
    }

    #[test]
    fn can_be_asked_to_end() {
        let mut program = shell("trap 'echo bye; exit 0' TERM; echo ready; read a");
        program.wait_for("start", |line| (line == "ready").then_some(()));
        program.terminate();
        drop(program.input.take());
        assert!(program.ended().success());
    }
}
