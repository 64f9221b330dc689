//! `deny`: who is kept out.

use std::sync::Arc;

use silta_broker::DenyRule;
use silta_config::description::{deny, root};
use silta_config::{Section, Value};

use super::claim_reader::{condition, page_text};

/// The rules, each judged by itself.
pub(super) fn read(root: &Section<'_>) -> Option<Vec<DenyRule>> {
    match root.optional(&root::DENY) {
        Some(value) => value.each(rule),
        None => Some(vec![]),
    }
}

fn rule(value: Value<'_>) -> Option<DenyRule> {
    let section = value.section(&root::DENY)?;
    let condition = condition(&section);
    let text = section.value(&deny::MESSAGE).and_then(|value| page_text(value, &deny::MESSAGE));
    Some(DenyRule { condition: condition?, text: Arc::new(text?) })
}
