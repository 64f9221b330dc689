//! A person at relying parties.

use std::fmt::Write as _;

use serde_json::{Value, json};
use silta_broker::{LoginError, PersonMapping, RelyingParty, RelyingPartyPolicy, SubjectKey};
use silta_mapping::{Attributes, Claims, Outcome, Step};

use super::person::PersonToTry;
use crate::config::Config;

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

/// The person at each relying party that may use their upstream, or at this one alone.
///
/// # Errors
/// There is no such relying party.
pub(super) fn everywhere(
    config: &Config,
    person: &PersonToTry<'_>,
    key: &SubjectKey,
    only: Option<&str>,
) -> Result<Vec<MappedPerson>, String> {
    let PersonToTry { name, upstream, .. } = *person;
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
            MappedPerson::of(party.as_str(), &mapping, &person.attributes, &person.level)
        })
        .collect();
    if all.is_empty() {
        return Err("no client or service provider of this name may use this upstream\n".to_owned());
    }
    Ok(all)
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
