//! How many files and sockets the process may open, and how they are shared out.

use std::fs;
use std::io::{self, ErrorKind};

/// What the operating system lets this process have open [getrlimit(2): `RLIMIT_NOFILE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Descriptors(usize);

impl Descriptors {
    /// Those of this process.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(crate) fn of_this_process() -> io::Result<Self> {
        match fs::read_to_string("/proc/self/limits") {
            Ok(limits) => soft_limit(&limits).map(Self).ok_or(ErrorKind::InvalidData.into()),
            // A system without that file, on a developer's desk.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self(LEAST)),
            Err(error) => Err(error),
        }
    }

    /// How many connections of the public listener fit beside everything else, `bound` at most.
    pub(crate) fn for_connections(self, bound: usize) -> usize {
        // Where there are few, half of them is a better share than none.
        let reserve = RESERVE.min(self.0 / 2);
        bound.min(self.0 - reserve).max(1)
    }
}

/// The soft limit in the kernel's table [proc(5): `/proc/pid/limits`].
fn soft_limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_ascii_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

/// The admin listener's 32 connections, 64 that are accepted and not yet counted, and 96 for listeners,
/// event queues, Redis, AWS, the trace collector, name look-ups and files.
const RESERVE: usize = 192;
/// What macOS gives a process, which is the least of all.
const LEAST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        assert_eq!(Descriptors(65_535).for_connections(1_500), 1_500);
        assert_eq!(Descriptors(1_024).for_connections(1_500), 832);
        assert_eq!(Descriptors(64).for_connections(1_500), 32);
        assert_eq!(Descriptors(0).for_connections(1_500), 1);
    }

    #[test]
    fn reads_the_kernels_table() {
        let table = "Limit                     Soft Limit           Hard Limit           Units     \n\
                     Max processes             95703                95703                processes \n\
                     Max open files            1024                 524288               files     \n";
        assert_eq!(soft_limit(table), Some(1_024));
        assert_eq!(soft_limit(&table.replace("1024 ", "unlimited ")), Some(usize::MAX));
        assert_eq!(soft_limit("Max processes 1 1 processes"), None);
        assert!(Descriptors::of_this_process().is_ok());
    }
}
