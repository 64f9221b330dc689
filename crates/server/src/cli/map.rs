//! `silta map`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::check::Output;
use crate::map_test::{self, Options, Saved, SavedKind, Subject};

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
/// Nothing is fetched, and no store is asked.
#[derive(Debug, PartialEq, Eq, Args)]
struct Test {
    /// The configuration, with its keys: a file, or env:NAME for the text in that environment variable.
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// A sample person: a YAML file with upstream, level and attributes.
    #[arg(long, value_name = "FILE", group = "one")]
    person: Option<PathBuf>,
    /// A saved response of a SAML identity provider: base64 as it was posted, the body of the whole form, or XML. It is
    /// judged first, as by explain response.
    #[arg(long, value_name = "FILE", group = "one")]
    response: Option<PathBuf>,
    /// A SAML assertion in the clear, alone or in its response, as a browser's tracer shows it. Nothing of it is judged.
    #[arg(long, value_name = "FILE", group = "one")]
    assertion: Option<PathBuf>,
    /// An ID token of an OpenID Provider, or its claims as JSON. Nothing of it is judged.
    #[arg(long, value_name = "FILE", group = "one")]
    id_token: Option<PathBuf>,
    /// The upstream that a saved message came from; needed where several speak its protocol.
    #[arg(long, value_name = "NAME", requires = "one", conflicts_with = "person")]
    upstream: Option<String>,
    /// The time to judge a response at, such as that of its line in the log; otherwise now.
    #[arg(long, value_name = "TIME", requires = "response")]
    at: Option<Timestamp>,
    /// A folder of sample persons NAME.yaml, each with its golden file NAME.json; otherwise `cases` beside the configuration.
    #[arg(long, value_name = "FOLDER", conflicts_with = "one")]
    cases: Option<PathBuf>,
    /// Write the golden files instead of comparing with them.
    #[arg(long, conflicts_with = "one")]
    write: bool,
    /// This client or service provider alone.
    #[arg(long, value_name = "NAME", requires = "one")]
    client: Option<String>,
    /// How to print.
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: Output,
}

impl Map {
    pub(super) fn run(self) -> ExitCode {
        let What::Test(test) = self.what;
        let saved = [
            (SavedKind::Response, test.response),
            (SavedKind::Assertion, test.assertion),
            (SavedKind::IdToken, test.id_token),
        ];
        let saved = saved.into_iter().find_map(|(what, file)| Some((what, file?)));
        let subject = match (test.person, saved) {
            (Some(person), _) => Subject::Person(person),
            (None, Some((what, file))) => {
                Subject::Saved(Saved { what, file, upstream: test.upstream, at: test.at })
            }
            (None, None) => Subject::Cases { folder: test.cases, write: test.write },
        };
        let options = Options { client: test.client, json: test.output == Output::Json };
        map_test::run(&test.config, &subject, &options)
    }
}
