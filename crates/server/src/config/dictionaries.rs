//! `attributes`: what each upstream sends, by its profile, by the file for that upstream, and by the file for all.

use std::collections::{BTreeMap, BTreeSet};

use silta_broker::{AllowedUpstream, UpstreamName};
use silta_config::description::{Key, Protocol, attributes, root, upstreams};
use silta_config::{Section, Value, quotable};
use silta_mapping::{Attribute, Dictionary, Kind, NAME_ID, PROVIDER_SUBJECT};

/// The dictionary of each upstream.
pub(super) struct Dictionaries {
    by_upstream: BTreeMap<String, UpstreamDictionary>,
    /// Whether all of them count: a mistake in one is told already.
    pub(super) are_good: bool,
}

struct UpstreamDictionary {
    /// Nothing where it cannot be known. Otherwise it has an entry for each name, so that a mistake in one is not told
    /// again wherever it is used.
    dictionary: Option<Dictionary>,
    profile: Option<String>,
}

/// The upstreams that may speak for somebody's people, with their dictionaries.
pub(super) struct Reach<'d> {
    known: Vec<(&'d str, &'d UpstreamDictionary, &'d Dictionary)>,
    /// Whether all of them are among `known`.
    pub(super) is_complete: bool,
}

pub(super) fn read(root: &Section<'_>) -> Dictionaries {
    let everywhere = entries(root.optional(&root::ATTRIBUTES), &root::ATTRIBUTES);
    let mut are_good = everywhere.are_good;
    let upstreams = root.value(&root::UPSTREAMS).and_then(|value| value.entries());
    let upstreams = upstreams.unwrap_or_default();
    let mut kinds: BTreeMap<String, (Kind, &str)> = BTreeMap::new();
    let by_upstream = upstreams.iter().map(|(name, value)| {
        let read = of_upstream(*value, &everywhere.all);
        let (one, is_good) = read.unwrap_or_else(|| (UpstreamDictionary::unknown(), true));
        are_good &= is_good;
        for attribute in one.dictionary.iter().flat_map(Dictionary::attributes) {
            let known = kinds.entry(attribute.name.clone()).or_insert((attribute.kind, name));
            if known.0 != attribute.kind {
                let other = shown(known.1);
                let what = format!("{} has another type at upstream {other}", attribute.name);
                value.refuse::<()>(what, "give it one type, or give one of the two another name");
                are_good = false;
            }
        }
        ((*name).to_owned(), one)
    });
    let by_upstream = by_upstream.collect();
    Dictionaries { by_upstream, are_good }
}

impl Dictionaries {
    /// That of one upstream alone, if its name is one.
    pub(super) fn of(&self, upstream: Option<&UpstreamName>) -> Reach<'_> {
        match upstream {
            Some(name) => self.reach([name.as_str()].into_iter()),
            None => Reach { known: vec![], is_complete: false },
        }
    }

    /// Those of the upstreams that a policy allows, as far as they can be read.
    pub(super) fn of_allowed(&self, allowed: Option<&[AllowedUpstream]>) -> Reach<'_> {
        if let Some(allowed) = allowed {
            return self.reach(allowed.iter().map(|one| one.name.as_str()));
        }
        let all = self.by_upstream.keys().map(String::as_str);
        Reach { is_complete: false, ..self.reach(all) }
    }

    /// Those of all upstreams.
    pub(super) fn of_all(&self) -> Reach<'_> {
        self.reach(self.by_upstream.keys().map(String::as_str))
    }

    fn reach<'n>(&self, names: impl Iterator<Item = &'n str>) -> Reach<'_> {
        let mut reach = Reach { known: vec![], is_complete: true };
        for name in names {
            let found = self.by_upstream.get_key_value(name);
            let found = found.and_then(|(name, one)| Some((name, one, one.dictionary.as_ref()?)));
            match found {
                Some((name, one, dictionary)) => reach.known.push((name, one, dictionary)),
                None => reach.is_complete = false,
            }
        }
        reach
    }
}

impl<'d> Reach<'d> {
    /// Each upstream, by its name as it may be shown, with its dictionary.
    pub(super) fn dictionaries(&self) -> impl Iterator<Item = (&'d str, &'d Dictionary)> {
        self.known.iter().map(|(name, _, dictionary)| (shown(name), *dictionary))
    }

