//! `silta keys`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::init;

/// Makes keys, certificates and secrets for a configuration that is there, such as an example; never over a file that is there.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Keys {
    /// Where they are written; a folder that is not there is made.
    #[arg(value_name = "FOLDER")]
    pub(super) folder: PathBuf,
}

impl Keys {
    pub(super) fn run(self) -> ExitCode {
        init::keys(self.folder)
    }
}
