//! `silta map`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::check::Output;
use crate::map_coverage::{self, At};
use crate::map_test::{self, Options, Saved, SavedKind, Subject};

/// Tries the rules of a configuration, or says which of them make nothing of people.
#[derive(Debug, PartialEq, Eq, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Map {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
enum What {
    Test(Test),
    Coverage(Coverage),
}

/// Says which rules made nothing of the last logins at the replica on this machine, which is asked over its control socket.
///
/// Ends with 1 where there is such a rule.
#[derive(Debug, PartialEq, Eq, Args)]
struct Coverage {
    /// The configuration that says where the socket is: a file, or env:NAME. Its keys are not read.
    #[arg(short, long, value_name = "FILE", required_unless_present = "at")]
    config: Option<PathBuf>,
    /// The control socket of the replica; otherwise `control.socket` of the file.
    #[arg(long, value_name = "SOCKET", conflicts_with = "config")]
    at: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: Output,
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
        match self.what {
            What::Test(test) => test.run(),
            What::Coverage(Coverage { config, at, output }) => {
                // The parser demands one of them.
                let config = || At::ConfigOf(config.unwrap_or_default());
                map_coverage::run(&at.map_or_else(config, At::Socket), output == Output::Json)
            }
        }
    }
}

impl Test {
    fn run(self) -> ExitCode {
        let saved = [
            (SavedKind::Response, self.response),
            (SavedKind::Assertion, self.assertion),
            (SavedKind::IdToken, self.id_token),
        ];
        let saved = saved.into_iter().find_map(|(what, file)| Some((what, file?)));
        let subject = match (self.person, saved) {
            (Some(person), _) => Subject::Person(person),
            (None, Some((what, file))) => {
                Subject::Saved(Saved { what, file, upstream: self.upstream, at: self.at })
            }
            (None, None) => Subject::Cases { folder: self.cases, write: self.write },
        };
        let options = Options { client: self.client, json: self.output == Output::Json };
        map_test::run(&self.config, &subject, &options)
    }
}
