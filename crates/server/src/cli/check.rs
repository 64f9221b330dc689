//! `silta check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::check::{self, Options};

/// Says what is wrong with a configuration, all of it, without starting.
#[derive(Debug, PartialEq, Eq, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Check {
    /// The configuration: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE", required_unless_present = "schema")]
    pub(super) config: Option<PathBuf>,
    /// Say also whether its Redis and its OpenID Providers can serve.
    #[arg(long)]
    pub(super) connect: bool,
    /// Print what counts, with all that profiles and defaults fill in.
    #[arg(long, conflicts_with = "connect")]
    pub(super) effective: bool,
    /// Let warnings fail too.
    #[arg(long)]
    pub(super) strict: bool,
    /// How to print.
    #[arg(long, value_name = "FORM", default_value = "text", conflicts_with = "effective")]
    pub(super) output: Output,
    /// Print the JSON Schema of configurations, for editors.
    #[arg(long, exclusive = true)]
    pub(super) schema: bool,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people.
    Text,
    /// One object for programs.
    Json,
}

impl Check {
    pub(super) fn run(&self) -> ExitCode {
        let options = Options {
            connect: self.connect,
            effective: self.effective,
            strict: self.strict,
            json: self.output == Output::Json,
        };
        match &self.config {
            Some(config) => check::check(config, options),
            None => check::schema(),
        }
    }
}
