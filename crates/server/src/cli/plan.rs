//! `silta plan`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::check::Output;
use crate::plan::{self, Options};

/// Says what a file would change against what the replica on this machine runs, which is asked over its control socket.
///
/// Ends with 0 where nothing changes as far as the file says, 1 where people would become others, 2 where it can be used without a restart, 3 where
/// it needs one, 4 where replicas ran different configurations within the last 45 s or the store does not say.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Plan {
    /// The new configuration, with its keys: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// The control socket of the replica; otherwise `control.socket` of the file.
    #[arg(long, value_name = "SOCKET")]
    at: Option<PathBuf>,
    /// Let people become others.
    #[arg(long)]
    subjects_may_change: bool,
    /// How to print.
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: Output,
}

impl Plan {
    pub(super) fn run(self) -> ExitCode {
        let Self { config, at, subjects_may_change, output } = self;
        let options = Options { at, subjects_may_change, json: output == Output::Json };
        plan::plan(&config, &options)
    }
}
