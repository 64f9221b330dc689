//! What commands print for the person who called them.

use std::io::Write as _;

/// Writes to standard output; a closed pipe is ignored.
pub(crate) fn say(text: &str) {
    say_octets(text.as_bytes());
}

/// Writes what need not be UTF-8 to standard output; a closed pipe is ignored.
pub(crate) fn say_octets(octets: &[u8]) {
    let _ = std::io::stdout().write_all(octets);
}

/// Writes to standard error; a closed pipe is ignored.
pub(crate) fn tell(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Writes an error to standard error.
pub(crate) fn print_error(what: &str) {
    let _ = writeln!(std::io::stderr(), "silta: {what}");
}
