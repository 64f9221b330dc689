//! Genes as XML.

use std::fmt::Write as _;

use silta_saml::namespace::{DS, SAML, SAMLP, XENC};

use crate::genes::{Genes, Leaf, Tag};

/// The elements of the genes in so many octets, at a place where any element may stand.
pub(crate) fn written(genes: &Genes, room: usize) -> String {
    let mut out = String::with_capacity(room + 4_096);
    let mut ends = vec![];
    let mut scope: Vec<String> = vec![];
    let mut number = 0;
    for _ in 0..genes.depth {
        let (start, name) = start(&genes.around, &mut scope, &mut number);
        let taken = out.len() + start.len() + ends.iter().map(String::len).sum::<usize>();
        if taken + name.len() + 4 > room {
            break;
        }
        out.push_str(&start);
        out.push('>');
        ends.push(format!("</{name}>"));
    }
    let room = room.saturating_sub(ends.iter().map(String::len).sum());
    let outer = scope.len();
    'full: loop {
        for leaf in &genes.leaves {
            let text = element(leaf, &mut scope, &mut number);
            scope.truncate(outer);
            if out.len() + text.len() > room {
                break 'full;
            }
            out.push_str(&text);
        }
    }
    while let Some(end) = ends.pop() {
        out.push_str(&end);
    }
    out
}

fn element(leaf: &Leaf, scope: &mut Vec<String>, number: &mut usize) -> String {
    let (mut out, name) = start(&leaf.tag, scope, number);
    if leaf.id {
        let _ = write!(out, " Id=\"i{number}\"");
    }
    if leaf.text_length == 0 && leaf.short {
        out.push_str("/>");
    } else {
        let _ = write!(out, ">{}</{name}>", leaf.text.repeat(leaf.text_length));
    }
    out
}

/// A start tag without its end, and its name. The prefixes of the scope are as long and as equal as
/// the genes say: they differ at their end.
fn start(tag: &Tag, scope: &mut Vec<String>, number: &mut usize) -> (String, String) {
    *number += 1;
    let from = scope.len();
    let prefix = |at: usize| {
        let own = if tag.distinct { *number } else { 0 };
        format!("{}{}", "p".repeat(tag.prefix), own * 64 + at)
    };
    scope.extend((0..tag.declared).map(prefix));
    let bare = format!("{}{}", tag.name, "n".repeat(tag.name_length));
    let name = match scope.get(scope.len().saturating_sub(1 + *number % scope.len().max(1))) {
        Some(prefix) if tag.qualified && tag.name == "a" => format!("{prefix}:{bare}"),
        _ => bare,
    };
    let mut out = format!("<{name}");
    let known = match tag.name.split_once(':').map_or("", |(prefix, _)| prefix) {
        "saml" => SAML,
        "samlp" => SAMLP,
        "ds" => DS,
        "xenc" => XENC,
        _ => "",
    };
    if let (Some((prefix, _)), false) = (tag.name.split_once(':'), known.is_empty()) {
        let _ = write!(out, " xmlns:{prefix}=\"{known}\"");
    }
    for prefix in &scope[from..] {
        let _ = write!(out, " xmlns:{prefix}=\"u:{}\"", "u".repeat(tag.uri));
    }
    let filling = if tag.value.contains('<') { "x" } else { tag.value };
    // All together not much longer than a message may be.
    let most = 100_000 / tag.attributes.max(1);
    for at in 0..tag.attributes {
        let name = format!("{}{at}", "t".repeat(tag.attribute_length.min(most)));
        let value = filling.repeat(tag.value_length.min(most / filling.len()));
        let quote = if value.contains('"') { '\'' } else { '"' };
        match scope.get(at % scope.len().max(1)) {
            Some(prefix) if tag.qualified => {
                let _ = write!(out, " {prefix}:{name}={quote}{value}{quote}");
            }
            _ => _ = write!(out, " {name}={quote}{value}{quote}"),
        }
    }
    (out, name)
}
