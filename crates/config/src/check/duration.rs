//! Judges durations.

use super::mistake::Mistake;
use crate::values;
use crate::yaml::{Class, Scalar};

/// Judges a duration between two numbers of seconds, both included.
pub(super) fn judge(scalar: &Scalar<'_>, least: u64, most: u64) -> Result<(), Mistake> {
    let within = |seconds: u64| (least..=most).contains(&seconds);
    let (shown_least, shown_most) = (values::shown_duration(least), values::shown_duration(most));
    let range = if least == 0 {
        format!("write one up to {shown_most}, with its unit: s, m or h")
    } else {
        format!("write one from {shown_least} to {shown_most}, with its unit: s, m or h")
    };
    let Some(duration) = values::duration(&scalar.written) else {
        return Err(match scalar.class {
            Class::Integer(number) => (NO_UNIT.to_owned(), with_unit(number, within, range)),
            Class::Float => (NO_UNIT.to_owned(), range),
            _ => {
                let meant = values::meant_duration(&scalar.written).filter(|meant| within(*meant));
                let written = meant.map(|meant| format!("write {}", values::shown_duration(meant)));
                ("it is not a duration".to_owned(), written.unwrap_or(range))
            }
        });
    };
    if within(duration.as_secs()) {
        return Ok(());
    }
    if least == 0 {
        return Err((
            format!("it is more than {shown_most}"),
            format!("write {shown_most} or less"),
        ));
    }
    let what = format!("it is not between {shown_least} and {shown_most}");
    Err((what, format!("write a duration such as {shown_least}")))
}

/// A number as seconds, if it can be that, and as minutes, if it can be nothing else.
fn with_unit(number: i64, within: impl Fn(u64) -> bool, range: String) -> String {
    let Ok(number) = u64::try_from(number) else { return range };
    let minutes = number.saturating_mul(60);
    match values::shown_duration(number) {
        shown if within(number) && shown.ends_with('s') => {
            format!("write {shown}, if seconds are meant")
        }
        shown if within(number) => format!("write {number}s or {shown}, if seconds are meant"),
        _ if within(minutes) => format!("write {number}m, if minutes are meant"),
        _ => range,
    }
}

const NO_UNIT: &str = "it is a number without a unit";
