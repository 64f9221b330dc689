//! What the process does when it is sent a signal.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::warn;

/// The signals that ask the process to end: SIGTERM of an orchestrator, and SIGINT and SIGQUIT of a
/// person at a terminal. They are heard from when this is made, not only from when it is awaited.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
}

impl StopSignals {
    /// From now on the process does not end by itself when it is asked to.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    /// Waits for the next one: its number.
    pub(crate) async fn next(&mut self) -> i32 {
        let kind = tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.quit.recv() => SignalKind::quit(),
        };
        kind.as_raw_value()
    }
}

/// SIGHUP, which asks to read the configuration anew. It is heard from when this is made.
///
/// # Errors
/// When the operating system refuses a handler.
pub(crate) fn hangup() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Signals that other programs have uses for, and that would end this one without a line.
pub(crate) struct OtherSignals {
    user1: Signal,
    user2: Signal,
}

impl OtherSignals {
    /// From now on they do not end the process.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            user1: signal(SignalKind::user_defined1())?,
            user2: signal(SignalKind::user_defined2())?,
        })
    }

    /// Says for each that it changes nothing, for as long as the process runs.
    pub(crate) async fn explain(mut self) {
        loop {
            let signal = tokio::select! {
                _ = self.user1.recv() => "SIGUSR1",
                _ = self.user2.recv() => "SIGUSR2",
            };
            warn!(signal, "a signal that changes nothing: SIGHUP has the configuration read anew");
        }
    }
}
