//! On whom rules are tried.

use std::fs;
use std::path::Path;

use silta_broker::UpstreamName;
use silta_config::{MAX_OCTETS, SamplePerson, read_person};
use silta_mapping::{Attributes, Kind};

use crate::config::{Config, UpstreamConfig};

/// Somebody of an upstream.
pub(super) struct PersonToTry<'c> {
    /// Where they log in.
    pub(super) name: &'c UpstreamName,
    /// Its section.
    pub(super) upstream: &'c UpstreamConfig,
    /// The level that they reach.
    pub(super) level: String,
    /// What is said of them there.
    pub(super) attributes: Attributes,
}

impl<'c> PersonToTry<'c> {
    /// The sample person in a file.
    pub(super) fn in_file(config: &'c Config, file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let size = fs::metadata(file).map_err(|error| format!("{shown}: {error}\n"))?.len();
        if usize::try_from(size).map_or(true, |size| size > MAX_OCTETS) {
            return Err(format!("{shown}: it is too large for a person\n"));
        }
        let text = fs::read_to_string(file).map_err(|error| format!("{shown}: {error}\n"))?;
        let sample = read_person(&shown.to_string(), &text)
            .map_err(|problems| problems.for_people(&text, false))?;
        Self::of_sample(config, &sample)
    }

    /// A sample person.
    pub(super) fn of_sample(config: &'c Config, sample: &SamplePerson) -> Result<Self, String> {
        let found = UpstreamName::parse(&sample.upstream);
        let found = found.and_then(|name| config.upstreams.get_key_value(&name));
        let Some((name, upstream)) = found else {
            let known: Vec<_> = config.upstreams.keys().map(UpstreamName::as_str).collect();
            let known = known.join(", ");
            return Err(format!("the configuration has no such upstream; it has {known}\n"));
        };
        let attributes = attributes(upstream, sample)?;
        Self { name, upstream, level: sample.level.clone(), attributes }.of_known_level()
    }

    /// The same, if the upstream has the level.
    pub(super) fn of_known_level(self) -> Result<Self, String> {
        if self.upstream.levels.contains(&self.level) {
            return Ok(self);
        }
        let (name, levels) = (self.name, self.upstream.levels.join(", "));
        Err(format!("the upstream {name} has no such level; it has {levels}\n"))
    }
}

/// What the dictionary makes of the person: names of its own stand for their first name on the wire.
fn attributes(upstream: &UpstreamConfig, person: &SamplePerson) -> Result<Attributes, String> {
    let dictionary = &upstream.dictionary;
    let delivered = person.attributes.iter().map(|(name, values)| {
        let known = dictionary.attribute(name).and_then(|known| known.sources.first());
        (known.unwrap_or(name).as_str(), values.iter().map(String::as_str))
    });
    let is_name =
        |name: &String| dictionary.attribute(name).is_some_and(|one| one.kind == Kind::NameId);
    if let Some((name, _)) = person.attributes.iter().find(|(name, _)| is_name(name)) {
        let what = format!("{name} has NameIDs as values, which a sample cannot say");
        return Err(format!("{what}; leave it out, and write name_id\n"));
    }
    let mut attributes = dictionary.recognise(delivered);
    if attributes.unknown() > 0 {
        let unknown = person.attributes.iter().map(|(name, _)| name);
        let sources = |name: &String| dictionary.attributes().any(|one| one.sources.contains(name));
        let mut unknown =
            unknown.filter(|name| dictionary.attribute(name).is_none() && !sources(name));
        let name = unknown.next().map_or("one", String::as_str);
        let what = format!("the upstream {} has no attribute {name}", person.upstream);
        return Err(format!("{what}; add it to attributes, or leave it out\n"));
    }
    if let Some(name) = &person.name_id {
        attributes.add_name_id(name, "");
    }
    Ok(attributes)
}
