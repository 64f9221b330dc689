//! `silta demo`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use clap::Args;

use crate::demo;

/// Runs a broker, a test identity provider and a client in one process.
#[derive(Debug, PartialEq, Eq, Args)]
pub(super) struct Demo {
    /// Walk one login without a browser, and print its claims as JSON.
    #[arg(long)]
    pub(super) once: bool,
    /// The address and the first of the three ports to listen at, or 0 for any; in a container 0.0.0.0:7301.
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "once", value_parser = address)]
    pub(super) listen: Option<SocketAddr>,
}

impl Demo {
    pub(super) fn run(&self) -> ExitCode {
        demo::run(self.once, self.listen)
    }
}

/// An address that a browser on this machine reaches by a name for which it keeps our cookies.
fn address(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "it is no address and port such as 127.0.0.1:7301".to_owned())?;
    let localhost = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
    if !localhost.contains(&address.ip()) && !address.ip().is_unspecified() {
        return Err("browsers keep the demo's cookies for this machine only: write 127.0.0.1, or \
                    0.0.0.0 in a container whose ports are published on this machine"
            .to_owned());
    }
    // The identity provider and the client take the two ports above it.
    if address.port() > u16::MAX - 2 {
        return Err("there are no two ports above it: write a smaller one".to_owned());
    }
    Ok(address)
}
