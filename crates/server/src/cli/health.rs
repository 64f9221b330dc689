//! `silta health`: asks the admin listener of a process on this machine, for images without a shell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use actix_web::rt::System;
use clap::Args;
use reqwest::Response;
use reqwest::redirect::Policy;
use serde_json::Value;
use url::Url;

use crate::config_source::ConfigSource;
use crate::{EX_USAGE, config, console};

/// Asks a process that serves on this machine whether it is live.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Health {
    #[command(flatten)]
    pub(super) target: Target,
    /// Ask whether people may be sent to it.
    #[arg(long, conflicts_with = "url")]
    pub(super) ready: bool,
}

/// The address to ask.
#[derive(Debug, PartialEq, Eq, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Target {
    /// The configuration that it serves, which says where its admin listener is: a file, or env:NAME.
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The address to ask.
    #[arg(
        value_name = "URL",
        help = "The address to ask, such as http://127.0.0.1:9000/health/ready"
    )]
    pub(super) url: Option<String>,
}

impl Health {
    /// Prints what was answered: 0 when it was 200, 1 when it was something else or nothing came.
    pub(super) fn run(&self) -> ExitCode {
        let url = match self.url() {
            Ok(url) => url,
            Err(why) => {
                console::say(&format!("{why}\n"));
                return ExitCode::from(EX_USAGE);
            }
        };
        let (said, code) = match System::new().block_on(ask(url.clone())) {
            Ok(Answer { status: 200, findings }) => {
                (format!("well\n{findings}"), ExitCode::SUCCESS)
            }
            Ok(Answer { status, findings }) => {
                (format!("not well: it answers {status}\n{findings}"), ExitCode::FAILURE)
            }
            Err(why) => (format!("not well: {why}\n"), ExitCode::FAILURE),
        };
        console::say(&format!("{url}: {said}"));
        code
    }

    fn url(&self) -> Result<Url, String> {
        match (&self.target.config, &self.target.url) {
            (Some(path), _) => of_config(path, self.ready),
            (None, url) => of_url(url.as_deref().unwrap_or_default()),
        }
    }
}

/// What was answered.
struct Answer {
    status: u16,
    /// A line for each reason and warning, if it names any.
    findings: String,
}

async fn ask(url: Url) -> Result<Answer, &'static str> {
    let client = reqwest::Client::builder()
        .no_proxy()
        // It speaks plain http alone: no root certificates are read, nor needed.
        .tls_certs_only([])
        .redirect(Policy::none())
        .timeout(PATIENCE);
    let client = client.build().map_err(|_| "no HTTP client can be made")?;
    match client.get(url).send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            Ok(Answer { status, findings: findings(&body(answer).await) })
        }
        Err(error) if error.is_timeout() => Err("it does not answer in time"),
        Err(error) if error.is_connect() => Err("nobody listens there"),
        Err(_) => Err("what answers does not speak HTTP"),
    }
}

/// As much of the body as is read; the status alone decides.
async fn body(mut answer: Response) -> Vec<u8> {
    let mut body = vec![];
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(chunk.get(..MAX_BODY - body.len()).unwrap_or(&chunk));
        if body.len() >= MAX_BODY {
            break;
        }
    }
    body
}

/// Each reason and warning of a readiness on a line of its own; nothing of any other answer.
fn findings(body: &[u8]) -> String {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let of = |list: &str| answer.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    let lines = of("reasons").iter().filter_map(|one| line("", one)).collect::<String>();
    lines + &of("warnings").iter().filter_map(|one| line("warning: ", one)).collect::<String>()
}

/// `store_unavailable, nobody_listens, cache:6379: what to check`.
fn line(kind: &str, finding: &Value) -> Option<String> {
    // Another program may answer there: nothing of it moves the cursor of a terminal.
    let member = |name: &str| {
        let text = finding.get(name)?.as_str()?;
        Some(text.chars().filter(|c| !c.is_control()).collect::<String>())
    };
    let names = ["reason", "cause", "upstream", "address"];
    let names = names.into_iter().filter_map(member).collect::<Vec<_>>().join(", ");
    Some(format!("  {kind}{names}: {}\n", member("detail")?))
}

fn of_config(path: &Path, ready: bool) -> Result<Url, String> {
    let text = ConfigSource::text(path).map_err(|failed| failed.message.trim_end().to_owned())?;
    let Some(address) = config::admin_listen(&text) else {
        return Err(format!("{}: admin_listen is missing, or no address and port", path.display()));
    };
    if address.port() == 0 {
        return Err(format!("{}: admin_listen has the port 0, which is any", path.display()));
    }
    let address = from_here(address);
    let path = if ready { "ready" } else { "live" };
    of_url(&format!("http://{address}/health/{path}"))
}

/// A listener at all addresses is asked at loopback.
fn from_here(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

fn of_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "http" && url.username().is_empty() => Ok(url),
        _ => Err("the address is not an http URL, such as http://127.0.0.1:9000/health/live; a \
                 configuration is named by --config"
            .into()),
    }
}

/// Less than the 5 s after which orchestrators give up, and the process answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// A finding has some 300 octets; each upstream and each cause of the store is one at most.
const MAX_BODY: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_at_loopback() {
        for (listening, asked) in [
            ("0.0.0.0:9000", "127.0.0.1:9000"),
            ("[::]:9000", "[::1]:9000"),
            ("10.0.0.7:9000", "10.0.0.7:9000"),
        ] {
            assert_eq!(from_here(listening.parse().unwrap()), asked.parse().unwrap());
        }
    }

    #[test]
    fn each_finding_is_a_line_and_nothing_else_is_shown() {
        let ready = br#"{"status":"not ready","reasons":[{"reason":"store_unavailable",
            "cause":"nobody_listens","detail":"is it running?"},{"reason":"starting","detail":"wait"}],
            "warnings":[{"reason":"log_lost","detail":"no\u001b[2J reader"}]}"#;
        assert_eq!(
            findings(ready),
            "  store_unavailable, nobody_listens: is it running?\n  starting: wait\n  \
             warning: log_lost: no[2J reader\n"
        );
        for other in [&b"<html>"[..], b"[]", br#"{"reasons":"all"}"#, br#"{"reasons":[1,{}]}"#] {
            assert_eq!(findings(other), "");
        }
    }

    #[test]
    fn only_a_plain_http_url_is_asked() {
        assert!(of_url("http://127.0.0.1:9000/health/ready").is_ok());
        for bad in
            ["https://a.example/", "http://me:secret@a.example/", "127.0.0.1:9000", "", "file:///x"]
        {
            assert!(of_url(bad).unwrap_err().contains("not an http URL"), "{bad}");
        }
    }
}
