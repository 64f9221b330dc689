//! What clients and service providers have in common: where their people log in, how strongly, and what
//! is said of them.

use silta_broker::{AllowedUpstream, UpstreamName};
use silta_mapping::{ClaimRule, ClaimRules, ClaimSource, Dictionary, Take};

use super::keys::non_empty;
use super::upstreams::Upstreams;
use super::yaml::{Section, Value, suggestion};

/// An empty name shared by accident would give two clients the same `sub`.
pub(super) fn sector(value: &Value<'_>) -> Option<String> {
    match value.text()?.trim() {
        "" => value.refuse("it is empty", "write a name, or leave it out"),
        name => Some(name.to_owned()),
    }
}

/// Whether a level has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LevelRule {
    Required,
    Optional,
}

/// `upstream` and `min_acr`, or `upstreams`: several names, each with its `min_acr`, the default first.
pub(super) fn allowed_upstreams(
    section: &Section<'_>,
    upstreams: Option<&Upstreams>,
    rule: LevelRule,
) -> Option<Vec<AllowedUpstream>> {
    let Some(several) = section.optional("upstreams") else {
        let name = section
            .required("upstream", "the name of one of the upstreams")
            .and_then(|value| upstream(value, upstreams));
        return Some(vec![allowed(section, name, upstreams, rule)?]);
    };
    if let Some(one) = section.optional("upstream") {
        one.refuse::<()>("upstreams is there too", "write one of them");
    }
    let read = several.entries()?.into_iter().map(|(key, value)| {
        let names = upstreams?.keys();
        let name = names.clone().find(|name| name.as_str() == key).cloned().or_else(|| {
            let instead = suggestion(&key, names.map(UpstreamName::as_str));
            value.refuse(format!("{key} is not the name of an upstream"), instead)
        });
        let section = value.section()?;
        let allowed = allowed(&section, name, upstreams, rule);
        section.refuse_unknown();
        allowed
    });
    non_empty(several, read.collect())
}

fn allowed(
    section: &Section<'_>,
    name: Option<UpstreamName>,
    upstreams: Option<&Upstreams>,
    rule: LevelRule,
) -> Option<AllowedUpstream> {
    let value = match rule {
        LevelRule::Optional => section.optional("min_acr"),
        LevelRule::Required => {
            Some(section.required("min_acr", "the weakest level of its upstream that will do")?)
        }
    };
    let min_acr = match value {
        Some(value) => Some(min_acr(value, name.as_ref(), upstreams)?),
        None => None,
    };
    Some(AllowedUpstream { name: name?, min_acr })
}

fn upstream(value: &Value<'_>, upstreams: Option<&Upstreams>) -> Option<UpstreamName> {
    let (name, upstreams) = (value.text()?, upstreams?);
    if let Some((known, _)) = upstreams.iter().find(|(known, _)| known.as_str() == name) {
        return Some(known.clone());
    }
    let instead = suggestion(name, upstreams.keys().map(UpstreamName::as_str));
    value.refuse("it is not the name of an upstream", instead)
}

fn min_acr(
    value: &Value<'_>,
    upstream: Option<&UpstreamName>,
    upstreams: Option<&Upstreams>,
) -> Option<String> {
    let acr = value.text()?;
    let levels = &upstreams?.get(upstream?)?.levels;
    if levels.iter().any(|level| level == acr) {
        return Some(acr.to_owned());
    }
    let known = levels.join(", ");
    value.refuse("it is not a level of its upstream", format!("write one of {known}"))
}

pub(super) fn rules(
    value: &Value<'_>,
    dictionary: Option<&Dictionary>,
    reserved: &[&str],
) -> Option<ClaimRules> {
    let entries = value.entries()?;
    let rules: Vec<_> = entries.iter().map(|(claim, value)| rule(claim, value)).collect();
    let rules: Vec<ClaimRule> = rules.into_iter().collect::<Option<_>>()?;
    match ClaimRules::compile(dictionary?, rules, reserved) {
        Ok(rules) => Some(rules),
        Err(faults) => {
            for error in &faults {
                let at = entries.iter().find(|(claim, _)| claim == error.claim());
                at.map_or(value, |(_, at)| at).refuse_with::<()>(error);
            }
            None
        }
    }
}

/// `claim: attribute`, or a section that says more.
fn rule(claim: &str, value: &Value<'_>) -> Option<ClaimRule> {
    let plain = |source| ClaimRule {
        claim: claim.to_owned(),
        source,
        take: Take::Only,
        required: false,
        emit_empty: false,
    };
    if !value.is_mapping() {
        return Some(plain(ClaimSource::Attribute(vec![value.text()?.to_owned()])));
    }
    let section = value.section()?;
    let source = source(&section);
    let take = section.optional("take").map_or(Some(Take::Only), take);
    let required = section.optional("required").map_or(Some(false), Value::boolean);
    let emit_empty = section.optional("emit_empty").map_or(Some(false), Value::boolean);
    section.refuse_unknown();
    Some(ClaimRule { take: take?, required: required?, emit_empty: emit_empty?, ..plain(source?) })
}

fn source(section: &Section<'_>) -> Option<ClaimSource> {
    match (section.optional("from"), section.optional("constant")) {
        (Some(from), None) => {
            let names = from.list().iter().map(|one| one.text().map(str::to_owned)).collect();
            non_empty(from, names).map(ClaimSource::Attribute)
        }
        (None, Some(constant)) => constant.json().map(ClaimSource::Constant),
        _ => section.value().refuse(
            "it needs exactly one source",
            "write from: and an attribute, or constant: and a value",
        ),
    }
}

fn take(value: &Value<'_>) -> Option<Take> {
    if value.is_mapping() {
        let section = value.section()?;
        let joined = section.required("join", "the text to put between values")?.text();
        section.refuse_unknown();
        return joined.map(|between| Take::Join(between.to_owned()));
    }
    let words: [(_, fn() -> Take); 3] =
        [("only", || Take::Only), ("first", || Take::First), ("all", || Take::All)];
    value.one_of(&words).map(|take| take())
}
