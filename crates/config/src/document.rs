//! A file that was checked and completed.

use crate::changes::{self, Change};
use crate::check::{self, ReadProfile};
use crate::description::ROOT;
use crate::effective::{self, People};
use crate::outline::Outline;
use crate::problem::{Problem, Problems};
use crate::read::{Reading, Section, outcome};
use crate::yaml::{self, Node};

/// A configuration file, checked against the description and completed by profiles and defaults.
#[derive(Debug)]
pub struct Document<'t> {
    file: String,
    root: Node<'t>,
    problems: Vec<Problem>,
}

impl<'t> Document<'t> {
    /// Reads the text of a file that names no profile by a file.
    ///
    /// # Errors
    /// [`Problems`] when it is no YAML.
    pub fn parse(file: &str, text: &'t str) -> Result<Self, Problems> {
        let nowhere = |_: &str| {
            let what = "a profile in a file is not read here".to_owned();
            Err((what, "write its keys in the upstream".to_owned()))
        };
        Self::parse_with(file, text, &nowhere)
    }

    /// Reads the text of a file. `read` gives the text of a profile of the administrator's by its path, or what is wrong
    /// with it and what to do.
    ///
    /// # Errors
    /// [`Problems`] when it is no YAML.
    pub fn parse_with(file: &str, text: &'t str, read: &ReadProfile<'_>) -> Result<Self, Problems> {
        let (mut root, mut problems) =
            yaml::parse(text).map_err(|problems| Problems::new(file, problems))?;
        problems.extend(check::check(&mut root, &ROOT, read));
        Ok(Self { file: file.to_owned(), root, problems })
    }

    /// Reads it into the program's types; returns the warnings too.
    ///
    /// # Errors
    /// [`Problems`]: every one, at once.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&Section<'_>) -> Option<T>,
    ) -> Result<(T, Problems), Problems> {
        let reading = Reading::of(&self.root);
        let found = reading.root().section_of(&ROOT).and_then(|root| read(&root));
        let problems = self.problems.iter().cloned().chain(reading.take_problems()).collect();
        outcome(&self.file, found, problems)
    }

    /// The section and name of each key that `read` asks for.
    #[cfg(debug_assertions)]
    pub fn asked<T>(
        &self,
        read: impl FnOnce(&Section<'_>) -> Option<T>,
    ) -> std::collections::BTreeSet<(&'static str, &'static str)> {
        let reading = Reading::noting(&self.root);
        let _ = reading.root().section_of(&ROOT).and_then(|root| read(&root));
        reading.asked()
    }

    /// The file as it counts, with everything that profiles and defaults fill in, and where each value comes from.
    /// It is meant for a file without mistakes, and is one itself where nobody is left out.
    #[must_use]
    pub fn effective(&self, people: People) -> String {
        effective::effective(&self.file, &self.root, people)
    }

    /// All that counts, in one form: two files with the same mean the same.
    #[must_use]
    pub fn meaning(&self) -> String {
        effective::meaning(&self.root)
    }

    /// The places at which `after` means something else, in their order.
    #[must_use]
    pub fn changes(&self, after: &Document<'_>) -> Vec<Change> {
        changes::changes(&changes::places(&self.root), &changes::places(&after.root))
    }

    /// What stands at a place and below it means, in one form; nothing where nothing stands there. It has values.
    #[must_use]
    pub fn meaning_at(&self, place: &[&str]) -> String {
        let all = changes::places(&self.root).into_iter();
        let is_there =
            |one: &[String]| place.len() <= one.len() && place.iter().zip(one).all(|(a, b)| a == b);
        all.filter(|(one, _)| is_there(one)).map(|(_, meaning)| meaning).collect()
    }

    /// Its places, each with the `fingerprint` of the place and what it means, to be compared where the file is not.
    #[must_use]
    pub fn outline(&self, fingerprint: &dyn Fn(&[String], &str) -> String) -> Outline {
        Outline::of(&changes::places(&self.root), fingerprint)
    }

    /// Every text at a place or below it: a section, then a key in it, and so on.
    #[must_use]
    pub fn texts_at(&self, place: &[&str]) -> Vec<&str> {
        let found = place.iter().try_fold(&self.root, |node, name| node.at(name));
        found.map_or_else(Vec::new, Node::texts)
    }

    /// The text of a key of the top level.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.root.at(key)?.text()
    }
}
