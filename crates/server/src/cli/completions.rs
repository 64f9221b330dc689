//! `silta completions`.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use super::CommandLine;
use crate::console;

/// Prints what a shell needs to complete silta's commands.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Completions {
    /// The shell.
    pub(super) shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> ExitCode {
        let mut script = Vec::new();
        generate(self.shell, &mut CommandLine::command(), "silta", &mut script);
        console::say_octets(&script);
        ExitCode::SUCCESS
    }
}
