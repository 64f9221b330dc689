//! `silta check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::serve;

/// Says what is wrong with a configuration, all of it, without starting.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Check {
    /// The configuration: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// Say also whether its Redis can serve.
    #[arg(long)]
    pub(super) connect: bool,
}

impl Check {
    pub(super) fn run(&self) -> ExitCode {
        serve::check(&self.config, self.connect)
    }
}
