//! Checks a tree against the description, and completes it: what is wrong becomes a reported mistake, and what the
//! file leaves to a profile or a default is filled in. What is left is what the program reads.

mod complete;
mod duration;
mod mistake;
mod names;
mod operator;
mod own_profiles;
mod packs;
mod path;
mod rules;
mod section;
mod unknown;
mod value;

use std::collections::HashSet;

use crate::description::{Form, Kind, Need, Section, upstreams};
use crate::problem::Problem;
use crate::suggest::{nearest, one_of};
use crate::yaml::{self, Data, Node, Span};
use names::Names;
use packs::Packs;
pub use packs::ReadProfile;
use path::Path;
pub(crate) use path::join;
pub(crate) use unknown::missing_colon;

/// Checks and completes a whole file. The profiles that it names by files are read.
pub(crate) fn check(
    root: &mut Node<'_>,
    description: &'static Section,
    read: &ReadProfile<'_>,
) -> Vec<Problem> {
    let mut checker = Checker::of(root, Packs::of(root, read));
    checker.own_profiles();
    checker.section(root, description, &Path::Root, Scope::default());
    checker.problems
}

/// Checks the keys that a profile has, of which none is required.
#[cfg(test)]
pub(crate) fn check_pack(pack: &mut Node<'_>, description: &'static Section) -> Vec<Problem> {
    let mut checker = Checker::of(pack, Packs::default());
    checker.keys_alone(pack, description, &Path::Root, Scope::default());
    checker.problems
}

/// What the checking of a file knows and has found.
struct Checker {
    names: Names,
    public_url: Option<String>,
    has_saml_upstream: bool,
    has_service_providers: bool,
    packs: Packs,
    problems: Vec<Problem>,
    next_id: u32,
}

/// What the sections around a value say about it.
#[derive(Debug, Clone, Copy, Default)]
struct Scope<'s> {
    /// The administrator's name of the section.
    name: Option<&'s str>,
    /// The upstream whose levels count.
    upstream: Option<&'s str>,
    /// Whether the profile of the section cannot be known, so that nothing in it can be missing.
    profile_is_wrong: bool,
}

impl Checker {
    fn of(root: &Node<'_>, packs: Packs) -> Self {
        let names = Names::of(root, &packs);
        let public_url = root.at("public_url").and_then(Node::text).map(str::to_owned);
        let upstreams = root.at("upstreams").map(Node::entries).unwrap_or_default();
        Self {
            names,
            public_url,
            has_saml_upstream: upstreams.iter().any(|one| is_saml(&one.value)),
            has_service_providers: root.at("service_providers").is_some(),
            packs,
            problems: vec![],
            // The root was finished last, so that no number is higher.
            next_id: root.id,
        }
    }

