//! What holds between the keys of a section.

use std::borrow::Cow;

use super::Checker;
use super::path::Path;
use crate::description::{Rule, Section};
use crate::problem::Problem;
use crate::yaml::{Entry, Name, Node, Span};

/// Checks every rule of a section; whether the section as a whole cannot be read.
pub(super) fn apply(
    checker: &mut Checker,
    entries: &mut Vec<Entry<'_>>,
    description: &'static Section,
    meant: &[&'static str],
    place: (Span, &Path<'_>),
) -> bool {
    let mut is_wrong = false;
    for rule in description.rules {
        is_wrong |= broken(checker, entries, rule, meant, place);
    }
    is_wrong
}

fn broken(
    checker: &mut Checker,
    entries: &mut Vec<Entry<'_>>,
    rule: &Rule,
    meant: &[&'static str],
    place: (Span, &Path<'_>),
) -> bool {
    let has = |entries: &[Entry<'_>], key: &str| {
        meant.contains(&key) || entries.iter().any(|entry| entry.name.text == key)
    };
    match *rule {
        Rule::ExactlyOne { keys, what, instead } => {
            if keys.iter().filter(|key| has(entries, key)).count() != 1 {
                let span = Span { start: place.0.start, end: place.0.start };
                checker.problems.push(Problem::new(span, place.1.text(), what, instead));
                return true;
            }
        }
        Rule::OneOrOther { one, other, hint } => match (has(entries, one), has(entries, other)) {
            (true, true) => {
                refuse(
                    checker,
                    entries,
                    one,
                    place.1,
                    &format!("{other} is there too"),
                    "write one of them",
                );
            }
            (false, false) => missing(checker, entries, one, hint, place),
            (true, false) | (false, true) => {}
        },
        Rule::InPlaceOf { key, others } => {
            let is_there = has(entries, key);
            for other in others.iter().filter(|_| is_there) {
                let what = format!("{key} is there too, and says it");
                let instead = format!("leave it out, or {key}");
                refuse(checker, entries, other, place.1, &what, &instead);
            }
        }
        Rule::OneAtLeast { one, others, hint } => {
            if !has(entries, one) && !others.iter().any(|other| has(entries, other)) {
                missing(checker, entries, one, hint, place);
            }
        }
        Rule::Together { one, other, hint } => match (has(entries, one), has(entries, other)) {
            (true, false) => missing(checker, entries, other, hint, place),
            (false, true) => {
                let (what, instead) = nothing_without(one);
                refuse(checker, entries, other, place.1, &what, &instead);
            }
            (true, true) | (false, false) => {}
        },
        Rule::NothingWithout { key, other, instead } => {
            if has(entries, key) && !has(entries, other) {
                let (what, _) = nothing_without(other);
                refuse(checker, entries, key, place.1, &what, instead);
            }
        }
        Rule::NeededUnless { key, other, word, hint } => {
            let says = says(entries, other, word);
            match (has(entries, key), says) {
                (true, Some(true)) => {
                    let what = format!("{key} says nothing with {other}: {word}");
                    refuse(checker, entries, key, place.1, &what, "leave it out");
                }
                (false, Some(false)) => missing(checker, entries, key, hint, place),
                (true, Some(false) | None) | (false, Some(true) | None) => {}
            }
        }
        Rule::OneWith { keys, other, word, hint } => {
            let there: Vec<_> = keys.iter().copied().filter(|key| has(entries, key)).collect();
            match (says(entries, other, word), there.as_slice()) {
                (Some(true), []) => {
                    for key in keys.iter().take(1) {
                        missing(checker, entries, key, hint, place);
                    }
                }
                (Some(true), [first, others @ ..]) => {
                    for key in others {
                        let what = format!("{first} is there too");
                        refuse(checker, entries, key, place.1, &what, "write one of them");
                    }
                }
                (Some(false), unneeded) => {
                    for key in unneeded {
                        let what = format!("{key} says nothing without {other}: {word}");
                        refuse(checker, entries, key, place.1, &what, "leave it out");
                    }
                }
                (None, _) => {}
            }
        }
        Rule::NeededIf { key, other, word, what, instead } => {
            if !has(entries, key) && says(entries, other, word) == Some(true) {
                let span = Span { start: place.0.start, end: place.0.start };
                checker.problems.push(Problem::new(span, place.1.text(), what, instead));
                return true;
            }
        }
    }
    false
}

/// Whether a key says a word, if what it says is right.
fn says(entries: &[Entry<'_>], key: &str, word: &str) -> Option<bool> {
    let entry = entries.iter().find(|entry| entry.name.text == key)?;
    entry.value.text().map(|text| text == word)
}

fn nothing_without(one: &str) -> (String, String) {
    (format!("it says nothing without {one}"), format!("add {one}:, or leave it out"))
}

fn missing(
    checker: &mut Checker,
    entries: &mut Vec<Entry<'_>>,
    key: &'static str,
    hint: &str,
    place: (Span, &Path<'_>),
) {
    checker.missing(key, hint, place);
    let value: Node<'_> = checker.wrong(place.0);
    entries.push(Entry { name: Name { text: Cow::Borrowed(key), span: place.0 }, value });
}

fn refuse(
    checker: &mut Checker,
    entries: &mut [Entry<'_>],
    key: &str,
    path: &Path<'_>,
    what: &str,
    instead: &str,
) {
    if let Some(entry) = entries.iter_mut().find(|entry| entry.name.text == key) {
        let path = Path::Key(path, key).text();
        checker.problems.push(Problem::new(entry.name.span, path, what, instead));
        entry.value.make_wrong();
    }
}
