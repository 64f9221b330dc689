//! Regular expressions of the file: without backreferences and look-around, so that what they take is bounded by the
//! length of pattern and value.

use regex::{Error, Regex, RegexBuilder};

use crate::operator::{OperatorError, wrong};

/// The pattern in this field, with at most so many groups.
pub(crate) fn pattern(
    field: &'static str,
    text: &str,
    most_groups: usize,
) -> Result<Regex, OperatorError> {
    let instead = "write a shorter one, such as ^CN=([^,]+)";
    if text.len() > MAX_PATTERN {
        return Err(wrong(field, format!("it has more than {MAX_PATTERN} octets"), instead));
    }
    let built = RegexBuilder::new(text).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build();
    let pattern = built.map_err(|error| match error {
        Error::CompiledTooBig(_) => wrong(field, "it is too large a regular expression", instead),
        other => {
            // In front of that stands the pattern, with a mark where it is wrong.
            let told = other.to_string();
            let why = told.rsplit_once("error: ").map_or(told.as_str(), |(_, why)| why);
            let what = format!("it is no regular expression: {}", why.trim_end());
            wrong(field, what, "write one such as ^CN=([^,]+)")
        }
    })?;
    // The whole is a group too.
    let groups = pattern.captures_len() - 1;
    if groups > most_groups {
        let instead = "write (?:…) for all but the one that is taken";
        return Err(wrong(field, format!("it has {groups} groups"), instead));
    }
    Ok(pattern)
}

/// The longest value that patterns are tried on. Finding all that a pattern finds may take the square of the length: of
/// so many octets that is nothing, and no attribute of a person is longer.
pub(crate) const MAX_VALUE: usize = 2 * 1024;

/// The longest pattern.
const MAX_PATTERN: usize = 500;
/// What a pattern may have in memory, and what a search may remember.
const MAX_SIZE: usize = 1 << 20;
