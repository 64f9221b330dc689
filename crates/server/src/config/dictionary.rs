//! `attributes`: the built-in dictionary of Suomi.fi, and an administrator's own entries.

use std::collections::BTreeSet;

use silta_config::description::{attributes, root};
use silta_config::{Section, Value};
use silta_mapping::{Attribute, Dictionary, Kind, suomifi};

/// The dictionary.
pub(super) struct DictionaryRead {
    /// All of it, if every entry could be read.
    pub(super) complete: Option<Dictionary>,
    /// With an entry for each name, so that a mistake in one is not told again wherever it is used.
    pub(super) judged_by: Dictionary,
}

pub(super) fn read(value: Option<Value<'_>>) -> DictionaryRead {
    let Some(value) = value else {
        return DictionaryRead { complete: Some(suomifi()), judged_by: suomifi() };
    };
    let entries = value.entries().unwrap_or_default();
    let mut own = vec![];
    let mut all_good = !value.is_wrong();
    for (name, value) in &entries {
        let read = value.section(&root::ATTRIBUTES).and_then(|section| attribute(name, &section));
        all_good &= read.is_some();
        own.extend(read);
    }
    let names: Vec<_> = own.iter().map(|attribute| attribute.name.clone()).collect();
    let complete = match suomifi().extended_by(own.clone()) {
        Ok(dictionary) => Some(dictionary),
        Err(errors) => {
            for error in errors {
                value.refuse_with::<()>(&error);
            }
            None
        }
    };
    let judged_by = match &complete {
        Some(dictionary) if all_good => dictionary.clone(),
        Some(_) | None => {
            let of = |name: &str| Attribute {
                name: name.to_owned(),
                sources: vec![format!("{name} could not be read")],
                kind: Kind::Text,
                sensitive: true,
            };
            let broken = entries.iter().filter(|(name, _)| names.iter().all(|known| known != name));
            let stand_ins = broken.map(|(name, _)| of(name));
            let all = own.into_iter().chain(stand_ins).collect::<Vec<_>>();
            let each = all.iter().map(|one| of(&one.name)).collect();
            suomifi()
                .extended_by(all)
                .or_else(|_| suomifi().extended_by(each))
                .unwrap_or_else(|_| suomifi())
        }
    };
    DictionaryRead { complete: complete.filter(|_| all_good), judged_by }
}

fn attribute(name: &str, section: &Section<'_>) -> Option<Attribute> {
    let sources = section
        .value(&attributes::NAMES)
        .and_then(|value| value.each(|one| one.text().map(str::to_owned)));
    // What stands there twice is told by the description.
    let mut seen = BTreeSet::new();
    let once = |mut all: Vec<String>| {
        all.retain(|one| seen.insert(one.clone()));
        all
    };
    let sources = sources.map(once);
    let kind = section.value(&attributes::TYPE).and_then(|value| value.choice());
    let sensitive = section.value(&attributes::SENSITIVE).and_then(|value| value.boolean());
    Some(Attribute { name: name.to_owned(), sources: sources?, kind: kind?, sensitive: sensitive? })
}
