//! `subject`: what people are known by, and which upstreams may speak for the same people.

use std::collections::BTreeMap;

use silta_broker::{SubjectSource, UpstreamName};
use silta_mapping::{Dictionary, PROVIDER_SUBJECT, suggest};

use super::{Upstreams, owned};
use crate::config::keys::non_empty;
use crate::config::profile::Profile;
use crate::config::yaml::{Section, Value};

/// What the people of an upstream are known by.
pub(crate) struct Subject {
    /// The attributes that `sub` may be made of, best first.
    pub(crate) attributes: Vec<String>,
    /// The name under which they identify a person.
    pub(crate) source: SubjectSource,
    /// The weakest level at which the upstream may speak for the people of its source.
    pub(crate) least_level: Option<String>,
    /// Whether `source` is written, so that it may be shared.
    is_explicit: bool,
    /// Whether its people are test persons.
    is_test: bool,
}

/// Reads `subject`: attributes alone, or a section that also names a source to share.
pub(super) fn read(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    profile: &Profile,
    (dictionary, levels): (Option<&Dictionary>, Option<&[String]>),
) -> Option<Subject> {
    let own = name.cloned().map(SubjectSource::named);
    let is_test = section.optional("test_persons");
    let is_test = is_test.map_or(Some(profile.is_test), Value::boolean)?;
    let value = section.optional("subject");
    let Some(value) = value.filter(|value| value.is_mapping()) else {
        let attributes = attributes(section, profile, dictionary)?;
        let (source, least_level) = (own?, None);
        return Some(Subject { attributes, source, least_level, is_explicit: false, is_test });
    };
    let section = value.section()?;
    let attributes = attributes_of(&section, "attributes", profile, dictionary);
    let source = section.optional("source");
    let named = source.map_or(Some(None), |value| match UpstreamName::parse(value.text()?) {
        Some(source) => Some(Some(SubjectSource::named(source))),
        None => value
            .refuse("it is no short name", "use 1 to 32 lower-case letters, digits and hyphens"),
    });
    let least_level = match source {
        None => match section.optional("least_level") {
            None => Some(None),
            Some(value) => {
                value.refuse("it says nothing without source", "add source:, or leave it out")
            }
        },
        Some(_) => section
            .required("least_level", "the weakest of its levels that may speak for these people")
            .and_then(|value| level(value, levels).map(Some)),
    };
    section.refuse_unknown();
    Some(Subject {
        attributes: attributes?,
        source: named?.or(own)?,
        least_level: least_level?,
        is_explicit: source.is_some(),
        is_test,
    })
}

fn level(value: &Value<'_>, levels: Option<&[String]>) -> Option<String> {
    let (level, levels) = (value.text()?, levels?);
    if levels.iter().any(|known| known == level) {
        return Some(level.to_owned());
    }
    value
        .refuse("it is not a level of this upstream", format!("write one of {}", levels.join(", ")))
}

fn attributes(
    section: &Section<'_>,
    profile: &Profile,
    dictionary: Option<&Dictionary>,
) -> Option<Vec<String>> {
    attributes_of(section, "subject", profile, dictionary)
}

fn attributes_of(
    section: &Section<'_>,
    key: &'static str,
    profile: &Profile,
    dictionary: Option<&Dictionary>,
) -> Option<Vec<String>> {
    let names = words(section, key, profile.subject, "attributes that identify a person")?;
    let dictionary = dictionary?;
    let value = section.optional(key).unwrap_or(section.value());
    let mut all_good = true;
    for name in &names {
        let (what, instead) = match dictionary.attribute(name) {
            Some(attribute) if attribute.sensitive => continue,
            // What does not identify a person would give everybody the same `sub`.
            Some(_) => ("does not identify a person", "name a sensitive attribute".to_owned()),
            None => {
                let known = dictionary.attributes().map(|attribute| attribute.name.as_str());
                let meant = suggest(name, known).map(|meant| format!("did you mean {meant}?"));
                let instead = meant.unwrap_or_else(|| "define it under attributes".to_owned());
                ("is not in the attribute dictionary", instead)
            }
        };
        all_good = false;
        value.refuse::<()>(format!("{name} {what}"), instead);
    }
    all_good.then_some(names)
}

fn words(
    section: &Section<'_>,
    key: &'static str,
    known: &[&str],
    instead: &str,
) -> Option<Vec<String>> {
    if section.optional(key).is_none() && !known.is_empty() {
        return Some(known.iter().map(|word| (*word).to_owned()).collect());
    }
    let value = section.required(key, instead)?;
    non_empty(value, value.list().iter().map(owned).collect())
}

/// Whoever may speak for a source may log in as any of its people, so sharing one is written at every
/// upstream that does, and test persons never share one with real people.
pub(super) fn check_sources(entries: &[(String, Value<'_>)], upstreams: &Upstreams) -> Option<()> {
    let mut by_source: BTreeMap<&SubjectSource, Vec<(&UpstreamName, &Subject)>> = BTreeMap::new();
    for (name, upstream) in upstreams {
        by_source.entry(&upstream.subject.source).or_default().push((name, &upstream.subject));
    }
    let mut all_good = true;
    for (source, sharing) in by_source.into_iter().filter(|(_, sharing)| sharing.len() > 1) {
        let tests = sharing.iter().filter(|(_, subject)| subject.is_test).count();
        for (name, subject) in &sharing {
            let at = entries.iter().find(|(known, _)| known == name.as_str());
            let Some((_, value)) = at else { continue };
            let source = source.as_str();
            if !subject.is_explicit {
                let what = format!("another upstream shares the subject source {source}");
                let instead = "write subject: with source: and least_level: here too, or give the \
                               other a source of its own";
                value.refuse::<()>(what, instead);
                all_good = false;
            } else if subject.attributes.iter().any(|name| name == PROVIDER_SUBJECT) {
                let what = format!("{PROVIDER_SUBJECT} is another person at each provider");
                value.refuse::<()>(what, "share a source by an attribute that means the same");
                all_good = false;
            } else if tests > 0 && tests < sharing.len() {
                let what =
                    format!("test persons and real people share the subject source {source}");
                value.refuse::<()>(what, "give the test upstream a source of its own");
                all_good = false;
            }
        }
    }
    all_good.then_some(())
}
