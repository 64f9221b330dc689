//! Examples: those of single keys, put together.

use std::fmt::Write as _;

use crate::description::{Form, Key, Kind, ROOT, Rule, Section};
use crate::headings::with_headings;

/// The keys of a section that have examples, as the page shows them: without what has a heading of its own.
pub(crate) fn of_section(section: &'static Section) -> Option<String> {
    let mut text = String::new();
    keys(section, 0, false, &mut text);
    (!text.is_empty()).then_some(text)
}

/// A file with every key that can stand beside the others.
#[must_use]
pub fn whole() -> String {
    let mut text = String::new();
    keys(&ROOT, 0, true, &mut text);
    text
}

fn keys(section: &'static Section, depth: usize, is_whole: bool, text: &mut String) {
    for key in section.keys.iter().filter(|key| !is_excluded(key, section)) {
        let indent = "  ".repeat(depth);
        if !key.example.is_empty() {
            let _ = writeln!(text, "{indent}{}: {}", key.name, key.example);
            continue;
        }
        if !is_whole && !with_headings(&key.kind).is_empty() {
            continue;
        }
        let _ = writeln!(text, "{indent}{}:", key.name);
        below(&key.kind, depth + 1, is_whole, text);
    }
}

fn below(kind: &'static Kind, depth: usize, is_whole: bool, text: &mut String) {
    let indent = "  ".repeat(depth);
    match kind {
        Kind::Section(section) | Kind::Either(_, section) => {
            keys(section, depth, is_whole, text);
        }
        Kind::List(kind) => {
            let mut item = String::new();
            below(kind, 0, is_whole, &mut item);
            for (at, line) in item.lines().enumerate() {
                let _ = writeln!(text, "{indent}{} {line}", if at == 0 { "-" } else { " " });
            }
        }
        Kind::Map { names, of: Kind::Variants(variants) } => {
            for (word, section) in variants.of {
                let _ = writeln!(text, "{indent}{}:", name(*names, word));
                let mut inside = String::new();
                keys(section, depth + 1, is_whole, &mut inside);
                let usual = format!("{}: {}\n", variants.key.name, variants.key.example);
                let own = format!("{}: {word}\n", variants.key.name);
                text.push_str(&inside.replace(&usual, &own));
            }
        }
        Kind::Map { names, of } => {
            let _ = writeln!(text, "{indent}{}:", name(*names, ""));
            below(of, depth + 1, is_whole, text);
        }
        _ => {}
    }
}

/// Whether a key cannot stand beside one that is before it.
fn is_excluded(key: &Key, section: &Section) -> bool {
    section.rules.iter().any(|rule| match *rule {
        Rule::ExactlyOne { keys, .. } => keys.iter().skip(1).any(|other| *other == key.name),
        Rule::OneOrOther { other, .. } | Rule::InPlaceOf { key: other, .. } => other == key.name,
        Rule::OneWith { keys, other, word, .. } => {
            let says = section.key(other).is_some_and(|other| other.example == word);
            let mut others = keys.iter().skip(usize::from(says));
            others.any(|other| *other == key.name)
        }
        _ => false,
    })
}

fn name(form: Form, word: &str) -> &'static str {
    match (form, word) {
        (Form::ShortName, "saml") => "suomifi",
        (Form::ShortName, "oidc") => "op",
        (Form::ShortName, _) => "crm",
        (Form::ClientId, _) => "my-app",
        (Form::NewAttribute, _) => "employeeNumber",
        (Form::Attribute, _) => "cn",
        _ => "given_name",
    }
}
