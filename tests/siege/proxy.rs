//! Proxies in processes of their own, so that neither users nor the hostile machine take their time.

use std::env;
use std::io::Read as _;
use std::net::SocketAddr;
use std::process::Command;

use silta_testkit::program::Program;
use silta_testkit::proxy::Proxy;

use super::apart;

/// One proxy, as the replica sees it: two nodes with one address towards it. Whoever has to carry 500 MB
/// of a hostile machine in a burst stalls everybody else on its way, however quick the replica is, so the
/// hostile machine has a node to itself, as it would have of a load balancer that grows with its load.
pub(super) struct LoadBalancer {
    pub(super) honest: ProxyProcess,
    pub(super) hostile: ProxyProcess,
}

impl LoadBalancer {
    pub(super) fn start(replica: SocketAddr) -> Self {
        let honest = ProxyProcess::start(replica, 0);
        Self { honest, hostile: ProxyProcess::start(replica, apart::GIVES_WAY) }
    }
}

/// This program again, as a proxy. Dropping it kills it.
pub(super) struct ProxyProcess {
    _program: Program,
    address: SocketAddr,
}

impl ProxyProcess {
    fn start(replica: SocketAddr, gives_way: u8) -> Self {
        let this = env::current_exe().expect("this program");
        let mut command = Command::new("nice");
        command.args(["-n", &gives_way.to_string()]).arg(this);
        let program = Program::start("proxy", command.args([PROXY, &replica.to_string()]));
        let address = program.wait_for_start("address", |line| line.parse().ok());
        Self { _program: program, address }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Is a proxy in front of `replica`, prints where, and ends with its standard input. A program that
/// lays siege does this when its first word is [`PROXY`].
///
/// # Panics
/// When no port is free.
#[expect(clippy::print_stdout, reason = "the siege reads it")]
pub fn proxy(replica: SocketAddr) {
    let proxy = Proxy::start(replica);
    println!("{}", proxy.address());
    // The siege writes nothing, and closes it when it ends.
    let _ = std::io::stdin().read(&mut [0]);
}

/// The word.
pub const PROXY: &str = "proxy-before";
