//! The reference page.

use std::fmt::Write as _;

use silta_mapping::{Field, Operator};

use crate::description::upstreams::{PROFILE_NAMES, profile_may_say};
use crate::description::{Form, Key, Kind, Need, ROOT, Section, section_of};
use crate::example;
use crate::headings::{has_heading, with_headings};
use crate::packs;
use crate::profile::PROFILES;
use crate::secrets::SCHEMES;
use crate::values::shown_duration;
use crate::yaml::Data;

/// `docs/reference/configuration.md`.
#[must_use]
pub fn page() -> String {
    let mut page = Page { text: format!("# Configuration\n\n{NOTICE}\n\n"), done: vec![] };
    page.text.push_str(&HEAD.replace("SCHEMES", &schemes()));
    page.section(&ROOT, 2);
    page.operators();
    page.text
}

struct Page {
    text: String,
    done: Vec<&'static str>,
}

impl Page {
    /// A heading, a table, an example; then the sections below that have headings of their own.
    fn section(&mut self, section: &'static Section, level: usize) {
        if self.done.contains(&section.name) {
            return;
        }
        self.done.push(section.name);
        self.line(&format!("\n{} {}\n", "#".repeat(level), section.name));
        if !section.before.is_empty() {
            self.line(&format!("{}\n", section.before));
        }
        self.line("| key | | default |\n| --- | --- | --- |");
        self.rows(section, "");
        if let Some(example) = example::of_section(section) {
            self.line(&format!("\n```yaml\n{}\n```", example.trim_end()));
        }
        if !section.after.is_empty() {
            self.line(&format!("\n{}", section.after));
        }
        for below in section.keys.iter().flat_map(|key| with_headings(&key.kind)) {
            self.section(below, if level == 2 && section.name == ROOT.name { 2 } else { 3 });
        }
    }

    fn rows(&mut self, section: &'static Section, above: &str) {
        for key in section.keys {
            let name = format!("{above}{}", key.name);
            let (sentence, default) = (sentence(key), default(key));
            self.line(&format!("| `{name}` | {sentence} | {default} |"));
            if let Some(below) = section_of(&key.kind)
                && !has_heading(below)
                && with_headings(&key.kind).is_empty()
            {
                let item = if matches!(key.kind, Kind::List(_)) { "[]." } else { "." };
                self.rows(below, &format!("{name}{item}"));
            }
        }
    }

    /// What each operator does with a value, an empty one, and several.
    fn operators(&mut self) {
        self.line("\n### Operators\n");
        self.line(OPERATORS);
        self.line(
            "| operator | of each value | an empty one | several |\n| --- | --- | --- | --- |",
        );
        for one in Operator::all() {
            let Operator { example, sentence, empty, several, fields, .. } = *one;
            let field = |field: &Field| format!(" `{}`: {}", field.name, field.sentence);
            let fields: String = fields.iter().map(field).collect();
            let example = example.replace('|', "\\|");
            self.line(&format!("| `{example}` | {sentence}{fields} | {empty} | {several} |"));
        }
    }

    fn line(&mut self, line: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{line}");
    }
}

/// What a key is for, and what it takes.
pub(crate) fn sentence(key: &Key) -> String {
    let mut text = key.sentence.to_owned();
    if let Some(more) = values_of(&key.kind) {
        let _ = write!(text, " {more}");
    }
    text
}

fn values_of(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Duration { least: 0, most } => format!("Up to `{}`.", shown_duration(*most)),
        Kind::Duration { least, most } => {
            format!("From `{}` to `{}`.", shown_duration(*least), shown_duration(*most))
        }
        Kind::Size { least, most } => format!("From `{least}KiB` to `{most}KiB`."),
        Kind::Text(Form::Profile) => {
            let words = values_of(&PROFILE_NAMES)?;
            let own = "`file:PATH`: [one of your own](../how-to/connect-a-saml-idp.md#a-profile-of-your-own)";
            format!("{}; {own}.", words.strip_suffix('.')?)
        }
        Kind::Choice(words) => {
            let words = words();
            let word = |(word, sentence): &(&str, &str)| match *sentence {
                "" => format!("`{word}`"),
                sentence => format!("`{word}`: {sentence}"),
            };
            let between = if words.iter().any(|(_, one)| !one.is_empty()) { "; " } else { ", " };
            format!("{}.", words.iter().map(word).collect::<Vec<_>>().join(between))
        }
        Kind::List(kind) | Kind::Either(kind, _) => values_of(kind)?,
        _ => return None,
    })
}

fn default(key: &Key) -> String {
    let own = match key.need {
        Need::Required(_) => "required".to_owned(),
        Need::RequiredOrProfile(_) => return "by profile, or required".to_owned(),
        Need::RequiredUnless(other, _) if profile_may_say(key) => {
            return format!("by profile or `{other}`, or required");
        }
        Need::RequiredUnless(other, _) => return format!("by `{other}`, or required"),
        Need::RequiredWith(feature, _) => feature.needs().to_owned(),
        Need::Default("{}") => String::new(),
        Need::Default(text) => format!("`{text}`"),
        Need::Derived(template) => {
            format!(
                "`{}`",
                template.replace("{public_url}", "PUBLIC_URL").replace("{name}", "NAME")
            )
        }
        Need::Absent(words) => words.to_owned(),
    };
    let every = PROFILES.iter().filter_map(|one| packs::shipped(one.name));
    if is_in_packs(key) && every.clone().all(|pack| pack.at(key.name).is_some()) {
        return own;
    }
    let of_profiles = PROFILES.iter().filter_map(|profile| {
        let pack = packs::shipped(profile.name)?;
        let value = pack.at(key.name)?;
        let name = profile.name;
        Some(match &value.data {
            // What it has in it would fill a table of its own.
            Data::Map(_) | Data::Wrong => format!("; by {name}"),
            Data::Scalar(scalar) => format!("; {name} `{}`", scalar.written),
            Data::List(_) | Data::One(_) => {
                let items = value.items();
                let items: Option<Vec<_>> = items.iter().map(|item| item.text()).collect();
                format!("; {name} `{}`", items?.join(", "))
            }
        })
    });
    // The test key of both protocols, and what a pack says of a SAML upstream alone, have one table each.
    if is_in_packs(key) { own + &of_profiles.collect::<String>() } else { own }
}

/// Whether packs may speak of this key: those of a SAML upstream alone.
fn is_in_packs(key: &Key) -> bool {
    let known = crate::description::upstreams::SAML.key(key.name);
    known.is_some_and(|known| known.sentence == key.sentence)
}

fn schemes() -> String {
    let row = |one: &crate::secrets::Scheme| format!("| `{}` | {} |", one.form, one.sentence);
    SCHEMES.iter().map(row).collect::<Vec<_>>().join("\n")
}

const NOTICE: &str = "<!-- Generated from the description of the keys, crates/config/src/description: `./just reference` writes it. -->";
/// What stands above a page that is written from the packs.
pub(crate) const NOTICE_OF_PACKS: &str = "<!-- Generated from the profiles, crates/config/src/profiles: `./just reference` writes it. -->";
const OPERATORS: &str = "What `then` may have in it. Of an operator with one field the value of that alone may be written. \
Operators work on texts, in the order of the file; `date`, `boolean`, `integer` and `json` say what type the claim has, so \
that only `first` can follow them.\n";
const HEAD: &str = include_str!("page/head.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_has_a_code_span_with_nothing_in_it() {
        let page = page();
        let rows = page.lines().filter(|line| line.starts_with('|'));
        assert_eq!(rows.filter(|row| row.contains("``")).collect::<Vec<_>>(), [""; 0]);
    }
}
