//! What this process and thread have used.

use std::fs;

/// Nanoseconds of CPU time that the scheduler has given this thread [proc(5): schedstat].
#[must_use]
pub fn cpu_nanos() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("it is Linux");
    stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).expect("a number")
}

/// Octets of this process in memory [proc(5): statm], in pages of 4 KiB.
#[must_use]
pub fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("it is Linux");
    let pages: Option<u64> = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.expect("a number") * 4096
}
