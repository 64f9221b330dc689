//! A dictionary for tests: what Suomi.fi releases, and what other providers send, as our packs say.

use std::collections::{BTreeMap, BTreeSet};

use saphyr::{LoadableYamlNode as _, Yaml};
use silta_mapping::{Attribute, Dictionary, Kind};

/// The attributes of these packs, with `nameid` and `providerSubject`.
#[must_use]
pub fn suomifi() -> Dictionary {
    let mut all = BTreeMap::new();
    for pack in PACKS {
        let documents = Yaml::load_from_str(pack).expect("YAML");
        let attributes = documents[0]["attributes"].as_mapping().expect("attributes");
        for (name, entry) in attributes {
            let name = name.as_str().expect("a name");
            let kind = match entry.as_mapping_get("type").and_then(Yaml::as_str) {
                Some("date") => Kind::Date,
                Some("nameid") => Kind::NameId,
                Some("json") => Kind::Json,
                _ => Kind::Text,
            };
            let is_open = entry.as_mapping_get("sensitive").and_then(Yaml::as_bool) == Some(false);
            let known = all.entry(name.to_owned()).or_insert_with(|| Attribute {
                name: name.to_owned(),
                sources: vec![],
                kind,
                sensitive: !is_open,
            });
            let names = &entry["names"];
            let one = names.as_str().map(str::to_owned);
            let several = names.as_sequence().into_iter().flatten();
            let several = several.map(|one| one.as_str().expect("a source").to_owned());
            let more: Vec<_> = one.into_iter().chain(several).collect();
            known.sources.extend(more);
            let mut seen = BTreeSet::new();
            known.sources.retain(|source| seen.insert(source.clone()));
        }
    }
    let built_in = [Attribute::name_id(), Attribute::provider_subject()];
    Dictionary::new(all.into_values().chain(built_in).collect()).expect("good packs")
}

const PACKS: [&str; 3] = [
    include_str!("../../../config/src/profiles/suomifi.yaml"),
    include_str!("../../../config/src/profiles/generic.yaml"),
    include_str!("../../../config/src/openid.yaml"),
];
