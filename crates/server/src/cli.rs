//! The command line.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::PathBuf;

use lexopt::prelude::*;

/// A command of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Version,
    Check { config: PathBuf, connect: bool },
    Serve { config: PathBuf },
    Demo { once: bool },
    Health { target: HealthTarget<PathBuf>, ready: bool },
}

/// The address that `silta health` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HealthTarget<P> {
    /// The `admin_listen` of this configuration.
    Config(P),
    /// This address.
    Url(String),
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// A sentence that says what is wrong.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut name = None;
    let mut config = None;
    let (mut once, mut ready, mut connect) = (false, false, false);
    let mut url = None;
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Short('c') | Long("config") => {
                let value = parser.value().map_err(|error| error.to_string())?;
                config = Some(PathBuf::from(value));
            }
            Long("once") => once = true,
            Long("ready") => ready = true,
            Long("connect") => connect = true,
            Value(value) if name.is_none() => name = Some(value),
            Value(value) if url.is_none() && name.as_deref() == Some(OsStr::new("health")) => {
                url = Some(value.into_string().map_err(|_| "the address is not UTF-8")?);
            }
            other => return Err(other.unexpected().to_string()),
        }
    }
    let name = name.ok_or("no command was given")?;
    if name == "health" {
        let target = match (config, url, once || connect) {
            (Some(config), None, false) => HealthTarget::Config(config),
            (None, Some(url), false) if !ready => HealthTarget::Url(url),
            _ => return Err(HEALTH_NEEDS.to_owned()),
        };
        return Ok(Command::Health { target, ready });
    }
    if ready {
        return Err("this command does not take that option".to_owned());
    }
    match (name.to_str(), config, once, connect) {
        (Some("demo"), None, once, false) => Ok(Command::Demo { once }),
        (Some("check"), Some(config), false, connect) => Ok(Command::Check { config, connect }),
        (Some("serve"), Some(config), false, false) => Ok(Command::Serve { config }),
        (Some(name @ ("check" | "serve")), None, ..) => {
            Err(format!("{name} needs --config and the path of a configuration file"))
        }
        (Some("demo" | "check" | "serve"), ..) => {
            Err("this command does not take that option".to_owned())
        }
        _ => Err("there is no such command".to_owned()),
    }
}

/// Writes to standard output; a closed pipe is ignored.
pub(crate) fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Writes an error to standard error.
pub(crate) fn print_error(what: &str) {
    let _ = writeln!(std::io::stderr(), "silta: {what}; see silta --help");
}

pub(crate) const HELP: &str = "\
Silta: a SAML-to-OIDC broker

  silta demo [--once]         a broker, a test identity provider and a client in one process;
                              with --once one login without a browser, its claims as JSON
  silta check --config FILE [--connect]
                              what is wrong with a configuration, all of it, without starting;
                              with --connect also whether its Redis can serve
  silta serve --config FILE   serve
  silta health --config FILE [--ready]
                              whether the process that serves FILE on this machine is live, or
                              with --ready whether people may be sent to it
  silta health URL            the same at an address, such as http://127.0.0.1:9000/health/ready

FILE may be env:NAME: then the configuration is the text in that environment variable.

  -h, --help      this text
  -V, --version   the version

Exit codes: 0 well, 1 not healthy, 64 a command line or configuration that cannot be used, 69 a socket, AWS
or Redis, that cannot be had.
";

const HEALTH_NEEDS: &str =
    "health needs either --config and the path of a configuration file, or an address";

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
        let check = |connect| Ok(Command::Check { config: "a".into(), connect });
        assert_eq!(parsed("check --config=a"), check(false));
        assert_eq!(parsed("check --connect -c a"), check(true));
        assert_eq!(parsed("serve --help"), Ok(Command::Help));
        let health = |target, ready| Ok(Command::Health { target, ready });
        let config = || HealthTarget::Config("env:A".into());
        assert_eq!(parsed("health -c env:A"), health(config(), false));
        assert_eq!(parsed("health --ready -c env:A"), health(config(), true));
        let url = "http://127.0.0.1:9000/health/ready";
        assert_eq!(parsed(&format!("health {url}")), health(HealthTarget::Url(url.into()), false));
    }

    #[test]
    fn says_what_is_wrong_with_a_command_line() {
        let refusal = |line| parsed(line).err().unwrap_or_default();
        assert_eq!(refusal(""), "no command was given");
        assert_eq!(refusal("serv -c x"), "there is no such command");
        assert!(refusal("serve").starts_with("serve needs --config"));
        assert_eq!(refusal("demo --config x"), "this command does not take that option");
        assert_eq!(refusal("serve -c x --connect"), "this command does not take that option");
        assert!(refusal("demo --twice").contains("--twice"));
        for line in
            ["health", "health -c a http://b", "health http://a --ready", "health --once -c a"]
        {
            assert!(refusal(line).starts_with("health needs either"), "{line}");
        }
        assert_eq!(refusal("serve -c a --ready"), "this command does not take that option");
        assert!(refusal("serve a.yaml").contains("a.yaml"));
    }
}
