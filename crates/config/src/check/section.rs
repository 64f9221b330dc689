//! Checks sections, and fills in what the file leaves to profiles and defaults.

use std::borrow::Cow;
use std::mem;

use super::names::pack;
use super::path::Path;
use super::{Checker, Scope, rules, value};
use crate::description::upstreams::PROFILE;
use crate::description::{Key, Kind, Need, Section, Variants};
use crate::problem::Problem;
use crate::quotable;
use crate::suggest::{instead, key_meant};
use crate::yaml::{Data, Entry, Name, Node, Origin, Scalar, Span};

/// The pack of a section's profile.
#[derive(Clone)]
enum Pack {
    /// It has no profile.
    None,
    /// Nobody knows which.
    Unknown,
    /// The name, and the keys.
    Known(&'static str, Node<'static>),
}

impl Checker {
    /// Keys that are known, completed.
    pub(super) fn section(
        &mut self,
        node: &mut Node<'_>,
        description: &'static Section,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        let Some(mut entries) = self.entries(node, path) else { return };
        let meant = self.remove_unknown(&mut entries, &[description], path);
        let pack = if meant.contains(&PROFILE.name) {
            Pack::Unknown
        } else {
            self.pack(&entries, description)
        };
        let upstream = description.key("upstream").and_then(|_| text_of(&entries, "upstream"));
        let scope = Scope {
            upstream: upstream.as_deref().or(scope.upstream),
            profile_is_wrong: scope.profile_is_wrong || matches!(pack, Pack::Unknown),
            ..scope
        };
        for key in description.keys {
            self.fill(&mut entries, key, (&pack, &meant), (node.span, path), scope);
        }
        self.values(&mut entries, description, path, scope);
        let is_wrong = rules::apply(self, &mut entries, description, &meant, (node.span, path));
        node.data = if is_wrong { Data::Wrong } else { Data::Map(entries) };
    }

    /// The keys of a section that is not complete by itself.
    #[cfg(test)]
    pub(super) fn keys_alone(
        &mut self,
        node: &mut Node<'_>,
        description: &'static Section,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        let Some(mut entries) = self.entries(node, path) else { return };
        self.remove_unknown(&mut entries, &[description], path);
        self.values(&mut entries, description, path, scope);
    }

