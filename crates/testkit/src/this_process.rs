//! What this process and thread have used.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds of CPU time that this thread has had.
#[must_use]
pub fn cpu_nanos() -> u64 {
    let time = Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("since its start");
    u64::try_from(time.as_nanos()).expect("less than centuries")
}

/// Octets of this process in memory [proc(5): statm], in pages of 4 KiB.
#[must_use]
pub fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("it is Linux");
    let pages: Option<u64> = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.expect("a number") * 4096
}

/// The most octets that this process has had in memory since [`forget_peak`] [proc(5): status].
#[must_use]
pub fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("it is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes: Option<u64> =
        line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|one| one.parse().ok());
    kibibytes.expect("a number") * 1024
}

/// From now on the peak is that of what follows [proc(5): `clear_refs`].
pub fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").expect("it is Linux");
}
