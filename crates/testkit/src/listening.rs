//! Programs that must be told on which port they listen.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::deadline::DEADLINE;
use crate::program::Program;

/// A program that takes connections, and where.
///
/// # Panics
/// When it does not, with everything that it said at last.
pub(crate) fn started_at_a_free_port(start: impl Fn(u16) -> Program) -> (Program, SocketAddr) {
    let mut said = vec![];
    // Between choosing a port and listening on it, somebody else may take it: then another.
    for _ in 0..ATTEMPTS {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let program = start(address.port());
        if listens(&program, address) {
            return (program, address);
        }
        said = program.said();
    }
    panic!("{ATTEMPTS} times it did not listen; at last it said:\n{}", said.join("\n"));
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
    listener.local_addr().expect("the port just bound").port()
}

/// Waits until it takes connections; `false` when it ended before.
fn listens(program: &Program, address: SocketAddr) -> bool {
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline && !program.has_ended() {
        if TcpStream::connect(address).is_ok() {
            return true;
        }
        thread::sleep(LOOK_AGAIN);
    }
    false
}

const ATTEMPTS: usize = 10;
const LOOK_AGAIN: Duration = Duration::from_millis(5);
