//! Instants of SAML: `xs:dateTime` with a time zone [SAML2Core §1.3.3].

use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;

use crate::message_error::MessageError;
use crate::xml;

/// Reads an instant attribute that may be absent.
pub(crate) fn optional(
    node: Node<'_, '_>,
    field: &'static str,
) -> Result<Option<Timestamp>, MessageError> {
    xml::attribute(node, field)
        .map(|text| parse(text).ok_or(MessageError::NotAnInstant { field }))
        .transpose()
}

/// Reads an instant attribute that must be there.
pub(crate) fn required(node: Node<'_, '_>, field: &'static str) -> Result<Timestamp, MessageError> {
    optional(node, field)?.ok_or(MessageError::MissingAttribute { attribute: field })
}

/// `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)` and nothing else: no local times, no `24:00:00`.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (seconds, rest) = text.split_at_checked(19)?;
    let shape = seconds.bytes().zip(*b"0000-00-00T00:00:00").all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            let digits = fraction.len() - zone.len();
            if digits == 0 || digits > 9 {
                return None;
            }
            zone
        }
        None => rest,
    };
    let zoned = zone == "Z" || (zone.len() == 6 && zone.starts_with(['+', '-']));
    if !shape || !zoned || seconds.ends_with(":60") {
        return None;
    }
    // Some peers write "for ever" as the last second of the year 9999, which is a little beyond what
    // a Timestamp can hold.
    let for_ever = || text.replacen("9999-", "9998-", 1).parse().map(|_: Timestamp| Timestamp::MAX);
    match text.parse() {
        Err(_) if text.starts_with("9999-") => for_ever().ok(),
        parsed => parsed.ok(),
    }
}

/// Writes an instant in UTC with whole seconds, as every peer reads it.
pub(crate) fn write(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The instant that lies `duration` later, or the end of all time.
pub(crate) fn later(instant: Timestamp, duration: SignedDuration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// How long `earlier` lies before `later`; negative when it does not. Never overflows.
pub(crate) fn since(later: Timestamp, earlier: Timestamp) -> SignedDuration {
    later.duration_since(earlier)
}

/// Whether something is over that says `NotOnOrAfter`, which is exclusive: at that instant it is already too late
/// [SAML2Core §2.5.1.2]. The skew moves our clock back, not the bound.
pub(crate) fn has_ended(end: Timestamp, skew: SignedDuration, now: Timestamp) -> bool {
    since(now, end) >= skew
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_utc_offsets_and_fractions_of_up_to_nine_digits() {
        for text in
            ["2026-11-21T10:00:00Z", "2026-11-21T12:00:00+02:00", "2026-11-21T10:00:00.000000000Z"]
        {
            assert_eq!(parse(text), "2026-11-21T10:00:00Z".parse().ok(), "{text}");
        }
    }

    #[test]
    fn refuses_local_times_and_times_that_do_not_exist() {
        for text in [
            "2026-11-21T10:00:00",
            "2026-11-21",
            "2026-11-21T24:00:00Z",
            "2026-02-30T10:00:00Z",
            "2026-11-21T10:00:60Z",
            "2026-11-21 10:00:00Z",
            "2026-11-21T10:00:00.Z",
            "2026-11-21T10:00:00.0000000000Z",
            "2026-11-21T10:00:00Z[Europe/Helsinki]",
            "+002026-11-21T10:00:00Z",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
