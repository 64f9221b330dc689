//! What commands print for the person who called them.

use std::io::{IsTerminal as _, Write as _, stderr};

use silta_config::Problems;

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
    let _ = stderr().write_all(text.as_bytes());
}

/// Writes the problems of a configuration of this text to standard error, in colour for a person.
pub(crate) fn tell_problems(problems: &Problems, text: &str) {
    // [no-color.org]
    let wants_colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tell(&problems.for_people(text, wants_colour && stderr().is_terminal()));
}

/// Writes an error to standard error.
pub(crate) fn print_error(what: &str) {
    let _ = writeln!(stderr(), "silta: {what}");
}
