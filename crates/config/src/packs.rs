//! The packs of our profiles, each with what it has of the one that it extends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::description::attributes::NAMES;
use crate::description::upstreams::{DICTIONARY, SAML};
use crate::profile::{self, EXTENDS, PROFILES};
use crate::yaml::{self, Data, Entry, Node, Origin};

/// The keys that a profile of ours has.
pub(crate) fn shipped(name: &str) -> Option<Node<'static>> {
    let profile = profile::named(name)?;
    let (mut root, _) = yaml::parse(profile.pack).ok()?;
    root.come_from(Origin::Profile(profile.name));
    if let Some(base) = take_extended(&mut root)
        && base.text() != Some(name)
    {
        lay_over(&mut root, shipped(base.text()?)?);
        root.come_from(Origin::Profile(profile.name));
    }
    Some(root)
}

/// What counts of every OpenID Provider. Where Suomi.fi becomes one, its services keep the names that they have.
pub(crate) fn openid() -> Option<Node<'static>> {
    let (mut root, _) = yaml::parse(OPENID).ok()?;
    let mut suomifi = shipped("suomifi")?;
    if let Data::Map(entries) = &mut suomifi.data {
        entries.retain(|entry| entry.name.text == DICTIONARY.name);
    }
    lay_over(&mut root, suomifi);
    root.come_from(Origin::Default);
    Some(root)
}

/// Takes out the word of the profile that another one extends.
pub(crate) fn take_extended(root: &mut Node<'static>) -> Option<Node<'static>> {
    let Data::Map(entries) = &mut root.data else { return None };
    let at = entries.iter().position(|entry| entry.name.text == EXTENDS)?;
    Some(entries.remove(at).value)
}

/// Adds what the profile below says and the one above leaves to it, as a file is laid over a profile.
pub(crate) fn lay_over(above: &mut Node<'static>, base: Node<'static>) {
    let (Data::Map(entries), Data::Map(below)) = (&mut above.data, base.data) else { return };
    let says: Vec<_> = entries.iter().map(|entry| entry.name.text.clone()).collect();
    for entry in below {
        let key = SAML.key(&entry.name.text);
        let others = key.map_or(&[] as &[&str], |key| key.of_profile_only_without);
        if others.iter().any(|other| says.iter().any(|name| name == other)) {
            continue;
        }
        match entries.iter_mut().find(|known| known.name.text == entry.name.text) {
            None => entries.push(entry),
            Some(known) if key.is_some_and(|key| key.joins_profile) => {
                let (Data::Map(inner), Data::Map(more)) = (&mut known.value.data, entry.value.data)
                else {
                    continue;
                };
                let more: Vec<_> =
                    more.into_iter().filter(|one| !has(inner, &one.name.text)).collect();
                inner.extend(more);
            }
            Some(_) => {}
        }
    }
}

fn has(entries: &[Entry<'_>], name: &str) -> bool {
    entries.iter().any(|one| one.name.text == name)
}

/// The attributes that a file, an upstream or a profile has, each with its keys.
pub(crate) fn attributes_of<'n>(
    node: &'n Node<'_>,
) -> impl Iterator<Item = (&'n str, &'n Node<'n>)> {
    let entries = node.at(DICTIONARY.name).map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (&*entry.name.text, &entry.value))
}

/// The names on the wire of such an attribute.
pub(crate) fn names_of<'n>(entry: &'n Node<'_>) -> impl Iterator<Item = &'n str> {
    let names = entry.at(NAMES.name);
    let several = names.into_iter().flat_map(Node::items).filter_map(Node::text);
    names.and_then(Node::text).into_iter().chain(several)
}

/// Whether a pack of ours has this attribute.
pub(crate) fn has_attribute(name: &str) -> bool {
    ATTRIBUTES.contains_key(name)
}

/// The names of the attributes of our packs.
pub(crate) fn attribute_names<'n>() -> impl Iterator<Item = &'n str> {
    ATTRIBUTES.keys().map(String::as_str)
}

/// The attribute of our packs that has this name on the wire.
pub(crate) fn attribute_delivered_as(source: &str) -> Option<&'static str> {
    let mut all = ATTRIBUTES.iter();
    all.find(|(_, sources)| sources.contains(source)).map(|(name, _)| name.as_str())
}

/// Each attribute of our packs, with its names on the wire in any of them.
static ATTRIBUTES: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for pack in PROFILES.iter().filter_map(|profile| shipped(profile.name)).chain(openid()) {
        for (name, entry) in attributes_of(&pack) {
            all.entry(name.to_owned()).or_default().extend(names_of(entry).map(str::to_owned));
        }
    }
    all
});

const OPENID: &str = include_str!("openid.yaml");

#[cfg(test)]
mod tests;
