//! `deny`: who is kept out.

use std::sync::Arc;

use silta_broker::{AllowedUpstream, DenyRule};
use silta_config::description::{deny, root};
use silta_config::{Section, Value};
use silta_mapping::Condition;

use super::claim_reader::{condition, page_text};
use super::dictionaries::Dictionaries;

/// The rules, each judged by itself.
pub(super) fn read(root: &Section<'_>, dictionaries: &Dictionaries) -> Option<Vec<DenyRule>> {
    match root.optional(&root::DENY) {
        Some(value) => value.each(|one| rule(one, dictionaries)),
        None => Some(vec![]),
    }
}

/// Those that may keep somebody out of this relying party, who logs in at one of these.
pub(super) fn of(all: &[DenyRule], party: &str, allowed: &[AllowedUpstream]) -> Vec<DenyRule> {
    let concerns = |rule: &&DenyRule| {
        let when = &rule.condition.when;
        let names = |names: &[String], known: &dyn Fn(&str) -> bool| {
            names.is_empty() || names.iter().any(|name| known(name))
        };
        let is_allowed = |name: &str| allowed.iter().any(|one| one.name.as_str() == name);
        names(&when.clients, &|name| name == party) && names(&when.upstreams, &is_allowed)
    };
    all.iter().filter(concerns).cloned().collect()
}

fn rule(value: Value<'_>, dictionaries: &Dictionaries) -> Option<DenyRule> {
    let section = value.section(&root::DENY)?;
    let condition = condition(&section);
    // A rule about an attribute that nobody sends would keep nobody out, and look as if it did.
    let reach = dictionaries.of_all();
    let unknown = condition.iter().flat_map(Condition::attributes);
    let unknown: Vec<_> = unknown.filter(|name| reach.attribute(name).is_none()).collect();
    for name in &unknown {
        reach.refuse_unknown::<()>(value, name);
    }
    let condition = condition.clone().filter(|_| unknown.is_empty() || !reach.is_complete);
    let text = section.value(&deny::MESSAGE).and_then(|value| page_text(value, &deny::MESSAGE));
    Some(DenyRule { condition: condition?, text: Arc::new(text?) })
}
