//! A sample person at relying parties.

use std::fmt::Write as _;

use serde_json::{Value, json};
use silta_broker::{
    LoginError, PersonMapping, RelyingParty, RelyingPartyPolicy, SubjectKey, UpstreamName,
};
use silta_config::SamplePerson;
use silta_mapping::{Attributes, Claims, Kind, Outcome, Step};

use crate::config::{Config, UpstreamConfig};

/// What one relying party would be told.
pub(super) struct MappedPerson {
    /// Its name.
    pub(super) name: String,
    /// Why the person is refused.
    pub(super) refusal: Option<LoginError>,
    sub: String,
    claims: Claims,
    steps: Vec<Step>,
}

/// Why nothing can be tried.
pub(super) struct Unmappable(pub(super) String);

/// The person at each relying party that may use their upstream, or at this one alone.
pub(super) fn everywhere(
    config: &Config,
    person: &SamplePerson,
    key: &SubjectKey,
    only: Option<&str>,
) -> Result<Vec<MappedPerson>, Unmappable> {
    let found = UpstreamName::parse(&person.upstream);
    let found = found.and_then(|name| config.upstreams.get_key_value(&name));
    let Some((name, upstream)) = found else {
        let known: Vec<_> = config.upstreams.keys().map(UpstreamName::as_str).collect();
        let known = known.join(", ");
        return Err(Unmappable(format!("the configuration has no such upstream; it has {known}")));
    };
    if !upstream.levels.contains(&person.level) {
        let what = format!("the upstream {name} has no such level");
        return Err(Unmappable(format!("{what}; it has {}", upstream.levels.join(", "))));
    }
    let attributes = attributes(upstream, person)?;
    let clients = config.clients.iter();
    let clients = clients
        .filter_map(|(client, policy)| Some((RelyingParty::parse(client.id().as_str())?, policy)));
    let providers = config.saml_idp.iter().flat_map(|idp| &idp.policies);
    let all = clients.chain(providers.map(|(name, policy)| (name.clone(), policy)));
    let may = |policy: &RelyingPartyPolicy| policy.upstreams.iter().any(|one| one.name == *name);
    let all =
        all.filter(|(party, policy)| may(policy) && only.is_none_or(|only| party.as_str() == only));
    let all: Vec<_> = all
        .map(|(party, policy)| {
            let subjects = policy.upstreams.iter();
            let subjects = subjects.filter_map(|one| config.upstreams.get(&one.name));
            let mapping = PersonMapping {
                subject_key: key,
                client: &party,
                policy,
                policy_today: None,
                upstream: name,
                subject: &upstream.subject.attributes,
                spelling: &upstream.subject.spelling,
                subject_source: &upstream.subject.source,
                subjects_of_all: subjects.map(|one| one.subject.attributes.as_slice()).collect(),
            };
            MappedPerson::of(party.as_str(), &mapping, &attributes, &person.level)
        })
        .collect();
    if all.is_empty() {
        let what = "no client or service provider of this name may use this upstream";
        return Err(Unmappable(what.to_owned()));
    }
    Ok(all)
}

/// What the dictionary makes of the person: names of its own stand for their first name on the wire.
fn attributes(upstream: &UpstreamConfig, person: &SamplePerson) -> Result<Attributes, Unmappable> {
    let dictionary = &upstream.dictionary;
    let delivered = person.attributes.iter().map(|(name, values)| {
        let known = dictionary.attribute(name).and_then(|known| known.sources.first());
        (known.unwrap_or(name).as_str(), values.iter().map(String::as_str))
    });
    let is_name =
        |name: &String| dictionary.attribute(name).is_some_and(|one| one.kind == Kind::NameId);
    if let Some((name, _)) = person.attributes.iter().find(|(name, _)| is_name(name)) {
        let what = format!("{name} has NameIDs as values, which a sample cannot say");
        return Err(Unmappable(format!("{what}; leave it out, and write name_id")));
    }
    let mut attributes = dictionary.recognise(delivered);
    if attributes.unknown() > 0 {
        let unknown = person.attributes.iter().map(|(name, _)| name);
        let sources = |name: &String| dictionary.attributes().any(|one| one.sources.contains(name));
        let mut unknown =
            unknown.filter(|name| dictionary.attribute(name).is_none() && !sources(name));
        let name = unknown.next().map_or("one", String::as_str);
        let what = format!("the upstream {} has no attribute {name}", person.upstream);
        return Err(Unmappable(format!("{what}; add it to attributes, or leave it out")));
    }
    if let Some(name) = &person.name_id {
        attributes.add_name_id(name, "");
    }
    Ok(attributes)
}

impl MappedPerson {
    fn of(name: &str, mapping: &PersonMapping<'_>, attributes: &Attributes, level: &str) -> Self {
        let name = name.to_owned();
        match mapping.map(attributes, level) {
            Ok(mapped) => {
                let (sub, claims, steps) = (mapped.sub, mapped.claims, mapped.trace.steps);
                Self { name, refusal: None, sub, claims, steps }
            }
            Err(error) => {
                let (sub, claims) = (String::new(), Claims::default());
                Self { name, refusal: Some(error), sub, claims, steps: vec![] }
            }
        }
    }

    /// What is told, or why the person is refused.
    pub(super) fn json(&self) -> Value {
        match &self.refusal {
            Some(error) => json!({ "refused": error.reason(), "detail": error.to_string() }),
            None => json!({ "sub": self.sub, "claims": self.claims }),
        }
    }

    /// The same, and how each rule ended.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n", self.name);
        if let Some(error) = &self.refusal {
            let _ = writeln!(text, "  refused: {error} ({})\n", error.reason());
            return text;
        }
        let _ = writeln!(text, "  sub = {}", self.sub);
        for Step { claim, outcome } in &self.steps {
            let made = self.claims.as_map().get(claim);
            let made = made.map_or_else(|| "left out".to_owned(), |value| format!("= {value}"));
            let _ = writeln!(text, "  {claim} {made}  ({})", verdict(outcome));
        }
        text.push('\n');
        text
    }
}

/// How a rule ended.
fn verdict(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Matched { attribute } => format!("matched {attribute}"),
        Outcome::Made => "made".to_owned(),
        Outcome::Constant => "constant".to_owned(),
        Outcome::Empty => "empty".to_owned(),
        Outcome::Absent => "absent".to_owned(),
        Outcome::Dropped => "dropped by its operators".to_owned(),
        Outcome::Excluded => "does not count here".to_owned(),
        Outcome::Default => "default".to_owned(),
        Outcome::Unusable(why) => format!("failed: {why}"),
    }
}
