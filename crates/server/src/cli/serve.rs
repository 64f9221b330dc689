//! `silta serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::serve;

/// Serves a configuration.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Serve {
    /// The configuration: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// Read the configuration anew when it or a file that it refers to changes, as SIGHUP has it read: it is used whole, or
    /// the last good one stays.
    #[arg(long)]
    pub(super) watch: bool,
}

impl Serve {
    pub(super) fn run(&self) -> ExitCode {
        serve::serve(&self.config, self.watch)
    }
}