    /// A section whose keys depend on a word in it. Without that word every known key is checked, and none
    /// is missing.
    pub(super) fn variants(
        &mut self,
        node: &mut Node<'_>,
        variants: &'static Variants,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        let word = match (node.at(variants.key.name), variants.key.need) {
            (Some(word), _) => word.text(),
            (None, Need::Default(word)) if !has_misspelt(node, variants) => Some(word),
            (None, _) => None,
        };
        let known = variants.of.iter().find(|(known, _)| Some(*known) == word);
        if let Some((_, section)) = known {
            return self.section(node, section, path, scope);
        }
        let Some(mut entries) = self.entries(node, path) else { return };
        let all: Vec<_> = variants.of.iter().map(|(_, section)| *section).collect();
        self.remove_unknown(&mut entries, &all, path);
        for section in all.iter().rev() {
            let scope = Scope { profile_is_wrong: true, ..scope };
            self.values(&mut entries, section, path, scope);
        }
        node.make_wrong();
    }

    fn entries<'t>(&mut self, node: &mut Node<'t>, path: &Path<'_>) -> Option<Vec<Entry<'t>>> {
        match &mut node.data {
            Data::Wrong => None,
            Data::Map(entries) => Some(mem::take(entries)),
            Data::Scalar(_) | Data::List(_) | Data::One(_) => {
                let (what, instead) = value::not_a_mapping(node, "keys and values");
                self.refuse(node, path, what, instead);
                None
            }
        }
    }

    /// Checks the values of the keys that are there.
    fn values(
        &mut self,
        entries: &mut [Entry<'_>],
        description: &'static Section,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        for entry in entries {
            if let Some(key) = description.key(&entry.name.text) {
                self.value(&mut entry.value, &key.kind, &Path::Key(path, key.name), scope);
            }
        }
    }

    /// Refuses and removes unknown keys: a misspelt key would otherwise silently do nothing. Returns the keys
    /// that were probably meant, which are then not missing.
    fn remove_unknown(
        &mut self,
        entries: &mut Vec<Entry<'_>>,
        known: &[&'static Section],
        path: &Path<'_>,
    ) -> Vec<&'static str> {
        let is_known = |name: &str| known.iter().any(|section| section.key(name).is_some());
        if entries.iter().all(|entry| is_known(&entry.name.text)) {
            return vec![];
        }
        let there: Vec<_> =
            entries.iter().map(|entry| entry.name.text.clone().into_owned()).collect();
        let mut meant = vec![];
        entries.retain(|entry| {
            let name = &*entry.name.text;
            if is_known(name) {
                return true;
            }
            let keys = known.iter().flat_map(|section| section.keys).map(|key| key.name);
            let (taken, free): (Vec<_>, Vec<_>) =
                keys.partition(|key| there.iter().any(|name| name == key));
            let guess = key_meant(name, &free);
            meant.extend(guess);
            let what = match quotable(name) {
                Some(name) => format!("{name} is not a key that is known here"),
                None => "it is not a key that is known here".to_owned(),
            };
            let instead = match guess {
                Some(guess) => format!("did you mean {guess}?"),
                None => match key_meant(name, &taken) {
                    Some(taken) => format!("{taken} is there already; keep one of the two"),
                    None => {
                        elsewhere(name, known).unwrap_or_else(|| instead(name, free.into_iter()))
                    }
                },
            };
            let path = Path::Key(path, name).text();
            self.problems.push(Problem::new(entry.name.span, path, what, instead));
            false
        });
        meant
    }

    fn pack(&mut self, entries: &[Entry<'_>], description: &'static Section) -> Pack {
        let Some(key) = description.key(PROFILE.name) else { return Pack::None };
        let written = entries.iter().find(|entry| entry.name.text == key.name);
        let name = match (written, key.need) {
            (Some(entry), _) => entry.value.text(),
            (None, Need::Default(name)) => Some(name),
            (None, _) => return Pack::None,
        };
        let known = name.and_then(|name| pack(&mut self.packs, name));
        known.map_or(Pack::Unknown, |(name, pack)| Pack::Known(name, pack.clone()))
    }

    /// Fills in one key, if the file does not have it.
    fn fill(
        &mut self,
        entries: &mut Vec<Entry<'_>>,
        key: &'static Key,
        (pack, meant): (&Pack, &[&'static str]),
        (span, path): (Span, &Path<'_>),
        scope: Scope<'_>,
    ) {
        let of_profile = match pack {
            Pack::Known(name, pack) => pack.at(key.name).map(|node| (*name, node)),
            Pack::None | Pack::Unknown => None,
        };
        if let Some(written) = entries.iter_mut().find(|entry| entry.name.text == key.name) {
            if let Some((name, node)) = of_profile.filter(|_| key.joins_profile) {
                self.join(&mut written.value, node, name);
            }
            return;
        }
        let value = if meant.contains(&key.name) {
            Some(self.wrong(span))
        } else if let Some((name, node)) = of_profile {
            Some(self.copy(node, Origin::Profile(name), span))
        } else {
            match key.need {
                Need::Absent(_) => None,
                Need::RequiredOrProfile(_) if scope.profile_is_wrong => Some(self.wrong(span)),
                Need::Required(hint) | Need::RequiredOrProfile(hint) => {
                    self.missing(key.name, hint, (span, path));
                    Some(self.wrong(span))
                }
                Need::Default("{}") => Some(self.default(Data::Map(vec![]), span)),
                Need::Default(text) => {
                    Some(self.default(Data::Scalar(Scalar::plain(Cow::Borrowed(text))), span))
                }
                Need::Derived(template) => Some(self.derived(template, span, scope)),
            }
        };
        if let Some(value) = value {
            let name = Name { text: Cow::Borrowed(key.name), span };
            entries.push(Entry { name, value });
        }
    }

    /// Says that a key is missing.
    pub(super) fn missing(&mut self, key: &str, hint: &str, (span, path): (Span, &Path<'_>)) {
        let (what, instead) = (format!("{key} is missing"), format!("add {key}: {hint}"));
        // A section may be long: its first character is enough.
        let span = Span { start: span.start, end: span.start };
        self.problems.push(Problem::new(span, path.text(), what, instead));
    }

    /// Adds what the profile has and the file has not.
    fn join(&mut self, written: &mut Node<'_>, pack: &Node<'static>, profile: &'static str) {
        let span = written.span;
        let Data::Map(entries) = &mut written.data else { return };
        for entry in pack.entries() {
            if entries.iter().all(|known| known.name.text != entry.name.text) {
                let value = self.copy(&entry.value, Origin::Profile(profile), span);
                entries.push(Entry { name: Name { span, ..entry.name.clone() }, value });
            }
        }
    }

    fn copy(&mut self, node: &Node<'static>, origin: Origin, span: Span) -> Node<'static> {
        let mut node = node.clone();
        node.put(origin, span);
        node.renumber(&mut self.next_id);
        node
    }

    fn default(&mut self, data: Data<'static>, span: Span) -> Node<'static> {
        Node { id: self.new_id(), span, origin: Origin::Default, data }
    }

    fn derived(&mut self, template: &str, span: Span, scope: Scope<'_>) -> Node<'static> {
        let mut text = template.to_owned();
        let public_url = self.public_url.clone();
        for (place, value) in [("{public_url}", public_url.as_deref()), ("{name}", scope.name)] {
            match value {
                Some(value) => text = text.replace(place, value),
                // What is missing is reported where it should be.
                None if text.contains(place) => return self.wrong(span),
                None => {}
            }
        }
        self.default(Data::Scalar(Scalar::quoted(Cow::Owned(text))), span)
    }
}

/// Whether an unknown key of a section is probably the one with the word.
fn has_misspelt(node: &Node<'_>, variants: &'static Variants) -> bool {
    let is_known = |name: &str| variants.of.iter().any(|(_, one)| one.key(name).is_some());
    let mut unknown = node.entries().iter().map(|entry| &*entry.name.text);
    unknown.any(|name| !is_known(name) && key_meant(name, &[variants.key.name]).is_some())
}

fn text_of(entries: &[Entry<'_>], key: &str) -> Option<String> {
    let entry = entries.iter().find(|entry| entry.name.text == key)?;
    entry.value.text().map(str::to_owned)
}

/// Where a key is known that is not known here.
fn elsewhere(name: &str, here: &[&'static Section]) -> Option<String> {
    if let [section] = here
        && let Some(word) = variant_with(name, section)
    {
        return Some(format!("it belongs to protocol: {word}"));
    }
    let section = section_with(name, &crate::description::ROOT)?;
    Some(match section {
        "Top level" => "it belongs to the top level".to_owned(),
        section => format!("it belongs into {}", section.trim_matches('`')),
    })
}

/// The word of another variant that has the key, if the section is one of several.
fn variant_with(name: &str, section: &'static Section) -> Option<&'static str> {
    let variants = crate::description::root::UPSTREAMS.kind;
    let Kind::Map { of: Kind::Variants(variants), .. } = variants else { return None };
    let is_one = variants.of.iter().any(|(_, one)| one.name == section.name);
    let other = variants.of.iter().find(|(_, one)| one.key(name).is_some());
    other.filter(|_| is_one).map(|(word, _)| *word)
}

/// The first section that has a key of this name.
fn section_with(name: &str, section: &'static Section) -> Option<&'static str> {
    fn inside(name: &str, kind: &'static Kind) -> Option<&'static str> {
        match kind {
            Kind::Section(section) => section_with(name, section),
            Kind::List(kind) => inside(name, kind),
            Kind::Map { of, .. } => inside(name, of),
            Kind::Either(kind, section) => {
                section_with(name, section).or_else(|| inside(name, kind))
            }
            Kind::Variants(variants) => {
                variants.of.iter().find_map(|(_, section)| section_with(name, section))
            }
            _ => None,
        }
    }
    if section.key(name).is_some() {
        return Some(section.name);
    }
    section.keys.iter().find_map(|key| inside(name, &key.kind))
}
