//! Forms of values.

use std::time::Duration;

/// A number with a unit: `90s`, `5m`, `1h`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, unit) = text.split_at(digits);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    count.parse::<u32>().ok().map(|count| Duration::from_secs(u64::from(count) * seconds))
}

/// The seconds that somebody meant who wrote a duration as others do: `5 min`, `60sec`, `1d`, `PT5M`.
pub(crate) fn meant_duration(text: &str) -> Option<u64> {
    let folded = text.trim().to_ascii_lowercase();
    let plain = folded.strip_prefix("pt").unwrap_or(&folded);
    let digits = plain.len() - plain.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, unit) = plain.split_at(digits);
    let seconds = match unit.trim() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 24 * 3600,
        _ => return None,
    };
    count.parse::<u32>().ok().map(|count| u64::from(count) * seconds)
}

/// A number of octets with its unit: `64KiB`.
pub(crate) fn size(text: &str) -> Option<usize> {
    let count = text.strip_suffix("KiB")?.parse::<u16>().ok()?;
    Some(usize::from(count) * 1024)
}

/// Seconds with the largest unit that shows them whole.
pub(crate) fn shown_duration(seconds: u64) -> String {
    match seconds {
        0 => "0s".to_owned(),
        whole if whole % 3600 == 0 => format!("{}h", whole / 3600),
        whole if whole % 60 == 0 => format!("{}m", whole / 60),
        other => format!("{other}s"),
    }
}
