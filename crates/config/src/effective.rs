//! The file as it counts: with everything that profiles and defaults fill in.

use std::fmt::Write as _;

use crate::description::{Kind, ROOT, Section};
use crate::values;
use crate::yaml::{Class, Data, Entry, Node, Origin, Scalar};

/// A file with every value, and behind each where it comes from. It means what the original means.
pub(crate) fn effective(file: &str, root: &Node<'_>) -> String {
    let mut text = format!("# What counts of {file}: every value, and where it comes from.\n");
    map(root, 0, &mut text);
    text
}

fn map(node: &Node<'_>, depth: usize, text: &mut String) {
    for Entry { name, value } in node.entries() {
        let indent = "  ".repeat(depth);
        let name = quoted(&name.text, true);
        let _ = write!(text, "{indent}{name}:");
        value_of(value, depth, text);
    }
}

/// What stands behind a name or a dash, with the end of its line.
fn value_of(node: &Node<'_>, depth: usize, text: &mut String) {
    match &node.data {
        Data::Scalar(scalar) => {
            let _ = writeln!(text, " {} # {}", written(scalar), origin(node));
        }
        Data::Map(entries) if entries.is_empty() => {
            let _ = writeln!(text, " {{}} # {}", origin(node));
        }
        Data::Map(_) => {
            text.push('\n');
            map(node, depth + 1, text);
        }
        Data::One(item) if matches!(item.data, Data::Scalar(_)) => value_of(item, depth, text),
        Data::One(_) | Data::List(_) => {
            text.push('\n');
            let indent = "  ".repeat(depth + 1);
            for item in node.items() {
                let _ = write!(text, "{indent}-");
                value_of(item, depth + 1, text);
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
    }
}

fn written(scalar: &Scalar<'_>) -> String {
    quoted(&scalar.written, scalar.class == Class::Text)
}

/// A text as YAML reads it again: `is_text` if it must not become a number or a boolean.
fn quoted(text: &str, is_text: bool) -> String {
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

fn value_by(node: &Node<'_>, kind: &'static Kind, text: &mut String) {
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
        Kind::Duration { .. } => {
            let duration = node.scalar().and_then(|scalar| values::duration(&scalar.written));
            let _ = write!(text, "{}s", duration.unwrap_or_default().as_secs());
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

#[cfg(test)]
mod tests;