    /// The same by the name that the file has for it, and as it may be shown.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'d str, &'d str, &'d Dictionary)> {
        self.known.iter().map(|(name, _, dictionary)| (*name, shown(name), *dictionary))
    }

    /// An attribute that one of them has.
    pub(super) fn attribute(&self, name: &str) -> Option<&'d Attribute> {
        self.known.iter().find_map(|(_, _, dictionary)| dictionary.attribute(name))
    }

    /// Refuses the name of an attribute that none of them has.
    pub(super) fn refuse_unknown<T>(&self, at: Value<'_>, attribute: &str) -> Option<T> {
        // Then something else is wrong, and told.
        if !self.is_complete {
            return None;
        }
        let attribute = shown(attribute);
        let named: Vec<_> = self.known.iter().map(|(name, one, _)| one.named(name)).collect();
        let what = match named.as_slice() {
            [only] => format!("upstream {only} has no attribute {attribute}"),
            all => format!("none of the upstreams {} has an attribute {attribute}", all.join(", ")),
        };
        let taken = self.known.iter().find_map(|(_, _, one)| one.taken_by(attribute));
        let instead = match (attribute, taken) {
            (_, Some(owner)) => {
                format!("write {}, which has its name on the wire by the file", shown(owner))
            }
            (NAME_ID, None) => format!("its own name for a person is {PROVIDER_SUBJECT}"),
            (PROVIDER_SUBJECT, None) => format!("its own name for a person is {NAME_ID}"),
            (_, None) => "add it to attributes, with the name by which it is sent, or leave it out"
                .to_owned(),
        };
        at.refuse(what, instead)
    }
}

impl UpstreamDictionary {
    fn unknown() -> Self {
        Self { dictionary: None, profile: None }
    }

    /// Its name with its profile.
    fn named(&self, name: &str) -> String {
        match &self.profile {
            Some(profile) => format!("{} (profile {profile})", shown(name)),
            None => shown(name).to_owned(),
        }
    }
}

fn of_upstream(value: Value<'_>, everywhere: &[Attribute]) -> Option<(UpstreamDictionary, bool)> {
    if value.is_wrong() {
        return None;
    }
    let section = value.section_of(&upstreams::SAML)?;
    let protocol = section.value(&upstreams::PROTOCOL)?;
    let (section, built_in, profile) = match protocol.choice()? {
        Protocol::Saml => {
            let profile = section.value(&upstreams::PROFILE)?;
            let profile = if profile.is_wrong() { None } else { profile.text().and_then(quotable) };
            (section, Attribute::name_id(), Some(profile?.to_owned()))
        }
        Protocol::Oidc => {
            (value.section_of(&upstreams::OIDC)?, Attribute::provider_subject(), None)
        }
    };
    // Every profile has some: without any it could not be read, and that is told.
    let own = entries(Some(section.optional(&upstreams::DICTIONARY)?), &upstreams::DICTIONARY);
    let all = own.all.into_iter().chain([built_in]).collect();
    let below = Dictionary::new(all).and_then(|one| one.below(everywhere));
    let is_good = own.are_good && below.is_ok();
    let profile = profile.filter(|name| !name.starts_with("file:"));
    Some((UpstreamDictionary { dictionary: below.ok(), profile }, is_good))
}

/// The entries of a file or of an upstream.
struct Entries {
    all: Vec<Attribute>,
    are_good: bool,
}

fn entries(value: Option<Value<'_>>, key: &'static Key) -> Entries {
    let Some(value) = value else { return Entries { all: vec![], are_good: true } };
    let written = value.entries().unwrap_or_default();
    let mut are_good = !value.is_wrong();
    let read: Vec<_> = written
        .iter()
        .map(|(name, value)| {
            let read = value.section(key).and_then(|section| attribute(name, &section));
            are_good &= read.is_some();
            read.unwrap_or_else(|| stand_in(name))
        })
        .collect();
    // What is built in cannot be taken over.
    let built_in = [Attribute::name_id(), Attribute::provider_subject()];
    let errors = Dictionary::new(built_in.into_iter().chain(read.iter().cloned()).collect()).err();
    let errors: Vec<_> = errors.into_iter().flatten().collect();
    for error in &errors {
        value.refuse_with::<()>(error);
    }
    are_good &= errors.is_empty();
    let all = if errors.is_empty() {
        read
    } else {
        let is_built_in = |name: &str| [NAME_ID, PROVIDER_SUBJECT].contains(&name);
        let each: BTreeSet<_> = written.iter().map(|(name, _)| *name).collect();
        each.into_iter().filter(|name| !is_built_in(name)).map(stand_in).collect()
    };
    Entries { all, are_good }
}

/// What has the name of an entry that could not be read.
fn stand_in(name: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        sources: vec![format!("{name} could not be read")],
        kind: Kind::Text,
        sensitive: true,
    }
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

fn shown(name: &str) -> &str {
    quotable(name).unwrap_or("above")
}
