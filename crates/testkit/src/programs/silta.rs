//! The built binary, as the replicas and commands that an operator starts.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Output};

use serde_json::Value;

use crate::program::Program;

/// One `silta serve`. Dropping it kills it.
#[derive(Debug)]
pub struct Silta {
    program: Program,
    address: SocketAddr,
    admin: Option<SocketAddr>,
}

impl Silta {
    /// Starts a replica and waits until it is ready; `listen` in the file may name port 0.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn start(config: &Path) -> Self {
        Self::start_with(config, &[])
    }

    /// The same with these environment variables.
    ///
    /// # Panics
    /// As [`Silta::start`].
    #[must_use]
    pub fn start_with(config: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(binary());
        command.args(["serve", "--config"]).arg(config).envs(environment.iter().copied());
        Self::by(&mut command)
    }

    /// The same by any command that serves, or that wraps one that does.
    ///
    /// # Panics
    /// As [`Silta::start`].
    #[must_use]
    pub fn by(command: &mut Command) -> Self {
        let program = Program::start("silta", command);
        let address =
            program.wait_for_start("log line \"listening\"", |line| address_of("listening", line));
        let lines = program.said();
        let admin = lines.iter().find_map(|line| address_of("health and metrics", line));
        Self { program, address, admin }
    }

    /// The same, and nobody reads its standard output from the line `listening` on but who is given it
    /// here; of [`Silta::logs`] only standard error is left.
    ///
    /// # Panics
    /// When it ends before that.
    #[must_use]
    pub fn unread(config: &Path) -> (Self, BufReader<ChildStdout>) {
        let mut command = Command::new(binary());
        command.args(["serve", "--config"]).arg(config);
        let (program, out) = Program::unread("silta", &mut command);
        let (mut out, mut admin) = (BufReader::new(out), None);
        loop {
            let mut line = String::new();
            assert!(out.read_line(&mut line).unwrap() > 0, "it has ended: {:?}", program.said());
            admin = admin.or(address_of("health and metrics", &line));
            if let Some(address) = address_of("listening", &line) {
                return (Self { program, address, admin }, out);
            }
        }
    }

    /// Where it shows health and metrics.
    ///
    /// # Panics
    /// When its configuration names no such place.
    #[must_use]
    pub fn admin(&self) -> SocketAddr {
        self.admin.expect("admin_listen in the configuration")
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.program.id()
    }

    /// What the kernel tells of it in a file such as `mountinfo` [proc(5)].
    ///
    /// # Panics
    /// When the process is gone.
    #[must_use]
    pub fn told(&self, file: &str) -> String {
        let told = std::fs::read_to_string(format!("/proc/{}/{file}", self.program.id()));
        told.expect("what the kernel tells of the process")
    }

    /// A line of its status, such as `Uid`, without that name.
    ///
    /// # Panics
    /// When the process is gone, or there is no such line.
    #[must_use]
    pub fn status(&self, name: &str) -> String {
        let status = self.told("status");
        let found = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        found.expect("a line of that name").trim().to_owned()
    }

    /// Its resident memory in KiB [proc(5)].
    ///
    /// # Panics
    /// When the process is gone.
    #[must_use]
    pub fn resident(&self) -> u64 {
        self.status("VmRSS").split(' ').next().and_then(|kib| kib.parse().ok()).expect("a number")
    }

    /// Every line so far, of both streams.
    #[must_use]
    pub fn logs(&self) -> Vec<String> {
        self.program.said()
    }

    /// Waits for the log line of which `found` is true.
    ///
    /// # Panics
    /// When it does not come.
    pub fn log(&self, what: &str, found: impl Fn(&Value) -> bool) -> Value {
        self.program.wait_for(what, |line| json(line).filter(|line| found(line)))
    }

    /// SIGKILL: whatever was in flight is lost.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// SIGTERM, as an orchestrator sends it.
    pub fn terminate(&self) {
        self.program.terminate();
    }

    /// Any signal, by its name without `SIG`.
    ///
    /// # Panics
    /// When it is not there to get it.
    pub fn signal(&self, name: &str) {
        assert!(self.program.signal(name), "silta is not there to get SIG{name}");
    }

    /// Waits for its end: the code.
    ///
    /// # Panics
    /// When it does not end, or by a signal.
    pub fn ended_with(&mut self) -> i32 {
        self.program.ended().code().expect("a code")
    }

    /// Waits for its end, which must be a good one.
    ///
    /// # Panics
    /// When it does not end, or with another code than 0.
    pub fn ended_well(&mut self) {
        let status = self.program.ended();
        assert!(status.success(), "silta ended with {status}");
    }
}

/// The address in a log line with this `message`.
fn address_of(message: &str, line: &str) -> Option<SocketAddr> {
    let line = json(line)?;
    (line["message"] == message).then(|| line["address"].as_str().unwrap().parse().unwrap())
}

/// Runs a command of the binary to its end.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn run(arguments: &[&str]) -> Output {
    run_with(arguments, &[])
}

/// The same with these environment variables.
///
/// # Panics
/// As [`run`].
#[must_use]
pub fn run_with(arguments: &[&str], environment: &[(&str, String)]) -> Output {
    let mut command = Command::new(binary());
    let environment = environment.iter().map(|(name, value)| (name, value));
    command.args(arguments).envs(environment).output().expect("silta starts")
}

/// What `silta check --output json` said, a line each: `file:line:column  path: what is wrong; what to write`, with
/// `doubtful:` before the path of a warning; then what it says of the store, its verdict, and who speaks for whom.
///
/// # Panics
/// When it is not what that command says.
#[must_use]
pub fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let said: Value = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    let (file, verdict) = (said["file"].as_str().unwrap(), said["verdict"].as_str().unwrap());
    let mut lines = String::new();
    let connections = ["works", "doubtful", "failures"].map(|kind| &said["connections"][kind]);
    for connection in connections.into_iter().filter_map(Value::as_array).flatten() {
        writeln!(lines, "{}", connection.as_str().unwrap()).unwrap();
    }
    for problem in said["problems"].as_array().unwrap() {
        let text = |member: &str| problem[member].as_str().unwrap().to_owned();
        let doubtful = if problem["level"] == "warning" { "doubtful: " } else { "" };
        let path = if problem["path"] == "" { String::new() } else { text("path") + ": " };
        let (line, column) = (&problem["line"], &problem["column"]);
        let (what, instead) = (text("what"), text("instead"));
        writeln!(lines, "{file}:{line}:{column}  {doubtful}{path}{what}; {instead}").unwrap();
    }
    match said["why"].as_str() {
        Some("") => {}
        Some(why) => writeln!(lines, "{why}").unwrap(),
        None => writeln!(lines, "{file}: {verdict}").unwrap(),
    }
    for people in said["people"].as_array().into_iter().flatten() {
        writeln!(lines, "{}", people.as_str().unwrap()).unwrap();
    }
    lines
}

/// The binary that was built beside the test that asks.
///
/// # Panics
/// When it is missing, with the command that builds it.
#[must_use]
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    // A test stands in target/debug/deps, the binary in target/debug.
    let binary = test.parent().and_then(Path::parent).unwrap().join("silta");
    assert!(binary.exists(), "the binary is missing; build it: cargo build --package silta-server");
    binary
}

fn json(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok()
}
