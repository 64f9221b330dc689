//! The file as it counts: with everything that profiles and defaults fill in.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::description::{Form, Kind, ROOT, Section};
use crate::values;
use crate::yaml::{Class, Data, Entry, Node, Origin, Scalar};

/// What becomes of values that may say something about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// They are left out, and a reader refuses what stands in their place: the text is for eyes.
    LeftOut,
    /// They stand there as in the file: the text is a file that means the same, and as confidential.
    Whole,
}

/// A file with every value, and behind each where it comes from.
pub(crate) fn effective(file: &str, root: &Node<'_>, people: People) -> String {
    let mut text = format!("# What counts of {file}: every value, and where it comes from.\n");
    let mut hidden = BTreeSet::new();
    if people == People::LeftOut {
        personal(root, &Kind::Section(&ROOT), &mut hidden);
    }
    map(root, 0, &hidden, &mut text);
    text
}

/// The ids of values that may say something about a person.
fn personal(node: &Node<'_>, kind: &Kind, found: &mut BTreeSet<u32>) {
    let mut in_section = |section: &Section| {
        for key in section.keys {
            if let Some(value) = node.at(key.name) {
                personal(value, &key.kind, found);
            }
        }
    };
    match kind {
        Kind::Section(section) => in_section(section),
        Kind::Either(other, section) => match node.data {
            Data::Map(_) => in_section(section),
            _ => personal(node, other, found),
        },
        Kind::Variants(variants) => variants.of.iter().for_each(|(_, one)| in_section(one)),
        Kind::List(of) => node.items().iter().for_each(|item| personal(item, of, found)),
        // Who is in a table is told by its names.
        Kind::Text(Form::Personal) | Kind::Map { names: Form::Personal, .. } => {
            found.insert(node.id);
        }
        Kind::Map { of, .. } => {
            node.entries().iter().for_each(|entry| personal(&entry.value, of, found));
        }
        _ => {}
    }
}

fn map(node: &Node<'_>, depth: usize, hidden: &BTreeSet<u32>, text: &mut String) {
    for Entry { name, value } in node.entries() {
        let indent = "  ".repeat(depth);
        let name = quoted(&name.text, true);
        let _ = write!(text, "{indent}{name}:");
        value_of(value, depth, hidden, text);
    }
}

/// What stands behind a name or a dash, with the end of its line.
fn value_of(node: &Node<'_>, depth: usize, hidden: &BTreeSet<u32>, text: &mut String) {
    match &node.data {
        Data::Scalar(_) | Data::Map(_) if hidden.contains(&node.id) => {
            let _ = writeln!(
                text,
                " \"{LEFT_OUT}\" # {}, left out: it may say something about a person",
                origin(node)
            );
        }
        Data::Scalar(scalar) => {
            let _ = writeln!(text, " {} # {}", written(scalar), origin(node));
        }
        Data::Map(entries) if entries.is_empty() => {
            let _ = writeln!(text, " {{}} # {}", origin(node));
        }
        Data::Map(_) => {
            text.push('\n');
            map(node, depth + 1, hidden, text);
        }
        Data::One(item) if matches!(item.data, Data::Scalar(_)) => {
            value_of(item, depth, hidden, text);
        }
        Data::One(_) | Data::List(_) => {
            text.push('\n');
            let indent = "  ".repeat(depth + 1);
            for item in node.items() {
                let _ = write!(text, "{indent}-");
                value_of(item, depth + 1, hidden, text);
            }
        }
        // Nothing is printed of a file with mistakes.
        Data::Wrong => text.push('\n'),
    }
}

fn origin(node: &Node<'_>) -> String {
    match node.origin {
        Origin::File => format!("line {}", node.span.start.line),
        Origin::Default => "default".to_owned(),
        Origin::Profile(name) => format!("profile {name}"),
        Origin::OwnProfile => "own profile".to_owned(),
    }
}

fn written(scalar: &Scalar<'_>) -> String {
    match scalar.class {
        Class::Boolean(_) | Class::Integer(_) => scalar.written.to_string(),
        Class::Text | Class::Float | Class::Null => quoted(&scalar.written, true),
    }
}

/// A text as YAML reads it again: `is_text` if it must not become a number or a boolean.
pub(crate) fn quoted(text: &str, is_text: bool) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./-:".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    let is_plain =
        begins && text.chars().all(plain) && !text.ends_with(':') && !text.contains(": ");
    let kept = Scalar::plain(text.into()).text().is_some() == is_text;
    if is_plain && kept {
        return text.to_owned();
    }
    // JSON's strings are YAML's [YAML 1.2.2 §1.3].
    serde_json::Value::from(text).to_string()
}

/// All that counts, in one form: two files with the same mean the same.
pub(crate) fn meaning(root: &Node<'_>) -> String {
    let mut text = String::new();
    section(root, &ROOT, &mut text);
    text
}

fn section(node: &Node<'_>, description: &'static Section, text: &mut String) {
    text.push('{');
    for key in description.keys {
        if let Some(value) = node.at(key.name) {
            let _ = write!(text, "{}:", key.name);
            value_by(value, &key.kind, text);
            text.push(',');
        }
    }
    text.push('}');
}

/// What a value means, in one form.
pub(crate) fn value_by(node: &Node<'_>, kind: &'static Kind, text: &mut String) {
    match kind {
        Kind::Section(description) => section(node, description, text),
        Kind::Either(kind, description) => match node.data {
            Data::Map(_) => section(node, description, text),
            _ => value_by(node, kind, text),
        },
        Kind::Variants(variants) => {
            let word = node.at(variants.key.name).and_then(Node::text);
            if let Some((_, one)) = variants.of.iter().find(|(known, _)| Some(*known) == word) {
                section(node, one, text);
            }
        }
        Kind::List(kind) => {
            text.push('[');
            for item in node.items() {
                value_by(item, kind, text);
                text.push(',');
            }
            text.push(']');
        }
        Kind::Map { of, .. } => {
            text.push('{');
            for entry in node.entries() {
                let _ = write!(text, "{}:", serde_json::Value::from(&*entry.name.text));
                value_by(&entry.value, of, text);
                text.push(',');
            }
            text.push('}');
        }
        Kind::Operator => any(node, text),
        Kind::Duration { .. } => {
            if let Some(scalar) = node.scalar() {
                let _ = match values::duration(&scalar.written) {
                    Some(duration) => write!(text, "{}s", duration.as_secs()),
                    None => write!(text, "{}", serde_json::Value::from(&*scalar.written)),
                };
            }
        }
        _ => {
            if let Some(scalar) = node.scalar() {
                let _ = match scalar.class {
                    Class::Boolean(value) => write!(text, "{value}"),
                    Class::Integer(value) => write!(text, "{value}"),
                    _ => write!(text, "{}", serde_json::Value::from(&*scalar.written)),
                };
            }
        }
    }
}

/// What has no description of its own, as it is written.
fn any(node: &Node<'_>, text: &mut String) {
    match &node.data {
        Data::Map(entries) => {
            text.push('{');
            for entry in entries {
                let _ = write!(text, "{}:", serde_json::Value::from(&*entry.name.text));
                any(&entry.value, text);
                text.push(',');
            }
            text.push('}');
        }
        Data::Scalar(scalar) => {
            let _ = write!(text, "{}", serde_json::Value::from(&*scalar.written));
        }
        Data::List(_) | Data::One(_) | Data::Wrong => {}
    }
}

/// What stands in the place of a value that is left out.
pub(crate) const LEFT_OUT: &str = "…";

#[cfg(test)]
mod tests;
