//! Sample persons in files of their own.

use std::fmt;

use crate::check;
use crate::description::person::{ATTRIBUTES, LEVEL, NAME_ID, PERSON, UPSTREAM};
use crate::problem::Problems;
use crate::read::{Reading, Section, outcome};
use crate::yaml;

/// A person as an upstream might tell of them. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct SamplePerson {
    /// The upstream.
    pub upstream: String,
    /// The level.
    pub level: String,
    /// The NameID.
    pub name_id: Option<String>,
    /// Attributes, each by its name in the dictionary or on the wire, with its values.
    pub attributes: Vec<(String, Vec<String>)>,
}

impl fmt::Debug for SamplePerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SamplePerson({})", self.attributes.len())
    }
}

/// Reads a sample person.
///
/// # Errors
/// [`Problems`]: every one.
pub fn read_person(file: &str, text: &str) -> Result<SamplePerson, Problems> {
    let parsed = yaml::parse(text).map_err(|problems| Problems::new(file, problems))?;
    let (mut root, mut problems) = parsed;
    let no_profile = |_: &str| Err((String::new(), String::new()));
    problems.extend(check::check(&mut root, &PERSON, &no_profile));
    let reading = Reading::of(&root);
    let found = reading.root().section_of(&PERSON).and_then(|section| person(&section));
    problems.extend(reading.take_problems());
    outcome(file, found, problems).map(|(person, _)| person)
}

fn person(section: &Section<'_>) -> Option<SamplePerson> {
    let text = |key| section.value(key)?.text().map(str::to_owned);
    let (upstream, level) = (text(&UPSTREAM), text(&LEVEL));
    let name_id = section.optional(&NAME_ID);
    let name_id =
        name_id.map_or(Some(None), |value| value.text().map(|name| Some(name.to_owned())));
    let attributes = section.value(&ATTRIBUTES)?.entries()?.into_iter().map(|(name, values)| {
        Some((name.to_owned(), values.each(|value| value.text().map(str::to_owned))?))
    });
    let attributes: Vec<_> = attributes.collect();
    let attributes = attributes.into_iter().collect::<Option<_>>();
    let (upstream, level, name_id) = (upstream?, level?, name_id?);
    Some(SamplePerson { upstream, level, name_id, attributes: attributes? })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_person_has_an_upstream_a_level_and_attributes() {
        let text =
            "upstream: suomifi\nlevel: urn:high\nattributes: { cn: Nordea Demo, 'urn:x': [a, b] }";
        let person = read_person("f", text).unwrap();
        assert_eq!((person.upstream.as_str(), person.level.as_str()), ("suomifi", "urn:high"));
        let names: Vec<_> =
            person.attributes.iter().map(|(name, all)| (name.as_str(), all.len())).collect();
        assert_eq!(names, [("cn", 1), ("urn:x", 2)]);
        assert_eq!(format!("{person:?}"), "SamplePerson(2)");
    }

    #[test]
    fn what_is_missing_or_not_known_is_told_at_its_place() {
        let said = |text| read_person("f", text).unwrap_err().to_string();
        let missing = said("level: urn:high\nattributes: { cn: a }\n");
        assert!(missing.contains("f:1:1  upstream is missing"), "{missing}");
        let unknown = said("upstream: a\nlevel: urn:high\nattribute: { cn: a }\n");
        assert!(unknown.contains("f:3:1  attribute: "), "{unknown}");
        let number = said("upstream: a\nlevel: urn:high\nattributes: { cn: 1 }\n");
        assert!(
            number.contains("f:3:19  attributes.cn: it is a number, not text; put it in quotes"),
            "{number}"
        );
    }
}
