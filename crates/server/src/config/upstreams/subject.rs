//! `subject`: what people are known by, and which upstreams may speak for the same people.

use std::collections::BTreeMap;

use silta_broker::{SubjectSource, UpstreamName};
use silta_config::description::{Key, upstreams};
use silta_config::{Section, Value};
use silta_mapping::{
    Attribute, Kind, NAME_ID, PROVIDER_SUBJECT, QUALIFIED_NAME_ID, Spelling, qualified, unqualified,
};

use super::Upstreams;
use crate::config::dictionaries::Reach;
use crate::config::tables::Tables;

/// What the people of an upstream are known by.
pub(crate) struct Subject {
    /// The attributes that `sub` may be made of, best first.
    pub(crate) attributes: Vec<String>,
    /// The spelling in which their value counts.
    pub(crate) spelling: Spelling,
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
    (section, key): (&Section<'_>, &Key),
    (reach, tables): (&Reach<'_>, &Tables),
) -> Option<Subject> {
    let own = name.cloned().map(SubjectSource::named);
    let is_test = section.value(&upstreams::TEST_PERSONS).and_then(|value| value.boolean());
    let value = section.value(key)?;
    if !value.is_mapping() {
        let attributes = attributes(value, reach)?;
        let (source, least_level) = (own?, None);
        let is_test = is_test?;
        let spelling = Spelling::default();
        let is_explicit = false;
        return Some(Subject { attributes, spelling, source, least_level, is_explicit, is_test });
    }
    let section = value.section(key)?;
    let attributes =
        section.value(&upstreams::ATTRIBUTES).and_then(|value| attributes(value, reach));
    let spelling = spelling(&section, tables);
    let source = section.optional(&upstreams::SOURCE);
    let named = source.map_or(Some(None), |value| {
        UpstreamName::parse(value.text()?).map(|source| Some(SubjectSource::named(source)))
    });
    let least_level = section.optional(&upstreams::LEAST_LEVEL);
    let least_level =
        least_level.map_or(Some(None), |value| value.text().map(|level| Some(level.to_owned())));
    let subject = Subject {
        attributes: attributes?,
        spelling: spelling?,
        source: named?.or(own)?,
        least_level: least_level?,
        is_explicit: source.is_some(),
        is_test: is_test?,
    };
    if let (Some(name), false) = (subject.name_of_one_provider(), subject.spelling.is_plain()) {
        let what = format!("{name} counts as it is spelt, and two that look alike are two people");
        return section.value(&upstreams::SUBJECT_THEN)?.refuse(what, "remove then");
    }
    Some(subject)
}

/// The spelling in which people are known. Whatever does more could make one person of many.
fn spelling(section: &Section<'_>, tables: &Tables) -> Option<Spelling> {
    let Some(then) = section.optional(&upstreams::SUBJECT_THEN) else {
        return Some(Spelling::default());
    };
    let operations = then.each(|one| {
        let operation = one.operation(tables)?;
        match Spelling::of(vec![operation.clone()]) {
            Ok(_) => Some(operation),
            Err(operator) => {
                let what = format!("{operator} does more than spell a value");
                one.refuse(what, "write trim, lower, upper, normalise, extract or replace")
            }
        }
    })?;
    then.warn(
        "people whose values differ only in what these change are one person",
        "use them where the provider promises that there are no such people",
    );
    Spelling::of(operations).ok()
}

impl Subject {
    /// Whether people are known by their NameID.
    pub(super) fn is_name_id(&self) -> bool {
        self.attributes.iter().any(|name| name == QUALIFIED_NAME_ID)
    }

    /// What means nothing at another provider, if people are known by such a thing.
    pub(crate) fn name_of_one_provider(&self) -> Option<&str> {
        self.attributes.iter().find_map(|name| {
            let by_provider = (name == PROVIDER_SUBJECT).then_some(PROVIDER_SUBJECT);
            unqualified(name).or(by_provider)
        })
    }
}

/// What does not identify a person would give everybody the same `sub`.
fn attributes(value: Value<'_>, reach: &Reach<'_>) -> Option<Vec<String>> {
    let named = value.each(|one| {
        let name = one.text()?;
        let Some(attribute) = reach.attribute(name) else {
            return reach.refuse_unknown(one, name);
        };
        if is_name_id(attribute) && reach.attribute(NAME_ID).is_none() {
            let instead = format!("its own name for a person is {PROVIDER_SUBJECT}");
            return one.refuse("an OpenID Provider sends no NameID", instead);
        }
        if attribute.sensitive {
            return Some(name.to_owned());
        }
        one.refuse(format!("{name} does not identify a person"), "name a sensitive attribute")
    })?;
    let by_name = |name: &&String| reach.attribute(name).is_some_and(is_name_id);
    let Some(name) = named.iter().find(by_name) else { return Some(named) };
    if named.iter().any(|one| one != name) {
        let what =
            format!("whoever lacks an attribute once would become somebody else by their {name}");
        return value.refuse(what, format!("write {name} alone, or attributes alone"));
    }
    // Its text alone would be the same person at whatever scope it means another.
    Some(vec![qualified(name)])
}

/// Whether it names a person within the qualifiers of a NameID.
fn is_name_id(attribute: &Attribute) -> bool {
    attribute.name == NAME_ID || attribute.kind == Kind::NameId
}

/// Whoever may speak for a source may log in as any of its people, so sharing one is written at every
/// upstream that does, and test persons never share one with real people.
pub(super) fn check_sources(entries: &[(&str, Value<'_>)], upstreams: &Upstreams) -> Option<()> {
    let mut by_source: BTreeMap<&SubjectSource, Vec<(&UpstreamName, &Subject)>> = BTreeMap::new();
    for (name, upstream) in upstreams {
        by_source.entry(&upstream.subject.source).or_default().push((name, &upstream.subject));
    }
    let mut all_good = true;
    for (source, sharing) in by_source.into_iter().filter(|(_, sharing)| sharing.len() > 1) {
        let tests = sharing.iter().filter(|(_, subject)| subject.is_test).count();
        for (name, subject) in &sharing {
            let at = entries.iter().find(|(known, _)| *known == name.as_str());
            let Some((_, value)) = at else { continue };
            let source = source.as_str();
            if !subject.is_explicit {
                let what = format!("another upstream shares the subject source {source}");
                let instead = "write subject: with source: and least_level: here too, or give the \
                               other a source of its own";
                value.refuse::<()>(what, instead);
                all_good = false;
            } else if let Some(name) = subject.name_of_one_provider() {
                let what = format!("{name} is another person at each provider");
                value.refuse::<()>(what, "share a source by an attribute that means the same");
                all_good = false;
            } else if sharing.iter().any(|(_, other)| other.spelling != subject.spelling) {
                let what =
                    format!("the upstreams of the subject source {source} spell differently");
                value.refuse::<()>(what, "write the same subject.then at each of them");
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
