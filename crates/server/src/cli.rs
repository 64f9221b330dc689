//! The command line: one file a verb.

mod check;
mod completions;
mod demo;
mod health;
mod man;
mod serve;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::EX_USAGE;

/// A login broker between OpenID Connect and SAML.
#[derive(Debug, Parser)]
#[command(name = "silta", version, after_help = EXIT_CODES)]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Demo),
    Check(check::Check),
    Serve(serve::Serve),
    Health(health::Health),
    Completions(completions::Completions),
    Man(man::Manual),
}

/// Does what the arguments ask for; the first is the name of the program.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match CommandLine::try_parse_from(arguments) {
        Ok(CommandLine { verb }) => match verb {
            Verb::Demo(demo) => demo.run(),
            Verb::Check(check) => check.run(),
            Verb::Serve(serve) => serve.run(),
            Verb::Health(health) => health.run(),
            Verb::Completions(completions) => completions.run(),
            Verb::Man(man) => man.run(),
        },
        Err(error) => {
            // Where nobody reads, nobody can be told.
            let _ = error.print();
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
                _ => ExitCode::from(EX_USAGE),
            }
        }
    }
}

const EXIT_CODES: &str = "\
Exit codes: 0 well; 1 not healthy; 64 a command line or configuration that cannot be used; \
69 a socket, AWS or Redis that cannot be had.";

#[cfg(test)]
mod tests;
