//! `silta map`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::check::Output;
use crate::map_test::{self, Options, Subject};

/// Tries the rules of a configuration, offline: nobody is logged in, and nothing is fetched.
#[derive(Debug, PartialEq, Eq, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Map {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
enum What {
    Test(Test),
}

/// Shows what each client and service provider would be told of a person, rule by rule; or compares it with golden files.
#[derive(Debug, PartialEq, Eq, Args)]
struct Test {
    /// The configuration, with its keys: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// A sample person: a YAML file with upstream, level and attributes.
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    person: Option<PathBuf>,
    /// A folder of sample persons NAME.yaml, each with its golden file NAME.json; otherwise `cases` beside the configuration.
    #[arg(long, value_name = "FOLDER")]
    cases: Option<PathBuf>,
    /// Write the golden files instead of comparing with them.
    #[arg(long, conflicts_with = "person")]
    write: bool,
    /// This client or service provider alone.
    #[arg(long, value_name = "NAME", requires = "person")]
    client: Option<String>,
    /// How to print.
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: Output,
}

impl Map {
    pub(super) fn run(self) -> ExitCode {
        let What::Test(test) = self.what;
        let subject = match test.person {
            Some(person) => Subject::Person(person),
            None => Subject::Cases { folder: test.cases, write: test.write },
        };
        let options = Options { client: test.client, json: test.output == Output::Json };
        map_test::run(&test.config, &subject, &options)
    }
}
