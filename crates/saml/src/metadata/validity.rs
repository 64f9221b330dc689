//! How long metadata holds, and when it is to be fetched again [SAML2Meta §2.3.1, §4.3].

use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;

use crate::instant;
use crate::metadata::metadata_error::{MetadataError, MetadataPart};
use crate::xml;

/// What document, groups, entity and role say together.
#[derive(Default)]
pub(super) struct Validity {
    /// The first end, exclusive, and whose it is.
    first_end: Option<(Timestamp, MetadataPart)>,
    /// The shortest `cacheDuration`.
    pub(super) refresh_within: Option<SignedDuration>,
}

impl Validity {
    /// Adds what one element says. An end of anything around the role is an end of the role.
    ///
    /// # Errors
    /// [`MetadataError::NotAnInstant`].
    pub(super) fn add(
        &mut self,
        element: Node<'_, '_>,
        part: MetadataPart,
    ) -> Result<(), MetadataError> {
        if let Some(valid_until) = valid_until(element, part)?
            && self.until().is_none_or(|first| valid_until < first)
        {
            self.first_end = Some((valid_until, part));
        }
        // Only a hint, so one that cannot be read is none.
        if let Some(hint) = xml::attribute(element, "cacheDuration").and_then(duration) {
            let hint = hint.clamp(REFRESH_MIN, REFRESH_MAX);
            self.refresh_within = Some(self.refresh_within.map_or(hint, |least| least.min(hint)));
        }
        Ok(())
    }

    /// The first end, exclusive.
    pub(super) fn until(&self) -> Option<Timestamp> {
        self.first_end.map(|(valid_until, _)| valid_until)
    }

    /// Whether all of it holds now.
    ///
    /// # Errors
    /// [`MetadataError::Expired`].
    pub(super) fn check(&self, now: Timestamp) -> Result<(), MetadataError> {
        match self.first_end {
            Some((valid_until, part)) if now >= valid_until => {
                Err(MetadataError::Expired { part, valid_until, now })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// `validUntil`, if there is one.
///
/// # Errors
/// [`MetadataError::NotAnInstant`].
pub(super) fn valid_until(
    element: Node<'_, '_>,
    part: MetadataPart,
) -> Result<Option<Timestamp>, MetadataError> {
    xml::attribute(element, "validUntil")
        .map(|text| instant::parse(text.trim_ascii()).ok_or(MetadataError::NotAnInstant { part }))
        .transpose()
}

/// An `xs:duration` that is not negative [XMLSchema2 §3.2.6]; a year is taken for 365 days and a month
/// for 30, which is near enough for a hint.
fn duration(text: &str) -> Option<SignedDuration> {
    let rest = text.trim_ascii().strip_prefix('P')?;
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    let mut seconds = 0_i64;
    let mut found = false;
    let designators =
        [(date, &DATE_DESIGNATORS[..]), (time.unwrap_or_default(), &TIME_DESIGNATORS[..])];
    for (mut rest, designators) in designators {
        for (designator, weight) in designators {
            let Some((number, after)) = rest.split_once(*designator) else { continue };
            // A fraction of a second does not matter.
            let whole = if *designator == 'S' { number.split('.').next()? } else { number };
            let count = whole.parse::<u32>().ok()?;
            seconds = seconds.saturating_add(i64::from(count).saturating_mul(*weight));
            rest = after;
            found = true;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    (found && time != Some("")).then(|| SignedDuration::from_secs(seconds))
}

const DATE_DESIGNATORS: [(char, i64); 3] = [('Y', 365 * 86_400), ('M', 30 * 86_400), ('D', 86_400)];
const TIME_DESIGNATORS: [(char, i64); 3] = [('H', 3_600), ('M', 60), ('S', 1)];
/// Nobody is asked more often.
const REFRESH_MIN: SignedDuration = SignedDuration::from_mins(5);
/// A key that was taken back is to be gone within a day.
const REFRESH_MAX: SignedDuration = SignedDuration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn reads_durations_of_xml_schema() {
        for (text, seconds) in [
            ("PT1H", 3_600),
            ("P1D", 86_400),
            ("P7D", 604_800),
            ("PT5H30M", 19_800),
            ("P1DT1S", 86_401),
            ("P0Y0M0DT6H0M0.000S", 21_600),
            ("PT604800S", 604_800),
            ("P1Y", 31_536_000),
            ("P1M", 2_592_000),
            ("PT1M", 60),
        ] {
            assert_eq!(duration(text).map(|one| one.as_secs()), Some(seconds), "{text}");
        }
    }

    #[test]
    fn a_duration_that_cannot_be_read_is_none() {
        for text in [
            "",
            "P",
            "PT",
            "P1DT",
            "-P1D",
            "1D",
            "P1",
            "PT1D",
            "P-1D",
            "PT+1",
            "P1D1Y",
            "PT9999999999S",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
