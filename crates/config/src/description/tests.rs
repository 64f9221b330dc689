//! Every key says enough.

#![expect(clippy::expect_used, reason = "tests")]

use std::collections::BTreeSet;

use super::*;
use crate::yaml;

/// Whether a key has keys or names of its own below it, which have the examples.
fn is_open(kind: &Kind) -> bool {
    match kind {
        Kind::Section(_) | Kind::Map { .. } => true,
        Kind::List(kind) => is_open(kind),
        _ => false,
    }
}

#[test]
fn every_key_has_a_sentence_an_example_and_what_holds_without_it() {
    for section in every_section() {
        let mut names = BTreeSet::new();
        for key in section.keys {
            let place = format!("{} in {}", key.name, section.name);
            assert!(names.insert(key.name), "{place} is there twice");
            assert!(key.sentence.ends_with('.'), "{place} has no sentence");
            assert!(is_open(&key.kind) || !key.example.is_empty(), "{place} has no example");
            match key.need {
                Need::Required(hint)
                | Need::RequiredOrProfile(hint)
                | Need::RequiredUnless(_, hint)
                | Need::RequiredWith(_, hint) => {
                    assert!(!hint.is_empty(), "{place} does not say what to add");
                }
                Need::Default(text) | Need::Derived(text) => {
                    assert!(!text.is_empty(), "{place} has no default");
                }
                Need::Absent(_) => {}
            }
        }
    }
}

#[test]
fn every_word_is_there_once_and_every_default_and_example_is_right() {
    for section in every_section() {
        for key in section.keys {
            let place = format!("{} in {}", key.name, section.name);
            if let Kind::Choice(words) = key.kind {
                let words = words();
                let all: BTreeSet<_> = words.iter().map(|(word, _)| *word).collect();
                assert_eq!(all.len(), words.len(), "{place} has a word twice");
            }
            let default = if let Need::Default(text) = key.need { text } else { "" };
            for text in [default, key.example].into_iter().filter(|text| !text.is_empty()) {
                let written = format!("{}: {text}", key.name);
                let (mut node, problems) = yaml::parse(&written).expect("YAML");
                assert_eq!(problems, [], "{place}: {text}");
                // The names that examples refer to are not there.
                let unknown = |problem: &crate::Problem| {
                    problem.what.contains("is not in the attribute dictionary")
                        || problem.what.contains("is not the name of an upstream")
                        || problem.what.contains("is not the name of a client")
                };
                let problems = crate::check::check_pack(&mut node, section);
                let wrong: Vec<_> = problems.iter().filter(|one| !unknown(one)).collect();
                assert!(wrong.is_empty(), "{place}: {text}: {wrong:?}");
            }
        }
    }
}

#[test]
fn rules_name_keys_of_their_section() {
    for section in every_section() {
        let keys = section.rules.iter().flat_map(|rule| match *rule {
            Rule::ExactlyOne { keys, .. } => keys.to_vec(),
            Rule::OneWith { keys, other, .. } => keys.iter().chain([&other]).copied().collect(),
            Rule::InPlaceOf { key, others } => [key].iter().chain(others).copied().collect(),
            Rule::OneAtLeast { one, others, .. } => [one].iter().chain(others).copied().collect(),
            Rule::OneOrOther { one, other, .. } | Rule::Together { one, other, .. } => {
                vec![one, other]
            }
            Rule::NothingWithout { key, other, .. }
            | Rule::NeededUnless { key, other, .. }
            | Rule::NeededIf { key, other, .. } => {
                vec![key, other]
            }
        });
        for key in keys {
            assert!(section.key(key).is_some(), "{} has no key {key}", section.name);
        }
    }
}
