//! `silta check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use silta_config::People;

use crate::check::{self, Options};

/// Says what is wrong with a configuration, all of it, without starting.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Check {
    /// The configuration: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE", required_unless_present = "schema")]
    pub(super) config: Option<PathBuf>,
    /// Say also whether its Redis, its OpenID Providers and its addresses of metadata can serve.
    #[arg(long)]
    pub(super) connect: bool,
    /// Print what counts, with all that profiles and defaults fill in: to be shown, without what may say something about
    /// people; or whole, as a configuration that means the same.
    #[arg(
        long,
        conflicts_with = "connect",
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "shown"
    )]
    pub(super) effective: Option<Effective>,
    /// Say what it changes against this configuration, which is checked first. Fails where people would become others.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["connect", "effective"])]
    pub(super) against: Option<PathBuf>,
    /// Let people become others.
    #[arg(long, requires = "against")]
    pub(super) subjects_may_change: bool,
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

/// What an effective file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Effective {
    /// Without what may say something about people.
    Shown,
    /// Whole, a configuration itself.
    Whole,
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
            effective: self.effective.map(|form| match form {
                Effective::Shown => People::LeftOut,
                Effective::Whole => People::Whole,
            }),
            strict: self.strict,
            json: self.output == Output::Json,
        };
        match (&self.config, &self.against) {
            (Some(config), Some(against)) => {
                let subjects_may_change = self.subjects_may_change;
                check::against(config, against, (options.json, subjects_may_change))
            }
            (Some(config), None) => check::check(config, options),
            (None, _) => check::schema(),
        }
    }
}
