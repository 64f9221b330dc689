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
