//! Fills in what a section leaves to its profile and to defaults.

use std::borrow::Cow;

use super::packs::profile_of;
use super::path::Path;
use super::{Checker, Scope};
use crate::description::upstreams::{OIDC, PROFILE, profile_may_say};
use crate::description::{Feature, Key, Need, Section};
use crate::packs;
use crate::problem::Problem;
use crate::yaml::{Data, Entry, Name, Node, Origin, Scalar, Span};

/// The pack of a section's profile.
#[derive(Clone)]
pub(super) enum Pack {
    /// It has no profile.
    None,
    /// Nobody knows which.
    Unknown,
    /// Its keys.
    Known(Node<'static>),
}

impl Checker {
    /// What its profile has.
    pub(super) fn pack(
        &mut self,
        entries: &[Entry<'_>],
        description: &'static Section,
        path: &Path<'_>,
    ) -> Pack {
        if description.name == OIDC.name {
            return packs::openid().map_or(Pack::None, Pack::Known);
        }
        if description.key(PROFILE.name).is_none() {
            return Pack::None;
        }
        let Some(name) = profile_of(entries) else { return Pack::Unknown };
        if let Some(entry) = entries.iter().find(|entry| entry.name.text == PROFILE.name) {
            for mistake in self.packs.take_mistakes(name) {
                let path = Path::Key(path, PROFILE.name).text();
                self.problems.push(mistake.at(entry.value.span, path));
            }
        }
        let known = self.packs.named(name);
        known.map_or(Pack::Unknown, |pack| Pack::Known(pack.clone()))
    }

    /// Fills in one key, if the file does not have it.
    pub(super) fn fill(
        &mut self,
        entries: &mut Vec<Entry<'_>>,
        key: &'static Key,
        (pack, meant): (&Pack, &[&'static str]),
        (span, path): (Span, &Path<'_>),
        scope: Scope<'_>,
    ) {
        let has = |entries: &[Entry<'_>], other: &&str| {
            meant.contains(other) || is_in_file(entries, other)
        };
        let counts = !key.of_profile_only_without.iter().any(|other| has(entries, other));
        let of_profile = match pack {
            Pack::Known(pack) if counts => pack.at(key.name),
            Pack::Known(_) | Pack::None | Pack::Unknown => None,
        };
        if let Some(written) = entries.iter_mut().find(|entry| entry.name.text == key.name) {
            if let Some(node) = of_profile.filter(|_| key.joins_profile) {
                self.join(&mut written.value, node);
            }
            return;
        }
        let value = if meant.contains(&key.name) {
            Some(self.wrong(span))
        } else if let Some(node) = of_profile {
            Some(self.copy(node, span))
        } else {
            match key.need {
                Need::Absent(_) => None,
                Need::RequiredUnless(other, _) if has(entries, &other) => None,
                Need::RequiredOrProfile(_) | Need::RequiredUnless(..)
                    if scope.profile_is_wrong && profile_may_say(key) =>
                {
                    Some(self.wrong(span))
                }
                Need::RequiredWith(feature, _) if !self.uses(feature) => None,
                Need::Required(hint)
                | Need::RequiredOrProfile(hint)
                | Need::RequiredUnless(_, hint)
                | Need::RequiredWith(_, hint) => {
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

    fn uses(&self, feature: Feature) -> bool {
        match feature {
            Feature::Saml => self.has_saml_upstream || self.has_service_providers,
            Feature::SamlUpstream => self.has_saml_upstream,
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
    fn join(&mut self, written: &mut Node<'_>, pack: &Node<'static>) {
        let span = written.span;
        let Data::Map(entries) = &mut written.data else { return };
        for entry in pack.entries() {
            if entries.iter().all(|known| known.name.text != entry.name.text) {
                let value = self.copy(&entry.value, span);
                entries.push(Entry { name: Name { span, ..entry.name.clone() }, value });
            }
        }
    }

    fn copy(&mut self, node: &Node<'static>, span: Span) -> Node<'static> {
        let mut node = node.clone();
        node.stand_at(span);
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

/// Whether the file itself has this key.
fn is_in_file(entries: &[Entry<'_>], key: &str) -> bool {
    let found = entries.iter().find(|entry| entry.name.text == key);
    found.is_some_and(|entry| matches!(entry.value.origin, Origin::File))
}
