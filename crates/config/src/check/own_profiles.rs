//! Checks the administrator's own profiles by the rules of ours.

use std::mem;

use super::packs::FileMistake;
use super::path::Path;
use super::{Checker, Scope};
use crate::description::upstreams::{SAML, profile_may_say};
use crate::problem::Problem;
use crate::yaml::{Data, Entry, Node, Origin};

impl Checker {
    /// Checks every own profile. What is wrong is kept until the place that names the file is reached.
    pub(super) fn own_profiles(&mut self) {
        let mut packs = mem::take(&mut self.packs);
        for (path, pack) in packs.own() {
            let Some(root) = &mut pack.root else { continue };
            let others = mem::take(&mut self.problems);
            self.own_profile(root);
            let found = mem::replace(&mut self.problems, others);
            pack.mistakes.extend(found.into_iter().map(|one| FileMistake::of(path, one)));
        }
        self.packs = packs;
    }

    /// What the profile below says is checked by a test, and is no guess at what was meant here.
    fn own_profile(&mut self, root: &mut Node<'static>) {
        let Data::Map(all) = &mut root.data else { return };
        let is_own = |entry: &Entry<'_>| entry.value.origin == Origin::OwnProfile;
        let (mut own, below): (Vec<_>, Vec<_>) = mem::take(all).into_iter().partition(is_own);
        own.retain(|entry| {
            let may = SAML.key(&entry.name.text).is_none_or(profile_may_say);
            if !may {
                let path = Path::Key(&Path::Root, &entry.name.text).text();
                let (what, instead) = ("a profile cannot say this", "write it in the upstream");
                self.problems.push(Problem::new(entry.name.span, path, what, instead));
            }
            may
        });
        *all = own;
        self.keys_alone(root, &SAML, &Path::Root, Scope::default());
        if let Data::Map(all) = &mut root.data {
            all.extend(below);
        }
    }
}

#[cfg(test)]
mod tests;
