//! Which sections have headings of their own on the reference page.

use crate::description::{Kind, Section};

/// A section has a heading if something is to be said of it as a whole.
pub(crate) fn has_heading(section: &Section) -> bool {
    !section.before.is_empty() || !section.after.is_empty()
}

/// The nearest sections below a kind that have headings.
pub(crate) fn with_headings(kind: &'static Kind) -> Vec<&'static Section> {
    match kind {
        Kind::Section(section) => headed(section),
        Kind::Either(kind, section) => {
            let mut all = with_headings(kind);
            all.extend(headed(section));
            all
        }
        Kind::List(kind) => with_headings(kind),
        Kind::Map { of, .. } => with_headings(of),
        Kind::Variants(variants) => variants.of.iter().flat_map(|(_, one)| headed(one)).collect(),
        _ => vec![],
    }
}

fn headed(section: &'static Section) -> Vec<&'static Section> {
    if has_heading(section) {
        return vec![section];
    }
    section.keys.iter().flat_map(|key| with_headings(&key.kind)).collect()
}
