//! `silta explain`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::check::Output;
use crate::explain::{self, Options};

/// Judges a saved response of a SAML identity provider, check by check, offline; nobody is logged in by it.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Explain {
    /// What to explain.
    #[arg(value_name = "WHAT")]
    pub(super) what: What,
    /// Where it is: base64 as it was posted, the body of the whole form, or XML. - is standard input.
    #[arg(value_name = "RESPONSE")]
    pub(super) file: PathBuf,
    /// The configuration, with its keys: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// The upstream that it came from; needed where several speak SAML.
    #[arg(long, value_name = "NAME")]
    pub(super) upstream: Option<String>,
    /// The time to judge it at, such as that of its line in the log, 2026-11-21T12:00:00Z; otherwise now.
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<Timestamp>,
    /// The ID of the request that it must answer; without it that is not judged.
    #[arg(long, value_name = "ID")]
    pub(super) request: Option<String>,
    /// How to print.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(super) output: Output,
}

/// What can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    /// A SAML Response that came to our ACS.
    Response,
}

impl Explain {
    pub(super) fn run(self) -> ExitCode {
        let What::Response = self.what;
        let options = Options {
            upstream: self.upstream,
            at: self.at,
            request: self.request,
            json: self.output == Output::Json,
        };
        explain::response(&self.file, &self.config, &options)
    }
}
