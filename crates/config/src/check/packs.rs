//! The packs of the profiles that a file names: ours, and those of the administrator's own.

use std::collections::HashMap;
use std::mem;

use crate::description::Need;
use crate::description::upstreams::PROFILE;
use crate::packs::{lay_over, shipped, take_extended};
use crate::problem::Problem;
use crate::profile::{self, EXTENDS, OWN};
use crate::quotable;
use crate::suggest::{instead, one_of};
use crate::yaml::{self, Data, Entry, Node, Origin, Span};

/// Reads the file of a profile by its path; what is wrong, and what to do.
pub type ReadProfile<'f> = dyn Fn(&str) -> Result<String, (String, String)> + 'f;

/// The packs, by what stands behind `profile:`.
#[derive(Default)]
pub(super) struct Packs(HashMap<String, Pack>);

/// The keys of a profile, each with where it comes from.
pub(super) struct Pack {
    /// Nothing where it cannot be known.
    pub(super) root: Option<Node<'static>>,
    /// What is wrong with its file, until it is told.
    pub(super) mistakes: Vec<FileMistake>,
}

/// What is wrong at a place of another file.
pub(super) struct FileMistake {
    what: String,
    instead: String,
    is_warning: bool,
}

impl FileMistake {
    /// A problem of the file at this path.
    pub(super) fn of(path: &str, problem: Problem) -> Self {
        let Problem { start, path: key, what, instead, is_warning, .. } = problem;
        let path = quotable(path).unwrap_or("its file");
        let key = if key.is_empty() { key } else { format!("{key}: ") };
        let what = format!("{path}:{}:{}  {key}{what}", start.line, start.column);
        Self { what, instead, is_warning }
    }

    /// The problem at the place that names the file.
    pub(super) fn at(self, span: Span, path: String) -> Problem {
        let problem = Problem::new(span, path, self.what, self.instead);
        if self.is_warning { problem.into_warning() } else { problem }
    }
}

impl Packs {
    /// Those that the upstreams of a file name, each read once.
    pub(super) fn of(root: &Node<'_>, read: &ReadProfile<'_>) -> Self {
        let mut packs = Self::default();
        let upstreams = root.at("upstreams").map(Node::entries).unwrap_or_default();
        for upstream in upstreams {
            let name = profile_of(upstream.value.entries());
            let Some(name) = name.filter(|name| !packs.0.contains_key(*name)) else { continue };
            let pack = match name.strip_prefix(OWN) {
                Some(path) => own(path, read),
                None => shipped(name).map(Pack::good),
            };
            if let Some(pack) = pack {
                packs.0.insert(name.to_owned(), pack);
            }
        }
        packs
    }

    /// The keys of a profile, if they can be known.
    pub(super) fn named(&self, name: &str) -> Option<&Node<'static>> {
        self.0.get(name)?.root.as_ref()
    }

    /// What is wrong with its file, which is told once.
    pub(super) fn take_mistakes(&mut self, name: &str) -> Vec<FileMistake> {
        self.0.get_mut(name).map(|pack| mem::take(&mut pack.mistakes)).unwrap_or_default()
    }

    /// The administrator's own, each with its path.
    pub(super) fn own(&mut self) -> impl Iterator<Item = (&str, &mut Pack)> {
        self.0.iter_mut().filter_map(|(name, pack)| Some((name.strip_prefix(OWN)?, pack)))
    }
}

impl Pack {
    fn good(root: Node<'static>) -> Self {
        Self { root: Some(root), mistakes: vec![] }
    }

    fn wrong(path: &str, problems: Vec<Problem>) -> Self {
        let mistakes = problems.into_iter().map(|one| FileMistake::of(path, one));
        Self { root: None, mistakes: mistakes.collect() }
    }
}

/// The profile of an upstream with these entries, if it can be known.
pub(super) fn profile_of<'e>(entries: &'e [Entry<'_>]) -> Option<&'e str> {
    let written = entries.iter().find(|entry| entry.name.text == PROFILE.name);
    match (written, PROFILE.need) {
        (Some(entry), _) => entry.value.text(),
        (None, Need::Default(name)) => Some(name),
        (None, _) => None,
    }
}

/// A profile in a file, on top of the one that it extends.
fn own(path: &str, read: &ReadProfile<'_>) -> Option<Pack> {
    // An empty path is refused where it stands.
    if path.is_empty() {
        return None;
    }
    let text = match read(path) {
        Ok(text) => text,
        Err((what, instead)) => {
            let mistakes = vec![FileMistake { what, instead, is_warning: false }];
            return Some(Pack { root: None, mistakes });
        }
    };
    let (root, problems) = match yaml::parse(&text) {
        Ok(parsed) => parsed,
        Err(problems) => return Some(Pack::wrong(path, problems)),
    };
    let mut root = root.into_owned();
    root.come_from(Origin::OwnProfile);
    let mut pack = Pack::wrong(path, problems);
    let base = match extended(&mut root) {
        Ok(base) => base,
        Err(problem) => {
            pack.mistakes.push(FileMistake::of(path, problem));
            return Some(pack);
        }
    };
    lay_over(&mut root, base);
    pack.root = Some(root);
    Some(pack)
}

/// The profile of ours that an own one extends. Since only ours can be extended, none extends itself.
fn extended(root: &mut Node<'static>) -> Result<Node<'static>, Problem> {
    let whole = Span { start: root.span.start, end: root.span.start };
    let known = || profile::PROFILES.iter().map(|one| one.name);
    let write_one = || format!("write {}", one_of(&known().collect::<Vec<_>>()));
    if !matches!(root.data, Data::Map(_)) {
        let instead = format!("write keys, and {EXTENDS}: with one of ours");
        return Err(Problem::new(whole, "", "it is no mapping", instead));
    }
    let Some(written) = take_extended(root) else {
        let instead = format!("add {EXTENDS}: generic, or another profile of ours");
        return Err(Problem::new(whole, "", format!("{EXTENDS} is missing"), instead));
    };
    let Some(name) = written.text() else {
        return Err(Problem::new(written.span, EXTENDS, "it is not one word", write_one()));
    };
    shipped(name).ok_or_else(|| {
        let (what, instead) = if name.starts_with(OWN) {
            ("a profile extends one of ours, never a file", write_one())
        } else {
            ("it is not a profile of ours", instead(name, known()))
        };
        Problem::new(written.span, EXTENDS, what, instead)
    })
}
