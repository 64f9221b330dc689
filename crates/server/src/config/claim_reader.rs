//! Rules of `claims`, as they are written.

use std::collections::BTreeMap;
use std::sync::Arc;

use silta_broker::PageText;
use silta_config::description::{Key, Presence, TakeWord, claims};
use silta_config::{Section, Value};
use silta_mapping::{
    AttributeFact, AttributeTest, ClaimRule, ClaimSource, Condition, Facts, Otherwise, Take,
    Template, ValueRule,
};

use super::tables::Tables;

/// Reads rules below one key.
#[derive(Clone, Copy)]
pub(super) struct ClaimReader<'a> {
    pub(super) key: &'a Key,
    pub(super) tables: &'a Tables,
}

impl ClaimReader<'_> {
    /// `claim: attribute`, or a section that says more.
    pub(super) fn rule(self, claim: &str, value: Value<'_>) -> Option<ClaimRule> {
        if !value.is_mapping() {
            return Some(ClaimRule::new(claim, attribute(value)?));
        }
        let section = value.section(self.key)?;
        let one_of = match section.optional(&claims::ONE_OF) {
            Some(several) => {
                refuse_beside_alternatives(&section);
                several.each(|one| self.value(one, &claims::ONE_OF))
            }
            None => self.of_section(&section).map(|value| vec![value]),
        };
        let otherwise = otherwise(&section);
        Some(ClaimRule { claim: claim.to_owned(), one_of: one_of?, otherwise: otherwise? })
    }

    /// An attribute, or a section below this key.
    fn value(self, value: Value<'_>, key: &Key) -> Option<ValueRule> {
        if value.is_mapping() { self.of_section(&value.section(key)?) } else { attribute(value) }
    }

    fn of_section(self, section: &Section<'_>) -> Option<ValueRule> {
        let source = self.source(section);
        let then = section.optional(&claims::THEN);
        let then = then.map_or(Some(vec![]), |all| all.each(|one| one.operation(self.tables)));
        let take = section.value(&claims::TAKE).and_then(take);
        let condition = condition(section);
        Some(ValueRule { source: source?, then: then?, take: take?, condition: condition? })
    }

    fn source(self, section: &Section<'_>) -> Option<ClaimSource> {
        let part = |value, key| self.value(value, key);
        // In parts there is neither of these.
        let compound = |key: &Key| section.has(key).then(|| section.optional(key)).flatten();
        if let Some(from) = section.optional(&claims::FROM) {
            let names = from.each(|one| one.text().map(str::to_owned));
            names.map(ClaimSource::Attribute)
        } else if let Some(text) = section.optional(&claims::TEMPLATE) {
            match Template::parse(text.text()?) {
                Ok(template) => Some(ClaimSource::Template(template)),
                Err(error) => text.refuse_with(&error),
            }
        } else if let Some(object) = compound(&claims::OBJECT) {
            let members = object
                .entries()?
                .into_iter()
                .map(|(name, value)| Some((name.to_owned(), part(value, &claims::OBJECT)?)));
            let members: Vec<_> = members.collect();
            members.into_iter().collect::<Option<_>>().map(ClaimSource::Object)
        } else if let Some(list) = compound(&claims::LIST) {
            list.each(|one| part(one, &claims::LIST)).map(ClaimSource::List)
        } else {
            section.value(&claims::CONSTANT)?.json().map(ClaimSource::Constant)
        }
    }
}

fn attribute(value: Value<'_>) -> Option<ValueRule> {
    Some(ValueRule::from(&[value.text()?]))
}

/// What belongs to one rule means nothing beside several.
fn refuse_beside_alternatives(section: &Section<'_>) {
    for key in [&claims::THEN, &claims::WHEN, &claims::UNLESS] {
        if let Some(value) = section.optional(key) {
            let instead = format!("write {} in each item of one_of for which it holds", key.name);
            value.refuse::<()>("it stands beside one_of", instead);
        }
    }
    let takes = section.value(&claims::TAKE);
    if let Some(value) = takes.filter(|value| take(*value).is_some_and(|take| take != Take::Only)) {
        let instead = "write take in each item of one_of for which it holds";
        value.refuse::<()>("it stands beside one_of", instead);
    }
}

