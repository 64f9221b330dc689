//! `silta metadata`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::check::Output;
use crate::idp_metadata::{self, Document};
use crate::metadata::{self, LintOutput};

/// Prints metadata of ours, or what Silta reads of an identity provider's, without a running server.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Metadata {
    #[command(subcommand)]
    pub(super) of: Of,
}

/// What is done with it.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub(super) enum Of {
    /// Prints ours as the service provider of an upstream.
    Sp {
        /// The upstream's name in the configuration.
        name: String,
        /// The configuration: a file, or env:NAME for the text in that environment variable.
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
        /// Print instead what it lacks of what the upstream's profile demands.
        #[arg(long)]
        lint: bool,
        /// How to print that.
        #[arg(long, value_name = "FORM", default_value = "text", requires = "lint")]
        output: Output,
    },
    /// Prints what Silta reads of a file, or why it takes nothing.
    Lint {
        /// The metadata.
        #[arg(value_name = "METADATA")]
        file: PathBuf,
        #[command(flatten)]
        reading: Reading,
    },
    /// Prints what newer metadata changes, or why it would not be taken.
    Diff {
        /// The metadata before.
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The newer one.
        #[arg(value_name = "NEW")]
        new: PathBuf,
        #[command(flatten)]
        reading: Reading,
    },
    /// Fetches the metadata of an upstream as a running Silta does, and prints what it reads of it.
    Fetch {
        /// The upstream's name in the configuration.
        #[arg(value_name = "NAME")]
        name: String,
        /// The configuration: a file, or env:NAME for the text in that environment variable.
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
    },
}

/// How files are read.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Reading {
    /// The entity that is meant; needed where there are several.
    #[arg(long, value_name = "ID")]
    entity_id: Option<String>,
    /// A certificate, in PEM, of those of whom one must have signed it. May be given several times.
    #[arg(long, value_name = "FILE")]
    signer: Vec<PathBuf>,
    /// The time to judge it at, such as 2026-11-21T12:00:00Z; otherwise now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

impl Metadata {
    pub(super) fn run(self) -> ExitCode {
        let document = |file, reading: &Reading| Document {
            file,
            entity_id: reading.entity_id.clone(),
            signers: reading.signer.clone(),
            at: reading.at,
        };
        match self.of {
            Of::Sp { name, config, lint: true, output } => {
                let output = match output {
                    Output::Text => LintOutput::Text,
                    Output::Json => LintOutput::Json,
                };
                metadata::lint_service_provider(&config, &name, output)
            }
            Of::Sp { name, config, .. } => metadata::of_service_provider(&config, &name),
            Of::Lint { file, reading } => idp_metadata::lint(&document(file, &reading)),
            Of::Diff { old, new, reading } => {
                idp_metadata::diff(&document(old, &reading), &document(new, &reading))
            }
            Of::Fetch { name, config } => idp_metadata::fetch(&config, &name),
        }
    }
}
