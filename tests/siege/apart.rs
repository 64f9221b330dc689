//! What keeps the siege itself from slowing down what it measures.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use tokio::runtime;
use tokio::sync::oneshot;

/// How many cores there are; asked before [`leave_first_core`] gives one of them up.
pub(super) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// Leaves the first core to the replica, where there are several: users, store and proxy run on the
/// others from now on.
pub(super) fn leave_first_core() {
    let cores = cores();
    if cores > 1 {
        let others = format!("1-{}", cores - 1);
        let process = std::process::id().to_string();
        run("taskset", &["--all-tasks", "--cpu-list", "--pid", &others, &process]);
    }
}

/// Runs an attack on a thread that gives way to all others on its core. A hostile machine has a
/// processor of its own, so it costs the users only what it costs the replica.
pub(super) async fn on_another_machine<F>(attack: impl FnOnce() -> F + Send + 'static) -> F::Output
where
    F: Future,
    F::Output: Send + 'static,
{
    let (done, ended) = oneshot::channel();
    thread::spawn(move || {
        // `PROCESS/task/THREAD` [proc(5)].
        let thread = fs::read_link("/proc/thread-self").unwrap();
        let thread = thread.file_name().and_then(|id| id.to_str()).unwrap();
        run("renice", &["-n", &GIVES_WAY.to_string(), "-p", thread]);
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Nobody waits when the siege has been broken off.
        let _ = done.send(runtime.block_on(attack()));
    });
    ended.await.expect("an attack that does not panic")
}

fn run(program: &str, arguments: &[&str]) {
    let mut command = Command::new(program);
    let status = command.args(arguments).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{program} {arguments:?} fails");
}

/// By how much what works for the hostile machine is nicer than everybody else.
pub(super) const GIVES_WAY: u8 = 10;
