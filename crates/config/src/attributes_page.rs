//! The page of attributes.

use std::fmt::Write as _;

use crate::description::attributes::{SENSITIVE, TYPE};
use crate::packs::{attributes_of, names_of, openid, shipped};
use crate::page::NOTICE_OF_PACKS;
use crate::profile::{EXTENDS, PROFILES};
use crate::yaml::{self, Node};

/// `docs/reference/attributes.md`.
#[must_use]
pub fn attributes_page() -> String {
    let (title, rest) = HEAD.split_once("\n\n").unwrap_or_default();
    let mut text = format!("{title}\n\n{NOTICE_OF_PACKS}\n\n{rest}");
    let every: Vec<_> = PROFILES.iter().filter_map(|one| own_part(one.pack)).collect();
    for (profile, own) in PROFILES.iter().zip(&every) {
        let _ = writeln!(text, "\n## Profile `{}`\n\nFor {}.", profile.name, profile.sentence);
        let base = own.at(EXTENDS).and_then(Node::text);
        match (base, attributes_of(own).next().is_some()) {
            (Some(base), false) => {
                let _ = writeln!(text, "Its attributes are those of `{base}`.");
            }
            (Some(base), true) => {
                let _ = writeln!(text, "It has these, and those of `{base}`.");
                table(own, &mut text);
            }
            (None, _) => {
                if let Some(whole) = shipped(profile.name) {
                    table(&whole, &mut text);
                }
            }
        }
    }
    text.push_str("\n## OpenID Providers\n\nFor every upstream with `protocol: oidc`.\n");
    if let Some(openid) = openid() {
        table(&openid, &mut text);
    }
    text
}

/// A pack without what it extends.
fn own_part(pack: &'static str) -> Option<Node<'static>> {
    yaml::parse(pack).ok().map(|(root, _)| root)
}

fn table(pack: &Node<'_>, text: &mut String) {
    text.push_str("\n| attribute | sources | |\n| --- | --- | --- |\n");
    for (name, entry) in attributes_of(pack) {
        let sources: Vec<_> = names_of(entry).map(|one| format!("`{one}`")).collect();
        let kind = entry.at(TYPE.name).and_then(Node::text).map(|kind| format!("a `{kind}`"));
        let open = entry.at(SENSITIVE.name).map(|_| "not sensitive".to_owned());
        let more: Vec<_> = kind.into_iter().chain(open).collect();
        let _ = writeln!(text, "| `{name}` | {} | {} |", sources.join(", "), more.join(", "));
    }
}

const HEAD: &str = include_str!("page/attributes.txt");
