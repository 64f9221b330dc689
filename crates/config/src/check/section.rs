//! Checks sections: which keys there are, what they have, and what holds between them.

use std::mem;

use super::complete::Pack;
use super::path::Path;
use super::unknown::has_misspelt;
use super::{Checker, Scope, rules, value};
use crate::description::upstreams::PROFILE;
use crate::description::{Need, Section, Variants};
use crate::yaml::{Data, Entry, Node};

impl Checker {
    /// Keys that are known, completed.
    pub(super) fn section(
        &mut self,
        node: &mut Node<'_>,
        description: &'static Section,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        let Some(mut entries) = self.entries(node, &[description], path) else { return };
        let meant = self.remove_unknown(&mut entries, &[description], path);
        let pack = if meant.contains(&PROFILE.name) {
            Pack::Unknown
        } else {
            self.pack(&entries, description, path)
        };
        let upstream = description.key("upstream").and_then(|_| text_of(&entries, "upstream"));
        let scope = Scope {
            upstream: upstream.as_deref().or(scope.upstream),
            profile_is_wrong: scope.profile_is_wrong || matches!(pack, Pack::Unknown),
            ..scope
        };
        // Claims are many, and each is filled with defaults.
        entries.reserve(description.keys.len().saturating_sub(entries.len()));
        for key in description.keys {
            self.fill(&mut entries, key, (&pack, &meant), (node.span, path), scope);
        }
        self.values(&mut entries, description, path, scope);
        let is_wrong = rules::apply(self, &mut entries, description, &meant, (node.span, path));
        node.data = if is_wrong { Data::Wrong } else { Data::Map(entries) };
    }

    /// The keys of a section that is not complete by itself.
    pub(super) fn keys_alone(
        &mut self,
        node: &mut Node<'_>,
        description: &'static Section,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        let Some(mut entries) = self.entries(node, &[description], path) else { return };
        self.remove_unknown(&mut entries, &[description], path);
        self.values(&mut entries, description, path, scope);
        node.data = Data::Map(entries);
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
        let all: Vec<_> = variants.of.iter().map(|(_, section)| *section).collect();
        let Some(mut entries) = self.entries(node, &all, path) else { return };
        self.remove_unknown(&mut entries, &all, path);
        for section in all.iter().rev() {
            let scope = Scope { profile_is_wrong: true, ..scope };
            self.values(&mut entries, section, path, scope);
        }
        node.make_wrong();
    }

    fn entries<'t>(
        &mut self,
        node: &mut Node<'t>,
        known: &[&'static Section],
        path: &Path<'_>,
    ) -> Option<Vec<Entry<'t>>> {
        match &mut node.data {
            Data::Wrong => None,
            Data::Map(entries) => Some(mem::take(entries)),
            Data::Scalar(_) | Data::List(_) | Data::One(_) => {
                let (what, instead) = value::not_a_mapping(node, &value::keys_of(known));
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
}

fn text_of(entries: &[Entry<'_>], key: &str) -> Option<String> {
    let entry = entries.iter().find(|entry| entry.name.text == key)?;
    entry.value.text().map(str::to_owned)
}
