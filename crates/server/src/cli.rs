//! The command line.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use lexopt::prelude::*;

/// What is asked of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Version,
    Check { config: PathBuf },
    Serve { config: PathBuf },
    Demo { once: bool },
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// A sentence that says what is wrong.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut name = None;
    let mut config = None;
    let mut once = false;
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Short('c') | Long("config") => {
                let value = parser.value().map_err(|error| error.to_string())?;
                config = Some(PathBuf::from(value));
            }
            Long("once") => once = true,
            Value(value) if name.is_none() => name = Some(value),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let name = name.ok_or("no command was given")?;
    match (name.to_str(), config, once) {
        (Some("demo"), None, once) => Ok(Command::Demo { once }),
        (Some("check"), Some(config), false) => Ok(Command::Check { config }),
        (Some("serve"), Some(config), false) => Ok(Command::Serve { config }),
        (Some(name @ ("check" | "serve")), None, _) => {
            Err(format!("{name} needs --config and the path of a configuration file"))
        }
        (Some("demo" | "check" | "serve"), ..) => {
            Err("this command does not take that option".to_owned())
        }
        _ => Err("there is no such command".to_owned()),
    }
}

/// Writes to standard output; a closed pipe is nobody's mistake.
pub(crate) fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Writes a complaint about the command line to standard error.
pub(crate) fn complain(what: &str) {
    let _ = writeln!(std::io::stderr(), "silta: {what}; see silta --help");
}

pub(crate) const HELP: &str = "\
Silta: a SAML-to-OIDC broker

  silta demo [--once]         a broker, a test identity provider and a client in one process;
                              with --once one login without a browser, its claims as JSON
  silta check --config FILE   what is wrong with a configuration, all of it, without starting
  silta serve --config FILE   serve

FILE may be env:NAME: then the configuration is the text in that environment variable.

  -h, --help      this text
  -V, --version   the version

Exit codes: 0 well, 64 a command line or configuration that cannot be used, 69 a socket, or AWS,
that cannot be had.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn reads_the_commands_and_their_options() {
        assert_eq!(parsed("demo"), Ok(Command::Demo { once: false }));
        assert_eq!(parsed("demo --once"), Ok(Command::Demo { once: true }));
        assert_eq!(parsed("serve -c a.yaml"), Ok(Command::Serve { config: "a.yaml".into() }));
        assert_eq!(parsed("check --config=a"), Ok(Command::Check { config: "a".into() }));
        assert_eq!(parsed("serve --help"), Ok(Command::Help));
    }

    #[test]
    fn says_what_is_wrong_with_a_command_line() {
        let refusal = |line| parsed(line).err().unwrap_or_default();
        assert_eq!(refusal(""), "no command was given");
        assert_eq!(refusal("serv -c x"), "there is no such command");
        assert!(refusal("serve").starts_with("serve needs --config"));
        assert_eq!(refusal("demo --config x"), "this command does not take that option");
        assert!(refusal("demo --twice").contains("--twice"));
    }
}
