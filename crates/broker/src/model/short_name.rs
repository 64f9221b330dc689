//! Names in the configuration.

/// Whether it is 1 to 32 lower-case letters, digits and hyphens, which can stand in a URL, a log and a metric.
pub(super) fn is_short_name(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