    /// Checks a value, and what is below it.
    fn value(
        &mut self,
        node: &mut Node<'_>,
        kind: &'static Kind,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        match kind {
            Kind::List(of) => self.list(node, of, path, scope),
            Kind::Map { names, of } => self.map(node, *names, of, path, scope),
            Kind::Section(section) => self.section(node, section, path, scope),
            Kind::Either(other, section) => match node.data {
                Data::Map(_) => self.section(node, section, path, scope),
                Data::Scalar(_) | Data::List(_) | Data::One(_) | Data::Wrong => {
                    self.value_or_section(node, (other, section), path, scope);
                }
            },
            Kind::Variants(variants) => self.variants(node, variants, path, scope),
            Kind::Operator => self.operator(node, path),
            Kind::Text(_)
            | Kind::Boolean
            | Kind::Duration { .. }
            | Kind::Size { .. }
            | Kind::Number { .. }
            | Kind::Constant
            | Kind::Choice(_)
            | Kind::Reference(_) => {
                if let Err((what, instead)) = value::judge(node, kind, &self.names, scope) {
                    self.refuse(node, path, what, instead);
                }
            }
        }
    }

    /// A value in the place of a section that says more. Whoever wrote another word meant the section.
    fn value_or_section(
        &mut self,
        node: &mut Node<'_>,
        (other, section): (&'static Kind, &'static Section),
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        if let (Kind::Choice(words), Some(written)) = (other, node.text()) {
            let words: Vec<_> = words().into_iter().map(|(word, _)| word).collect();
            if !words.contains(&written) && nearest(written, words.iter().copied()).is_none() {
                let instead =
                    format!("write {}, or {}", one_of(&words), value::keys_of(&[section]));
                let what = "it is not a word that is known here".to_owned();
                return self.refuse(node, path, what, instead);
            }
        }
        self.value(node, other, path, scope);
    }

    /// A list; a single value becomes a list of one.
    fn list(&mut self, node: &mut Node<'_>, of: &'static Kind, path: &Path<'_>, scope: Scope<'_>) {
        if let Data::Scalar(scalar) = &node.data
            && scalar.class == yaml::Class::Null
        {
            return self.refuse(node, path, "it is empty".into(), "write a list: [..]".into());
        }
        match &mut node.data {
            Data::Wrong => {}
            Data::List(items) if items.is_empty() => {
                self.refuse(node, path, "the list is empty".into(), "write at least one".into());
            }
            Data::List(items) => {
                self.warn_of_repeated(items, path);
                for (at, item) in items.iter_mut().enumerate() {
                    self.value(item, of, &Path::Item(path, at), scope);
                }
            }
            Data::One(item) => self.value(item, of, path, scope),
            Data::Scalar(_) | Data::Map(_) => {
                let mut item = node.clone();
                item.id = self.new_id();
                self.value(&mut item, of, path, scope);
                node.data = Data::One(Box::new(item));
            }
        }
    }

    /// What stands in a list twice does nothing the second time: something else was meant.
    fn warn_of_repeated<'n>(&mut self, items: &'n [Node<'_>], path: &Path<'_>) {
        let written = |item: &'n Node<'_>| item.scalar().map(|scalar| &*scalar.written);
        let mut seen = HashSet::new();
        for (at, item) in items.iter().enumerate() {
            let Some(text) = written(item) else { continue };
            let is_there = if items.len() <= FEW {
                items.iter().take(at).any(|other| written(other) == Some(text))
            } else {
                !seen.insert(text)
            };
            if is_there {
                let path = Path::Item(path, at).text();
                let (what, instead) = ("it stands in this list twice", "keep one of the two");
                self.problems.push(Problem::new(item.span, path, what, instead).into_warning());
            }
        }
    }

    /// The administrator's own names.
    fn map(
        &mut self,
        node: &mut Node<'_>,
        names: Form,
        of: &'static Kind,
        path: &Path<'_>,
        scope: Scope<'_>,
    ) {
        let Data::Map(entries) = &mut node.data else {
            if !node.is_wrong() {
                let (what, instead) = value::not_a_mapping(node, names_of(names));
                self.refuse(node, path, what, instead);
            }
            return;
        };
        if entries.is_empty() && names != Form::ClaimName {
            return self.refuse(node, path, "it is empty".into(), "write at least one".into());
        }
        for entry in entries {
            // Who it is may be told by the name.
            let shown = if names == Form::Personal { "…" } else { &*entry.name.text };
            let path = Path::Key(path, shown);
            if let Err((what, instead)) = value::judge_name(&entry.name.text, names, &self.names) {
                self.problems.push(Problem::new(entry.name.span, path.text(), what, instead));
            }
            let name = Some(&*entry.name.text);
            let scope = match names {
                Form::Upstream => Scope { upstream: name, ..scope },
                _ => Scope { name, ..scope },
            };
            self.value(&mut entry.value, of, &path, scope);
        }
    }

    fn refuse(&mut self, node: &mut Node<'_>, path: &Path<'_>, what: String, instead: String) {
        self.problems.push(Problem::new(node.span, path.text(), what, instead));
        node.make_wrong();
    }

    fn new_id(&mut self) -> u32 {
        self.next_id = self.next_id.saturating_add(1);
        self.next_id
    }

    /// A reported mistake where a value would be.
    fn wrong(&mut self, span: Span) -> Node<'static> {
        Node { id: self.new_id(), span, origin: yaml::Origin::File, data: Data::Wrong }
    }
}

/// Whether an upstream is one by SAML; one whose protocol cannot be read, or was forgotten, counts as none.
fn is_saml(upstream: &Node<'_>) -> bool {
    let protocol = &upstreams::PROTOCOL;
    match (upstream.at(protocol.name), protocol.need) {
        (Some(word), _) => word.text() == Some("saml"),
        (None, Need::Default(word)) => {
            let variants = &upstreams::VARIANTS;
            word == "saml"
                && !unknown::has_misspelt(upstream, variants)
                && !unknown::is_another(upstream, variants, word)
        }
        (None, _) => false,
    }
}

/// What a mapping with the administrator's own names has.
fn names_of(names: Form) -> &'static str {
    match names {
        Form::ClaimName => "names, each with an attribute: { email: mail }",
        Form::Language => "languages, each with its text: { fi: .., sv: .., en: .. }",
        Form::Uri => "names, each with its values",
        Form::Any => "names, each with its text: { whr: example.org }",
        Form::ClientId => "client ids, each with its keys indented below",
        _ => "names, each with its keys indented below",
    }
}

/// Up to here looking costs less than a set.
const FEW: usize = 16;

#[cfg(test)]
mod tests;
