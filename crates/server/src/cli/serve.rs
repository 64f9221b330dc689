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
}

impl Serve {
    pub(super) fn run(&self) -> ExitCode {
        serve::serve(&self.config)
    }
}
