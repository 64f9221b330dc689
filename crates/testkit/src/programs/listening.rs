//! Programs that must be told on which port they listen.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};
use std::{fs, thread};

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
        if waits_for(&program, address.port()) {
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

/// Waits until it listens; `false` when it ended before.
fn waits_for(program: &Program, port: u16) -> bool {
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline && !program.has_ended() {
        if listens(program.child_id(), port) {
            return true;
        }
        thread::sleep(LOOK_AGAIN);
    }
    false
}

/// Whether a process, or one that it started, listens at this port. Somebody else may do so while it starts,
/// and would take connections just as well.
pub(crate) fn listens(process: u32, port: u16) -> bool {
    let listeners = listeners(port);
    if listeners.is_empty() {
        return false;
    }
    let mut processes = vec![process];
    while let Some(id) = processes.pop() {
        if sockets(id).any(|socket| listeners.contains(&socket)) {
            return true;
        }
        processes.extend(children(id));
    }
    false
}

/// What the kernel calls the sockets that listen at this port, such as `socket:[4711]` [proc(5)].
fn listeners(port: u16) -> BTreeSet<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(fs::read_to_string);
    let (port, mut found) = (format!(":{port:04X}"), BTreeSet::new());
    for line in tables.iter().flatten().flat_map(|table| table.lines()) {
        let fields: Vec<_> = line.split_whitespace().collect();
        if let [_, local, _, LISTEN, _, _, _, _, _, inode, ..] = fields[..]
            && local.ends_with(&port)
        {
            found.insert(format!("socket:[{inode}]"));
        }
    }
    found
}

/// The sockets that a process holds; none when it has gone.
fn sockets(process: u32) -> impl Iterator<Item = String> {
    let held = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
    let targets = held.filter_map(|one| fs::read_link(one.ok()?.path()).ok());
    targets.filter_map(|target| Some(target.to_str()?.to_owned()))
}

/// The processes that any thread of this one started.
fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
    let children = threads.filter_map(|one| {
        let children = fs::read_to_string(one.ok()?.path().join("children")).ok()?;
        Some(children.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
    });
    children.flatten().collect()
}

/// The state of a socket that waits for connections, as the kernel writes it.
const LISTEN: &str = "0A";

const ATTEMPTS: usize = 10;
const LOOK_AGAIN: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::process::Command;

    use super::*;

    #[test]
    fn who_took_the_port_meanwhile_is_not_taken_for_the_program() {
        let taken = RefCell::new(vec![]);
        let (_program, address) = started_at_a_free_port(|port| {
            let mut command = Command::new("python3");
            command.args(["-m", "http.server", "--bind", "127.0.0.1", &port.to_string()]);
            if taken.borrow().is_empty() {
                taken.borrow_mut().push(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap());
            }
            Program::start("a web server", &mut command)
        });
        assert_ne!(taken.borrow()[0].local_addr().unwrap(), address);
    }

    #[test]
    fn a_wrapper_listens_by_what_it_started() {
        let (program, address) = started_at_a_free_port(|port| {
            let server = format!("python3 -m http.server --bind 127.0.0.1 {port}; echo ended");
            Program::start("a web server", Command::new("sh").args(["-c", &server]))
        });
        assert!(listens(program.child_id(), address.port()));
        assert!(!listens(std::process::id(), free_port()));
    }
}
