//! Checks rules against the dictionaries, once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::language_tag::is_language_tag;
use crate::{
    ClaimRule, ClaimSource, Dictionary, Kind, Operation, Otherwise, RuleError, Take, Template,
    ValueRule,
};

/// Checked rules: every name in them is known, and no two contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRules {
    pub(crate) rules: Vec<ClaimRule>,
    /// The type of each attribute in them.
    kinds: BTreeMap<String, Kind>,
}

impl ClaimRules {
    /// Checks `rules` against the attributes of the upstreams that may speak for a person, of which one is enough,
    /// and the claim names that are `reserved` (those the tokens themselves define, such as `sub` and `iss`).
    ///
    /// # Errors
    /// Every [`RuleError`] at once, in the order of the rules.
    pub fn compile(
        upstreams: &[&Dictionary],
        rules: Vec<ClaimRule>,
        reserved: &[&str],
    ) -> Result<Self, Vec<RuleError>> {
        let mut errors = Vec::new();
        let mut seen = BTreeSet::new();
        let mut kinds = BTreeMap::new();
        for rule in &rules {
            let claim = &rule.claim;
            if !is_claim_name(claim) {
                errors.push(RuleError::BadClaim { claim: claim.clone() });
            }
            // A name that is a URI may have a fragment, and SAML has no languages.
            let (base, language) = claim
                .split_once('#')
                .map_or((claim.as_str(), None), |(base, tag)| (base, Some(tag)));
            let has_languages = !reserved.is_empty() && !base.contains(':');
            if has_languages && language.is_some_and(|tag| !is_language_tag(tag)) {
                errors.push(RuleError::BadLanguage { claim: claim.clone() });
            }
            if reserved.contains(&base) {
                errors.push(RuleError::Reserved { claim: claim.clone() });
            }
            if !seen.insert(claim.clone()) {
                errors.push(RuleError::Duplicate { claim: claim.clone() });
            }
            let mut judging = Judging { upstreams, claim, errors: &mut errors, kinds: &mut kinds };
            judging.rule(rule);
        }
        if errors.is_empty() { Ok(Self { rules, kinds }) } else { Err(errors) }
    }

    /// The names of the claims that these rules can make, in the order of the rules.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.claim.as_str())
    }

    /// The internal names of the attributes that these rules look at.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().flat_map(|rule| &rule.one_of).flat_map(ValueRule::attributes)
    }

    /// The claims without which a login is refused, and which no login at this upstream has.
    pub fn impossible_at(&self, name: &str, upstream: &Dictionary) -> impl Iterator<Item = &str> {
        let is_impossible = move |rule: &&ClaimRule| {
            rule.otherwise == Otherwise::Refused
                && rule.one_of.iter().all(|value| value.is_impossible_at(name, upstream))
        };
        self.rules.iter().filter(is_impossible).map(|rule| rule.claim.as_str())
    }

    /// The internal names of those without which a login is refused.
    pub fn required_attributes(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match (&rule.otherwise, rule.one_of.as_slice()) {
            (Otherwise::Refused, [value]) if value.condition.is_always() => match &value.source {
                // Of several any will do.
                ClaimSource::Attribute(names) => match names.as_slice() {
                    [name] => Some(name.as_str()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
    }

    /// The type of an attribute, which is the same at every upstream.
    pub(crate) fn kind(&self, attribute: &str) -> Kind {
        self.kinds.get(attribute).copied().unwrap_or_default()
    }
}

/// What the rule of one claim is judged by, and what is found.
struct Judging<'a> {
    upstreams: &'a [&'a Dictionary],
    claim: &'a str,
    errors: &'a mut Vec<RuleError>,
    kinds: &'a mut BTreeMap<String, Kind>,
}

impl Judging<'_> {
    fn rule(&mut self, rule: &ClaimRule) {
        if let Otherwise::Default(value) = &rule.otherwise {
            self.refuse_null(value);
        }
        if let [ValueRule { source: ClaimSource::Constant(_), condition, .. }] =
            rule.one_of.as_slice()
            && condition.is_always()
        {
            let setting = match rule.otherwise {
                Otherwise::LeftOut => None,
                Otherwise::Blank => Some("emit_empty"),
                Otherwise::Refused => Some("required"),
                Otherwise::Default(_) => Some("default"),
            };
            self.idle("a constant", setting);
        }
        for value in &rule.one_of {
            self.value(value);
        }
    }

    fn value(&mut self, value: &ValueRule) {
        let ValueRule { source, then, take, condition } = value;
        for attribute in condition.attributes() {
            self.attribute(attribute);
        }
        let has_take = (*take != Take::Only).then_some("take");
        let has_then = (!then.is_empty()).then_some("then");
        match source {
            ClaimSource::Constant(value) => {
                self.refuse_null(value);
                self.idle("a constant", has_take.or(has_then));
            }
            ClaimSource::Attribute(names) => {
                if names.is_empty() {
                    self.errors.push(RuleError::NoAttribute { claim: self.claim.to_owned() });
                }
                for name in names {
                    self.attribute(name);
                }
            }
            ClaimSource::Template(template) => {
                self.idle("a template", has_take);
                self.template(template);
            }
            ClaimSource::Object(members) => {
                self.idle("an object", has_take.or(has_then));
                for (_, member) in members {
                    self.value(member);
                }
            }
            ClaimSource::List(items) => {
                self.idle("a list", has_then);
                for item in items {
                    self.value(item);
                }
            }
        }
        self.operations(then);
    }

    /// Notes the type of an attribute, which one of the upstreams has.
    fn attribute(&mut self, attribute: &str) {
        let (claim, attribute) = (self.claim.to_owned(), attribute.to_owned());
        if let Some(entry) = self.upstreams.iter().find_map(|one| one.attribute(&attribute)) {
            self.kinds.insert(attribute, entry.kind);
        } else {
            self.errors.push(RuleError::UnknownAttribute { claim, attribute });
        }
    }

    fn template(&mut self, template: &Template) {
        for attribute in template.attributes() {
            self.attribute(attribute);
        }
        for fact in template.facts() {
            if self.upstreams.iter().any(|one| one.attribute(fact.name()).is_some()) {
                let (claim, attribute) = (self.claim.to_owned(), fact.name().to_owned());
                self.errors.push(RuleError::AmbiguousPlace { claim, attribute });
            }
        }
    }

    /// A value that has a type is no text any more.
    fn operations(&mut self, then: &[Operation]) {
        let mut has_type = false;
        for operation in then {
            match operation.kind() {
                None => {}
                Some(_) if has_type => {
                    let (claim, operator) = (self.claim.to_owned(), operation.operator());
                    self.errors.push(RuleError::BehindType { claim, operator });
                }
                Some(kind) => has_type = kind != Kind::Text,
            }
        }
    }

    fn refuse_null(&mut self, value: &Value) {
        if value.is_null() {
            self.errors.push(RuleError::ConstantNull { claim: self.claim.to_owned() });
        }
    }

    fn idle(&mut self, source_is: &'static str, setting: Option<&'static str>) {
        if let Some(setting) = setting {
            let claim = self.claim.to_owned();
            self.errors.push(RuleError::IdleSetting { claim, source_is, setting });
        }
    }
}

fn is_claim_name(claim: &str) -> bool {
    !claim.is_empty() && !claim.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests;
