//! The command line: one file a verb.

mod check;
mod completions;
#[cfg(feature = "demo")]
mod demo;
mod explain;
mod health;
mod init;
mod keys;
mod man;
mod map;
mod metadata;
mod plan;
mod serve;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser, Subcommand};

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
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    Init(init::Init),
    Check(check::Check),
    Serve(serve::Serve),
    Explain(explain::Explain),
    Health(health::Health),
    Keys(keys::Keys),
    Map(map::Map),
    Metadata(metadata::Metadata),
    Plan(plan::Plan),
    Completions(completions::Completions),
    Man(man::Manual),
}

/// Does what the arguments ask for; the first is the name of the program.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    match parsed(&arguments) {
        Ok(verb) => match verb {
            #[cfg(feature = "demo")]
            Verb::Demo(demo) => demo.run(),
            Verb::Init(init) => init.run(),
            Verb::Check(check) => check.run(),
            Verb::Serve(serve) => serve.run(),
            Verb::Explain(explain) => explain.run(),
            Verb::Health(health) => health.run(),
            Verb::Keys(keys) => keys.run(),
            Verb::Map(map) => map.run(),
            Verb::Metadata(metadata) => metadata.run(),
            Verb::Plan(plan) => plan.run(),
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

fn parsed(arguments: &[OsString]) -> Result<Verb, clap::Error> {
    match CommandLine::try_parse_from(arguments) {
        Ok(CommandLine { verb }) => Ok(verb),
        Err(error) => Err(with_tip(error, arguments)),
    }
}

/// Says of a bare word where a verb takes a configuration how the configuration is named.
fn with_tip(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let tip = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(word)))
            if !word.starts_with('-') && lacks_its_configuration(arguments) =>
        {
            StyledStr::from(format!("to name the configuration, write '--config {word}'"))
        }
        _ => return error,
    };
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    error
}

/// Whether the verb takes a configuration, and none of the arguments is one.
fn lacks_its_configuration(arguments: &[OsString]) -> bool {
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let command = CommandLine::command();
    let verb = arguments.get(1).and_then(|verb| command.find_subcommand(text(verb)));
    let takes_one =
        verb.is_some_and(|verb| verb.get_opts().any(|option| option.get_id() == CONFIG));
    let is_config = |text: String| text.starts_with("-c") || text.starts_with("--config");
    takes_one && !arguments.iter().map(text).any(is_config)
}

/// The name of the option in each verb that has it.
const CONFIG: &str = "config";

const EXIT_CODES: &str = "\
Exit codes: 0 well; 1 not healthy, refused, or not as demanded; 64 a command line or configuration that cannot be used; \
69 a socket, AWS, Redis or an OpenID Provider that cannot be had. Those of plan stand in its own help.";

#[cfg(test)]
mod tests;
