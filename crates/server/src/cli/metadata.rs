//! `silta metadata`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::metadata;

/// Prints metadata of ours, without a running server.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Metadata {
    #[command(subcommand)]
    pub(super) of: Role,
}

/// Whom we are to the other side.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub(super) enum Role {
    /// As the service provider of an upstream.
    Sp {
        /// The upstream's name in the configuration.
        name: String,
        /// The configuration: a file, or env:NAME for the text in that environment variable.
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
    },
}

impl Metadata {
    pub(super) fn run(&self) -> ExitCode {
        let Role::Sp { name, config } = &self.of;
        metadata::of_service_provider(config, name)
    }
}
