//! From rules as they are written to rules that can be applied: checked against the dictionaries once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::rules::RuleError;
use crate::template::LOGIN_FACTS;
use crate::{
    ClaimRule, ClaimSource, Condition, Dictionary, Kind, Operation, Otherwise, Take, Template,
    ValueRule,
};

/// Compiled rules: every name in them is known, and no two contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRules {
    pub(crate) rules: Vec<CompiledRule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompiledRule {
    pub(crate) claim: String,
    pub(crate) one_of: Vec<CompiledValue>,
    pub(crate) when_missing: WhenMissing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompiledValue {
    pub(crate) source: CompiledSource,
    pub(crate) then: Vec<Operation>,
    pub(crate) take: Take,
    pub(crate) condition: Condition,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CompiledSource {
    Attribute(Vec<(String, Kind)>),
    Constant(Value),
    /// With the types of its attributes.
    Template(Template, BTreeMap<String, Kind>),
    Object(Vec<(String, CompiledValue)>),
    List(Vec<CompiledValue>),
}

/// What happens when no value is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WhenMissing {
    Omit,
    /// With what a blank one is: a text, or a list.
    Blank(Value),
    Refuse,
    Default(Value),
}

/// What the values of one claim are judged by.
struct Compiling<'a> {
    upstreams: &'a [&'a Dictionary],
    claim: &'a str,
    errors: &'a mut Vec<RuleError>,
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
        let mut compiled = Vec::with_capacity(rules.len());
        for rule in rules {
            let claim = rule.claim.clone();
            if !is_claim_name(&claim) {
                errors.push(RuleError::BadClaim { claim: claim.clone() });
            }
            // A name that is a URI may have a fragment, and SAML has no languages.
            let (base, language) =
                claim.split_once('#').map_or((&*claim, None), |(base, tag)| (base, Some(tag)));
            let has_languages = !reserved.is_empty() && !base.contains(':');
            if has_languages && language.is_some_and(|tag| !is_language(tag)) {
                errors.push(RuleError::BadLanguage { claim: claim.clone() });
            }
            if reserved.contains(&base) {
                errors.push(RuleError::Reserved { claim: claim.clone() });
            }
            if !seen.insert(claim.clone()) {
                errors.push(RuleError::Duplicate { claim: claim.clone() });
            }
            compiled.push(CompiledRule::new(upstreams, rule, &mut errors));
        }
        if errors.is_empty() { Ok(Self { rules: compiled }) } else { Err(errors) }
    }

    /// The names of the claims that these rules can make, in the order of the rules.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.claim.as_str())
    }

    /// The internal names of the attributes that these rules look at.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().flat_map(|rule| &rule.one_of).flat_map(|value| {
            let mut names = vec![];
            value.note_attributes(&mut names);
            names
        })
    }

    /// The claims without which a login is refused, and which no login at this upstream has.
    pub fn impossible_at(&self, name: &str, upstream: &Dictionary) -> impl Iterator<Item = &str> {
        let is_impossible = move |rule: &&CompiledRule| {
            rule.when_missing == WhenMissing::Refuse
                && rule.one_of.iter().all(|value| value.is_impossible_at(name, upstream))
        };
        self.rules.iter().filter(is_impossible).map(|rule| rule.claim.as_str())
    }

    /// The internal names of those without which a login is refused.
    pub fn required_attributes(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match (&rule.when_missing, rule.one_of.as_slice()) {
            (WhenMissing::Refuse, [value]) if value.condition.is_always() => match &value.source {
                // Of several any will do.
                CompiledSource::Attribute(alternatives) => match alternatives.as_slice() {
                    [(name, _)] => Some(name.as_str()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
    }
}

impl CompiledRule {
    pub(crate) fn new(
        upstreams: &[&Dictionary],
        rule: ClaimRule,
        errors: &mut Vec<RuleError>,
    ) -> Self {
        let ClaimRule { claim, one_of, otherwise } = rule;
        let mut compiling = Compiling { upstreams, claim: &claim, errors };
        if let [ValueRule { source: ClaimSource::Constant(_), condition, .. }] = one_of.as_slice()
            && condition.is_always()
        {
            let setting = match otherwise {
                Otherwise::LeftOut => None,
                Otherwise::Blank => Some("emit_empty"),
                Otherwise::Refused => Some("required"),
                Otherwise::Default(_) => Some("default"),
            };
            compiling.idle("a constant", setting);
        }
        let is_list = one_of.iter().any(ValueRule::makes_lists);
        let when_missing = match otherwise {
            Otherwise::LeftOut => WhenMissing::Omit,
            Otherwise::Blank if is_list => WhenMissing::Blank(Value::Array(vec![])),
            Otherwise::Blank => WhenMissing::Blank(Value::String(String::new())),
            Otherwise::Refused => WhenMissing::Refuse,
            Otherwise::Default(value) => {
                compiling.refuse_null(&value);
                WhenMissing::Default(value)
            }
        };
        let one_of = one_of.into_iter().map(|value| compiling.value(value)).collect();
        Self { claim, one_of, when_missing }
    }
}

impl CompiledValue {
    /// Adds the internal names of the attributes that it looks at.
    pub(crate) fn note_attributes<'a>(&'a self, names: &mut Vec<&'a str>) {
        names.extend(self.condition.attributes());
        match &self.source {
            CompiledSource::Constant(_) => {}
            CompiledSource::Attribute(alternatives) => {
                names.extend(alternatives.iter().map(|(name, _)| name.as_str()));
            }
            CompiledSource::Template(template, _) => names.extend(template.attributes()),
            CompiledSource::Object(members) => {
                for (_, member) in members {
                    member.note_attributes(names);
                }
            }
            CompiledSource::List(items) => {
                for item in items {
                    item.note_attributes(names);
                }
            }
        }
    }

    /// Whether no login at this upstream has a value of it.
    pub(crate) fn is_impossible_at(&self, name: &str, upstream: &Dictionary) -> bool {
        let is_unknown = |attribute: &str| upstream.attribute(attribute).is_none();
        self.condition.is_never_at(name)
            || match &self.source {
                CompiledSource::Constant(_) => false,
                CompiledSource::Attribute(all) => all.iter().all(|(name, _)| is_unknown(name)),
                CompiledSource::Template(template, _) => template.attributes().any(is_unknown),
                CompiledSource::Object(members) => {
                    members.iter().all(|(_, member)| member.is_impossible_at(name, upstream))
                }
                CompiledSource::List(items) => {
                    items.iter().all(|item| item.is_impossible_at(name, upstream))
                }
            }
    }
}

impl Compiling<'_> {
    fn value(&mut self, value: ValueRule) -> CompiledValue {
        let ValueRule { source, then, take, condition } = value;
        for attribute in condition.attributes() {
            self.kind_of(attribute);
        }
        let has_take = (take != Take::Only).then_some("take");
        let has_then = (!then.is_empty()).then_some("then");
        let source = match source {
            ClaimSource::Constant(value) => {
                self.refuse_null(&value);
                self.idle("a constant", has_take.or(has_then));
                CompiledSource::Constant(value)
            }
            ClaimSource::Attribute(names) => CompiledSource::Attribute(self.attributes(names)),
            ClaimSource::Template(template) => {
                self.idle("a template", has_take);
                let kinds = self.template(&template);
                CompiledSource::Template(template, kinds)
            }
            ClaimSource::Object(members) => {
                self.idle("an object", has_take.or(has_then));
                let members = members.into_iter().map(|(name, one)| (name, self.value(one)));
                CompiledSource::Object(members.collect())
            }
            ClaimSource::List(items) => {
                self.idle("a list", has_then);
                CompiledSource::List(items.into_iter().map(|one| self.value(one)).collect())
            }
        };
        self.operations(&then);
        CompiledValue { source, then, take, condition }
    }

    fn attributes(&mut self, names: Vec<String>) -> Vec<(String, Kind)> {
        if names.is_empty() {
            self.errors.push(RuleError::NoAttribute { claim: self.claim.to_owned() });
        }
        let known = names.into_iter().map(|name| {
            let kind = self.kind_of(&name);
            kind.map(|kind| (name, kind))
        });
        known.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// The kind of an attribute, which one of the upstreams has.
    fn kind_of(&mut self, attribute: &str) -> Option<Kind> {
        let known = self.upstreams.iter().find_map(|one| one.attribute(attribute));
        if known.is_none() {
            let (claim, attribute) = (self.claim.to_owned(), attribute.to_owned());
            self.errors.push(RuleError::UnknownAttribute { claim, attribute });
        }
        known.map(|entry| entry.kind)
    }

    fn template(&mut self, template: &Template) -> BTreeMap<String, Kind> {
        let kinds = template.attributes().filter_map(|attribute| {
            self.kind_of(attribute).map(|kind| (attribute.to_owned(), kind))
        });
        let kinds = kinds.collect();
        for fact in LOGIN_FACTS {
            let is_attribute = self.upstreams.iter().any(|one| one.attribute(fact).is_some());
            if is_attribute && template.has_place(fact) {
                let (claim, attribute) = (self.claim.to_owned(), fact.to_owned());
                self.errors.push(RuleError::AmbiguousPlace { claim, attribute });
            }
        }
        kinds
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

/// Whether it has the shape of a language tag [RFC 5646 §2.1].
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let fits = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphanumeric())
    };
    let is_first = |part: &str| {
        (2..=8).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphabetic())
    };
    parts.next().is_some_and(is_first) && parts.all(fits)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::example::suomifi;
    use crate::{Attribute, AttributeFact, AttributeTest, Facts, Kind, Operator};

    fn rule(claim: &str, source: ClaimSource) -> ClaimRule {
        ClaimRule::new(claim, ValueRule::of(source))
    }

    fn from(names: &[&str]) -> ClaimSource {
        ClaimSource::Attribute(names.iter().map(ToString::to_string).collect())
    }

    fn errors(rules: Vec<ClaimRule>) -> Vec<RuleError> {
        ClaimRules::compile(&[&suomifi()], rules, &["sub", "iss"]).unwrap_err()
    }

    #[test]
    fn tells_all_faults_at_once() {
        let claim = |name: &str| name.to_owned();
        assert_eq!(
            errors(vec![
                rule("sub", from(&["cn"])),
                rule("name", from(&["displayname", "telephone"])),
                rule("name", from(&[])),
                rule("two words", from(&["cn"])),
                rule("", ClaimSource::Constant(Value::Null)),
            ]),
            [
                RuleError::Reserved { claim: claim("sub") },
                RuleError::UnknownAttribute {
                    claim: claim("name"),
                    attribute: "displayname".into(),
                },
                RuleError::UnknownAttribute { claim: claim("name"), attribute: "telephone".into() },
                RuleError::Duplicate { claim: claim("name") },
                RuleError::NoAttribute { claim: claim("name") },
                RuleError::BadClaim { claim: claim("two words") },
                RuleError::BadClaim { claim: claim("") },
                RuleError::ConstantNull { claim: claim("") },
            ]
        );
    }

    #[test]
    fn an_unknown_attribute_is_named_with_its_claim() {
        let [error] = &errors(vec![rule("name", from(&["dispalyName"]))])[..] else {
            unreachable!("one error")
        };
        assert_eq!(error.to_string(), "claim `name`: there is no attribute `dispalyName`");
    }

    #[test]
    fn a_constant_takes_none_of_the_settings_of_attributes() {
        let constant = rule("country", ClaimSource::Constant(json!("FI")));
        for (otherwise, setting) in [
            (Otherwise::Refused, "required"),
            (Otherwise::Blank, "emit_empty"),
            (Otherwise::Default(json!("SE")), "default"),
        ] {
            let told = errors(vec![ClaimRule { otherwise, ..constant.clone() }]);
            assert_eq!(told, [idle("a constant", setting)]);
        }
        let mut taking = constant.clone();
        taking.one_of[0].take = Take::First;
        assert_eq!(errors(vec![taking]), [idle("a constant", "take")]);
        assert!(ClaimRules::compile(&[&suomifi()], vec![constant], &[]).is_ok());
    }

    fn idle(source_is: &'static str, setting: &'static str) -> RuleError {
        RuleError::IdleSetting { claim: "country".into(), source_is, setting }
    }

    #[test]
    fn what_does_nothing_to_a_template_an_object_or_a_list_is_refused() {
        let trim = || Operator::named("trim").unwrap().with(BTreeMap::new(), None).unwrap();
        let template = || ClaimSource::Template(Template::parse("{cn}").unwrap());
        let object = || ClaimSource::Object(vec![("a".into(), ValueRule::from(&["cn"]))]);
        let list = || ClaimSource::List(vec![ValueRule::from(&["cn"])]);
        let take = |source| ValueRule { take: Take::First, ..ValueRule::of(source) };
        let then = |source| ValueRule { then: vec![trim()], ..ValueRule::of(source) };
        for (value, error) in [
            (take(template()), Some(idle("a template", "take"))),
            (take(object()), Some(idle("an object", "take"))),
            (then(object()), Some(idle("an object", "then"))),
            (then(list()), Some(idle("a list", "then"))),
            (then(template()), None),
            (take(list()), None),
        ] {
            let told =
                ClaimRules::compile(&[&suomifi()], vec![ClaimRule::new("country", value)], &[]);
            assert_eq!(told.err().unwrap_or_default(), error.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_but_a_choice_follows_an_operator_that_says_a_type() {
        let operation =
            |name: &str| Operator::named(name).unwrap().with(BTreeMap::new(), None).unwrap();
        let with = |names: &[&str]| {
            let then = names.iter().map(|name| operation(name)).collect();
            ClaimRule::new("c", ValueRule { then, ..ValueRule::from(&["cn"]) })
        };
        assert!(
            ClaimRules::compile(&[&suomifi()], vec![with(&["trim", "integer", "first"])], &[])
                .is_ok()
        );
        for (names, operator) in [(["integer", "trim"], "trim"), (["date", "boolean"], "boolean")] {
            let claim = "c".to_owned();
            assert_eq!(errors(vec![with(&names)]), [RuleError::BehindType { claim, operator }]);
        }
    }

    #[test]
    fn attributes_of_conditions_templates_objects_and_lists_are_known_too() {
        let fact = AttributeFact { attribute: "a".into(), test: AttributeTest::Present };
        let when = Facts { attributes: vec![fact], ..Facts::default() };
        let condition = Condition { when, unless: Facts::default() };
        let template = ClaimSource::Template(Template::parse("{b}{sub}").unwrap());
        let object = ClaimSource::Object(vec![("m".into(), ValueRule::from(&["c"]))]);
        let list = ClaimSource::List(vec![ValueRule::from(&["d"]), ValueRule::of(template)]);
        let one_of = vec![ValueRule { condition, ..ValueRule::of(object) }, ValueRule::of(list)];
        let rule = ClaimRule { claim: "x".into(), one_of, otherwise: Otherwise::LeftOut };
        let unknown = |attribute: &str| RuleError::UnknownAttribute {
            claim: "x".into(),
            attribute: attribute.into(),
        };
        assert_eq!(errors(vec![rule]), ["a", "c", "d", "b"].map(unknown));
    }

    #[test]
    fn a_language_stands_behind_the_name_and_reserved_names_stay_so() {
        let claims =
            ["city#fi", "city#sv-FI", "city#", "city#f", "city#fi fi", "sub#fi", "city#fi#sv"];
        let told = errors(claims.iter().map(|claim| rule(claim, from(&["cn"]))).collect());
        let claim = |claim: &str| claim.to_owned();
        assert_eq!(
            told,
            [
                RuleError::BadLanguage { claim: claim("city#") },
                RuleError::BadLanguage { claim: claim("city#f") },
                RuleError::BadClaim { claim: claim("city#fi fi") },
                RuleError::BadLanguage { claim: claim("city#fi fi") },
                RuleError::Reserved { claim: claim("sub#fi") },
                RuleError::BadLanguage { claim: claim("city#fi#sv") },
            ]
        );
    }

    #[test]
    fn a_place_that_is_a_fact_of_the_login_is_no_attribute() {
        let level = Attribute {
            name: "level".into(),
            sources: vec!["urn:level".into()],
            kind: Kind::Text,
            sensitive: true,
        };
        let dictionary = Dictionary::new(vec![level]).unwrap();
        let of = |text: &str| {
            let template = ClaimSource::Template(Template::parse(text).unwrap());
            ClaimRules::compile(&[&dictionary], vec![rule("c", template)], &[])
        };
        let (claim, attribute) = ("c".to_owned(), "level".to_owned());
        assert_eq!(of("{level}"), Err(vec![RuleError::AmbiguousPlace { claim, attribute }]));
        assert!(of("{sub}").is_ok());
    }

    #[test]
    fn names_of_cognito_and_joins_without_a_separator_are_fine() {
        let join = ValueRule { take: Take::Join(String::new()), ..ValueRule::from(&["cn"]) };
        let join = ClaimRule::new("custom:FI_cn", join);
        let rules =
            ClaimRules::compile(&[&suomifi()], vec![join, rule("a", from(&["sn"]))], &[]).unwrap();
        assert_eq!(rules.claims().collect::<Vec<_>>(), ["custom:FI_cn", "a"]);
    }

    #[test]
    fn an_attribute_of_one_upstream_is_enough_and_a_required_claim_is_impossible_at_the_other() {
        let other = Attribute {
            name: "upn".into(),
            sources: vec!["urn:upn".into()],
            kind: Kind::Text,
            sensitive: true,
        };
        let (here, there) = (suomifi(), Dictionary::new(vec![other]).unwrap());
        let required = |claim, names: &[&str]| ClaimRule {
            otherwise: Otherwise::Refused,
            ..rule(claim, from(names))
        };
        let rules = vec![
            required("either", &["cn", "upn"]),
            required("name", &["cn"]),
            rule("number", from(&["upn"])),
            required("kind", &["upn"]),
        ];
        let rules = ClaimRules::compile(&[&here, &there], rules, &[]).unwrap();
        assert_eq!(rules.impossible_at("here", &here).collect::<Vec<_>>(), ["kind"]);
        assert_eq!(rules.impossible_at("there", &there).collect::<Vec<_>>(), ["name"]);
    }
}
