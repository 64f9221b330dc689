//! `silta health`: asks the admin listener of a process on this machine, for images without a shell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use actix_web::rt::System;
use clap::Args;
use reqwest::redirect::Policy;
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
            Ok(200) => ("well".to_owned(), ExitCode::SUCCESS),
            Ok(status) => (format!("not well: it answers {status}"), ExitCode::FAILURE),
            Err(why) => (format!("not well: {why}"), ExitCode::FAILURE),
        };
        console::say(&format!("{url}: {said}\n"));
        code
    }

    fn url(&self) -> Result<Url, String> {
        match (&self.target.config, &self.target.url) {
            (Some(path), _) => of_config(path, self.ready),
            (None, url) => of_url(url.as_deref().unwrap_or_default()),
        }
    }
}

/// The status of the answer; nobody needs its body.
async fn ask(url: Url) -> Result<u16, &'static str> {
    let client = reqwest::Client::builder()
        .no_proxy()
        // It speaks plain http alone: no root certificates are read, nor needed.
        .tls_certs_only([])
        .redirect(Policy::none())
        .timeout(PATIENCE);
    let client = client.build().map_err(|_| "no HTTP client can be made")?;
    match client.get(url).send().await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) if error.is_timeout() => Err("it does not answer in time"),
        Err(error) if error.is_connect() => Err("nobody listens there"),
        Err(_) => Err("what answers does not speak HTTP"),
    }
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
        _ => {
            Err("the address is not an http URL, such as http://127.0.0.1:9000/health/live".into())
        }
    }
}

/// Less than the 5 s after which orchestrators give up, and the process answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

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
    fn only_a_plain_http_url_is_asked() {
        assert!(of_url("http://127.0.0.1:9000/health/ready").is_ok());
        for bad in
            ["https://a.example/", "http://me:secret@a.example/", "127.0.0.1:9000", "", "file:///x"]
        {
            assert!(of_url(bad).unwrap_err().contains("not an http URL"), "{bad}");
        }
    }
}
