//! The names that the file itself defines, for the places that refer to them.

use std::collections::{BTreeMap, BTreeSet};

use silta_mapping::{NAME_ID, PROVIDER_SUBJECT};

use super::packs::{Packs, profile_of};
use crate::description::root::{CLIENTS, SERVICE_PROVIDERS, TABLES};
use crate::description::upstreams::{LOA, PROFILE};
use crate::packs::{self, attributes_of};
use crate::yaml::{self, Node};

/// The names that other places refer to. A name counts as soon as it is written, whatever is wrong with what it
/// has: a mistake there shall not be told again wherever the name is used.
pub(super) struct Names {
    /// Each upstream with its levels, if they can be read; nothing if the section itself is not there.
    upstreams: Option<BTreeMap<String, Option<Vec<String>>>>,
    /// The administrator's, in the file and in profiles of their own.
    attributes: BTreeSet<String>,
    tables: BTreeSet<String>,
    /// Clients and service providers.
    relying_parties: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(root: &Node<'_>, packs: &Packs) -> Self {
        let upstreams = root.at("upstreams").map(Node::entries).filter(|all| !all.is_empty());
        let upstreams = upstreams.map(|all| {
            let name = |entry: &yaml::Entry<'_>| entry.name.text.clone().into_owned();
            all.iter().map(|entry| (name(entry), levels(&entry.value, packs))).collect()
        });
        let mut attributes = BTreeSet::from([NAME_ID, PROVIDER_SUBJECT].map(str::to_owned));
        attributes.extend(attributes_of(root).map(|(name, _)| name.to_owned()));
        for entry in root.at("upstreams").map(Node::entries).unwrap_or_default() {
            let pack = profile_of(entry.value.entries()).and_then(|name| packs.named(name));
            let all = attributes_of(&entry.value).chain(pack.into_iter().flat_map(attributes_of));
            attributes.extend(all.map(|(name, _)| name.to_owned()));
        }
        let below = |keys: &[&str]| {
            let all = keys.iter().filter_map(|key| root.at(key)).flat_map(Node::entries);
            all.map(|entry| entry.name.text.clone().into_owned()).collect()
        };
        let tables = below(&[TABLES.name]);
        let relying_parties = below(&[CLIENTS.name, SERVICE_PROVIDERS.name]);
        Self { upstreams, attributes, tables, relying_parties }
    }

    /// Every upstream, if this is not the name of one. Where a name differs from it in case alone, and is refused
    /// for that, nothing is to be said of this one.
    pub(super) fn upstreams_beside(&self, name: &str) -> Option<Vec<&str>> {
        let known = self.upstreams.as_ref()?;
        if known.keys().any(|one| one.eq_ignore_ascii_case(name))
            && name == name.to_ascii_lowercase()
        {
            return None;
        }
        (!known.contains_key(name)).then(|| known.keys().map(String::as_str).collect())
    }

    /// The names of the tables.
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(String::as_str)
    }

    /// The names of the clients and service providers.
    pub(super) fn relying_parties(&self) -> impl Iterator<Item = &str> {
        self.relying_parties.iter().map(String::as_str)
    }

    /// The levels of an upstream, if they can be read.
    pub(super) fn levels(&self, upstream: &str) -> Option<&[String]> {
        self.upstreams.as_ref()?.get(upstream)?.as_deref()
    }

    /// The levels of all upstreams, if they can be read.
    pub(super) fn every_level(&self) -> Option<Vec<&str>> {
        let all = self.upstreams.as_ref()?.values().map(Option::as_deref);
        let all: Option<Vec<_>> = all.collect();
        Some(all?.into_iter().flatten().map(String::as_str).collect())
    }

    /// Whether it is the name of an attribute somewhere. Whether it is one of the right upstream is asked later.
    pub(super) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.contains(name) || packs::has_attribute(name)
    }

    /// Those that there are somewhere, ours and the administrator's.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(String::as_str).chain(packs::attribute_names())
    }
}

fn levels(upstream: &Node<'_>, packs: &Packs) -> Option<Vec<String>> {
    let loa = match upstream.at(LOA.name) {
        Some(loa) => loa,
        None => packs.named(upstream.at(PROFILE.name)?.text()?)?.at(LOA.name)?,
    };
    let level = |node: &Node<'_>| match node.items() {
        [] => Some(vec![node.text()?.to_owned()]),
        items => items.iter().map(|item| item.text().map(str::to_owned)).collect(),
    };
    let levels: Option<Vec<_>> = match loa.items() {
        [] => Some(vec![level(loa)?]),
        items => items.iter().map(level).collect(),
    };
    // What stands there twice is told once.
    let mut seen = BTreeSet::new();
    levels.map(|levels| {
        levels.concat().into_iter().filter(|level| seen.insert(level.clone())).collect()
    })
}
