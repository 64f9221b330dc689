//! What operators ask a running replica over its control socket.

use crate::audit::description::{Description, Facts, Severity};

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlCommand {
    /// An outline of the configuration that runs.
    Configuration,
    /// Which rules made nothing lately.
    Coverage,
}

impl ControlCommand {
    /// Each there is.
    pub const ALL: [Self; 2] = [Self::Configuration, Self::Coverage];

    /// Its word on the socket and in the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Coverage => "coverage",
        }
    }
}

/// Why somebody is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlRefusal {
    /// It is neither the user that the replica runs as nor root.
    AnotherUser,
    /// What was sent is no command: an HTTP request, for instance.
    NoCommand,
    /// It took too long to send a command, or to read the answer.
    TooSlow,
    /// The connection broke.
    Gone,
}

impl ControlRefusal {
    /// A short stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AnotherUser => "another_user",
            Self::NoCommand => "no_command",
            Self::TooSlow => "too_slow",
            Self::Gone => "gone",
        }
    }
}

/// Nobody but an operator who is on the machine is told anything.
pub(super) fn answered<'a>(command: ControlCommand) -> Description<'a> {
    let what = Facts { reason: Some(command.word()), ..Facts::default() };
    Description { is_proved: true, ..Description::of("control answered", what) }
}

pub(super) fn refused<'a>(reason: ControlRefusal) -> Description<'a> {
    let why = Facts { reason: Some(reason.word()), ..Facts::default() };
    Description { severity: Severity::Warning, ..Description::of("control refused", why) }
}
