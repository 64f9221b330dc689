//! Guesses which key an unknown one was meant to be, and where it belongs.

use super::Checker;
use super::path::Path;
use crate::description::{Kind, Need, ROOT, Section, Variants};
use crate::problem::Problem;
use crate::quotable;
use crate::suggest::{alias_of, instead, key_meant, nearest, shares_a_word};
use crate::yaml::{Entry, Node};

/// What is said of an unknown key.
struct Guess {
    /// The key that was probably meant, which is then not missing.
    meant: Option<&'static str>,
    what: String,
    instead: String,
}

impl Checker {
    /// Refuses and removes unknown keys: a misspelt key would otherwise silently do nothing. Returns the keys
    /// that were probably meant, which are then not missing.
    pub(super) fn remove_unknown(
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
            let guess = guess(name, known, &there);
            meant.extend(guess.meant);
            let path = Path::Key(path, name).text();
            self.problems.push(Problem::new(entry.name.span, path, guess.what, guess.instead));
            false
        });
        meant
    }
}

/// The guesses, the surest first: a slip of the fingers, a path in one word, a required key of the same section with a word
/// in common, the same key of another section, any key with a word in common.
fn guess(name: &str, known: &[&'static Section], there: &[String]) -> Guess {
    let all = || known.iter().flat_map(|section| section.keys);
    let is_taken = |key: &str| there.iter().any(|name| name == key);
    let (taken, free): (Vec<_>, Vec<_>) = all().map(|key| key.name).partition(|key| is_taken(key));
    let what = match quotable(name) {
        Some(name) => format!("{name} is not a key that is known here"),
        None => "it is not a key that is known here".to_owned(),
    };
    let did_you_mean = |key: &'static str| (Some(key), format!("did you mean {key}?"));
    if let Some(key) = without_colon(name, known) {
        let (what, instead) = missing_colon(key);
        return Guess { meant: Some(key), what, instead };
    }
    let related = |is_wanted: fn(Need) -> bool| {
        let free = all().filter(|key| !is_taken(key.name) && is_wanted(key.need));
        free.map(|key| key.name).find(|key| shares_a_word(name, key))
    };
    let is_required = |need| {
        matches!(
            need,
            Need::Required(_)
                | Need::RequiredOrProfile(_)
                | Need::RequiredUnless(..)
                | Need::RequiredWith(..)
        )
    };
    let (meant, instead) = if let Some(key) = key_meant(name, &free) {
        did_you_mean(key)
    } else if let Some(key) = key_meant(name, &taken) {
        (None, format!("{key} is there already; keep one of the two"))
    } else if let Some((key, instead)) = path_in_one_word(name, known) {
        (Some(key), instead)
    } else if let Some(key) = related(is_required) {
        did_you_mean(key)
    } else if let Some(instead) = elsewhere(name, known) {
        (None, instead)
    } else if let Some(key) = related(|_| true) {
        did_you_mean(key)
    } else {
        (None, instead(name, free.into_iter()))
    };
    Guess { meant, what, instead }
}

/// What to say of a key without a colon.
pub(crate) fn missing_colon(key: &str) -> (String, String) {
    let instead = format!("write {key}: and, behind a blank, its value");
    (format!("there is no colon behind {key}"), instead)
}

/// The key that a name begins with, if a blank is behind it: YAML takes a line such as `emf { namespace: Silta }` for a key
/// with a brace in it.
fn without_colon(name: &str, known: &[&'static Section]) -> Option<&'static str> {
    let (word, _) = name.split_once([' ', '\t'])?;
    known.iter().find_map(|section| section.key(word)).map(|key| key.name)
}

/// What to write instead of `telemetry.log` or `telemetry/log`.
fn path_in_one_word(name: &str, known: &[&'static Section]) -> Option<(&'static str, String)> {
    let (first, rest) = name.split_once(['.', '/'])?;
    let key = known.iter().find_map(|section| section.key(first))?;
    let below = match &key.kind {
        Kind::Section(section) | Kind::Either(_, section) => section.key(rest)?.name,
        _ => return None,
    };
    Some((key.name, format!("write {}: and, indented below it, {below}:", key.name)))
}

/// Whether an unknown key of a section is probably the one with the word.
pub(super) fn has_misspelt(node: &Node<'_>, variants: &'static Variants) -> bool {
    let is_known = |name: &str| variants.of.iter().any(|(_, one)| one.key(name).is_some());
    let mut unknown = node.entries().iter().map(|entry| &*entry.name.text);
    unknown.any(|name| !is_known(name) && key_meant(name, &[variants.key.name]).is_some())
}

/// Whether the keys of a section are those of another variant than `word`: the word was forgotten.
pub(super) fn is_another(node: &Node<'_>, variants: &'static Variants, word: &str) -> bool {
    let knows = |(_, section): &(&str, &'static Section), name: &str| section.key(name).is_some();
    let is_only_in = |is_own: bool, name: &str| {
        let mut knowing = variants.of.iter().filter(|one| knows(one, name)).peekable();
        knowing.peek().is_some() && knowing.all(|(own, _)| (*own == word) == is_own)
    };
    let has = |is_own| node.entries().iter().any(|entry| is_only_in(is_own, &entry.name.text));
    has(false) && !has(true)
}

/// Where a key is known that is not known here: below this section rather than far away; by its own name rather than by a
/// similar one.
fn elsewhere(name: &str, here: &[&'static Section]) -> Option<String> {
    if let [section] = here
        && let Some(word) = variant_with(name, section)
    {
        return Some(format!("it belongs to protocol: {word}"));
    }
    let sections = || here.iter().copied().chain([&ROOT]);
    if let Some(section) = sections().find_map(|section| section_with(name, section)) {
        return Some(format!("it belongs {}", place(section)));
    }
    sections().find_map(|top| {
        let mut keys = vec![];
        keys_below(top, &mut keys);
        let other = alias_of(name).filter(|alias| keys.contains(alias));
        let key = other.or_else(|| nearest(name, keys.iter().copied()))?;
        let section = section_with(key, top)?;
        Some(format!("did you mean {key}? It belongs {}", place(section)))
    })
}

fn place(section: &'static Section) -> String {
    match section.name {
        "Top level" => "to the top level".to_owned(),
        "OpenID Providers" => "into an upstream with protocol: oidc".to_owned(),
        name => format!("into {}", name.replace('`', "")),
    }
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
fn section_with(name: &str, section: &'static Section) -> Option<&'static Section> {
    if section.key(name).is_some() {
        return Some(section);
    }
    below(section).into_iter().find_map(|section| section_with(name, section))
}

fn keys_below(section: &'static Section, keys: &mut Vec<&'static str>) {
    keys.extend(section.keys.iter().map(|key| key.name));
    for section in below(section) {
        keys_below(section, keys);
    }
}

/// The sections right below a section.
fn below(section: &'static Section) -> Vec<&'static Section> {
    fn inside(kind: &'static Kind, found: &mut Vec<&'static Section>) {
        match kind {
            Kind::Section(section) => found.push(section),
            Kind::List(kind) => inside(kind, found),
            Kind::Map { of, .. } => inside(of, found),
            Kind::Either(kind, section) => {
                found.push(section);
                inside(kind, found);
            }
            Kind::Variants(variants) => found.extend(variants.of.iter().map(|(_, one)| *one)),
            _ => {}
        }
    }
    let mut found = vec![];
    section.keys.iter().for_each(|key| inside(&key.kind, &mut found));
    found
}