/// What happens without a value.
fn otherwise(section: &Section<'_>) -> Option<Otherwise> {
    let required = section.value(&claims::REQUIRED)?;
    let is_required = required.is_mapping() || required.boolean()?;
    let emit_empty = section.value(&claims::EMIT_EMPTY)?.boolean()?;
    let default = section.optional(&claims::DEFAULT);
    let exclude = |one: &str, other: &str| {
        let what = format!("{one} and {other} exclude each other");
        section.itself().refuse::<Otherwise>(what, "remove one")
    };
    match (is_required, emit_empty, default) {
        (true, true, _) => exclude("required", "emit_empty"),
        (true, _, Some(_)) => exclude("required", "default"),
        (_, true, Some(_)) => exclude("emit_empty", "default"),
        (true, false, None) => Some(Otherwise::Refused),
        (false, true, None) => Some(Otherwise::Blank),
        (false, false, Some(value)) => value.json().map(Otherwise::Default),
        (false, false, None) => Some(Otherwise::LeftOut),
    }
}

/// What people read who lack a claim that is required, by its name.
pub(super) fn texts_of_missing(
    value: Value<'_>,
    key: &Key,
) -> Option<BTreeMap<String, Arc<PageText>>> {
    let entries = value.entries()?.into_iter().filter(|(_, value)| value.is_mapping());
    let texts = entries.filter_map(|(claim, value)| {
        let required = value.section(key)?.value(&claims::REQUIRED)?;
        let text = required.is_mapping().then(|| page_text(required, &claims::REQUIRED))?;
        Some(text.map(|text| (claim.to_owned(), Arc::new(text))))
    });
    texts.collect::<Vec<_>>().into_iter().collect()
}

/// A text in every language of our pages.
pub(super) fn page_text(value: Value<'_>, key: &Key) -> Option<PageText> {
    let section = value.section(key)?;
    let text = |key| {
        let value = section.value(key)?;
        match value.text()? {
            text if text.chars().count() > MAX_TEXT => {
                value.refuse("it has more than 500 characters", "write what to do, and no more")
            }
            text if text.contains(char::is_control) => {
                value.refuse("there is a control character in it", "write plain text")
            }
            text => Some(text.to_owned()),
        }
    };
    let (finnish, swedish, english) = (text(&claims::FI), text(&claims::SV), text(&claims::EN));
    Some(PageText { finnish: finnish?, swedish: swedish?, english: english? })
}

/// `when` and `unless`.
pub(super) fn condition(section: &Section<'_>) -> Option<Condition> {
    let of = |key| match section.optional(key) {
        Some(value) => facts(&value.section(key)?),
        None => Some(Facts::default()),
    };
    let (when, unless) = (of(&claims::WHEN), of(&claims::UNLESS));
    Some(Condition { when: when?, unless: unless? })
}

fn facts(section: &Section<'_>) -> Option<Facts> {
    let texts = |key| match section.optional(key) {
        Some(value) => value.each(|one| one.text().map(str::to_owned)),
        None => Some(vec![]),
    };
    let (levels, upstreams) = (texts(&claims::LEVEL), texts(&claims::UPSTREAM));
    let clients = texts(&claims::CLIENT);
    let attributes = match section.optional(&claims::ATTRIBUTES) {
        Some(value) => {
            let all = value.entries()?.into_iter().map(|(name, value)| fact(name, value));
            all.collect::<Vec<_>>().into_iter().collect()
        }
        None => Some(vec![]),
    };
    let (levels, upstreams, clients) = (levels?, upstreams?, clients?);
    Some(Facts { levels, upstreams, clients, attributes: attributes? })
}

fn fact(attribute: &str, value: Value<'_>) -> Option<AttributeFact> {
    let test = if value.is_mapping() {
        let section = value.section(&claims::ATTRIBUTES)?;
        let texts = |value: Value<'_>| value.each(|one| one.text().map(str::to_owned));
        match section.optional(&claims::ANY) {
            Some(any) => AttributeTest::Any(texts(any)?),
            None => AttributeTest::All(texts(section.value(&claims::ALL)?)?),
        }
    } else {
        match value.choice()? {
            Presence::Present => AttributeTest::Present,
            Presence::Absent => AttributeTest::Absent,
        }
    };
    Some(AttributeFact { attribute: attribute.to_owned(), test })
}

fn take(value: Value<'_>) -> Option<Take> {
    if value.is_mapping() {
        let joined = value.section(&claims::TAKE)?.value(&claims::JOIN)?.text();
        return joined.map(|between| Take::Join(between.to_owned()));
    }
    value.choice().map(|word| match word {
        TakeWord::Only => Take::Only,
        TakeWord::First => Take::First,
        TakeWord::All => Take::All,
    })
}

/// As much as fits on a page without scrolling.
const MAX_TEXT: usize = 500;
