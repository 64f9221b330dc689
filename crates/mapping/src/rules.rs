//! Claim rules, checked against the dictionaries once.

use std::collections::BTreeSet;

use serde_json::Value;
use thiserror::Error;

use crate::{Dictionary, Kind};

/// One claim rule of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRule {
    /// The claim's name, as the client will see it.
    pub claim: String,
    /// The source of its value.
    pub source: ClaimSource,
    /// Which of several values it takes. Must be the default with a constant.
    pub take: Take,
    /// Whether a login without a value, or with one that the claim cannot be made of, is refused. Otherwise
    /// such a value counts as none. Must be `false` with a constant.
    pub required: bool,
    /// Whether the claim is there, blank, when there is no value: `""`, or `[]` with [`Take::All`],
    /// whatever the attribute's kind. A claim without a value is normally left out
    /// [OIDC Core §5.3.2], but Cognito keeps the value of an earlier login until a blank one comes.
    /// Must be `false` with a constant or with `required`.
    pub emit_empty: bool,
}

/// The source of a claim's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimSource {
    /// Internal names in order; the first one with a value that is not empty wins. No attribute is
    /// delivered for everybody, so one claim often needs several.
    Attribute(Vec<String>),
    /// The same JSON value for everybody; not `null`.
    Constant(Value),
}

/// Which of several values a claim takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Take {
    /// One value, however often it is there. Values that differ make no claim, empty ones counted: the identity
    /// of a person must not depend on an order.
    #[default]
    Only,
    /// The first that is not empty.
    First,
    /// All that are not empty, as an array, even when it is one.
    All,
    /// All that are not empty, each checked against its kind, as one text with this between them.
    Join(String),
}

/// Compiled rules: every name in them is known, and no two contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRules {
    pub(crate) rules: Vec<CompiledRule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompiledRule {
    pub(crate) claim: String,
    pub(crate) source: CompiledSource,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CompiledSource {
    Constant(Value),
    Attribute { alternatives: Vec<(String, Kind)>, take: Take, when_missing: WhenMissing },
}

/// What happens when no value is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenMissing {
    Omit,
    Blank,
    Refuse,
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
            if claim.is_empty() || claim.contains(|c: char| c.is_whitespace() || c.is_control()) {
                errors.push(RuleError::BadClaim { claim: claim.clone() });
            }
            if reserved.contains(&claim.as_str()) {
                errors.push(RuleError::Reserved { claim: claim.clone() });
            }
            if !seen.insert(claim.clone()) {
                errors.push(RuleError::Duplicate { claim: claim.clone() });
            }
            let source = match rule.source {
                ClaimSource::Constant(ref value) => {
                    errors.extend(constant_errors(&rule, value));
                    CompiledSource::Constant(value.clone())
                }
                ClaimSource::Attribute(names) => CompiledSource::Attribute {
                    alternatives: known(upstreams, &claim, names, &mut errors),
                    take: rule.take,
                    when_missing: match (rule.required, rule.emit_empty) {
                        (false, false) => WhenMissing::Omit,
                        (false, true) => WhenMissing::Blank,
                        (true, false) => WhenMissing::Refuse,
                        (true, true) => {
                            errors.push(RuleError::RequiredAndEmpty { claim: claim.clone() });
                            WhenMissing::Refuse
                        }
                    },
                },
            };
            compiled.push(CompiledRule { claim, source });
        }
        if errors.is_empty() { Ok(Self { rules: compiled }) } else { Err(errors) }
    }

    /// The names of the claims that these rules can make, in the order of the rules.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.claim.as_str())
    }

    /// The internal names of the attributes that these rules look at.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.rules
            .iter()
            .flat_map(|rule| match &rule.source {
                CompiledSource::Constant(_) => &[][..],
                CompiledSource::Attribute { alternatives, .. } => alternatives,
            })
            .map(|(name, _)| name.as_str())
    }

    /// The claims without which a login is refused, and for which this upstream has no attribute.
    pub fn impossible_at(&self, upstream: &Dictionary) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match &rule.source {
            CompiledSource::Attribute {
                alternatives, when_missing: WhenMissing::Refuse, ..
            } if alternatives.iter().all(|(name, _)| upstream.attribute(name).is_none()) => {
                Some(rule.claim.as_str())
            }
            CompiledSource::Attribute { .. } | CompiledSource::Constant(_) => None,
        })
    }

    /// The internal names of those without which a login is refused.
    pub fn required_attributes(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match &rule.source {
            CompiledSource::Attribute { alternatives, when_missing, .. }
                if *when_missing == WhenMissing::Refuse =>
            {
                // Of several any will do.
                match alternatives.as_slice() {
                    [(name, _)] => Some(name.as_str()),
                    _ => None,
                }
            }
            CompiledSource::Attribute { .. } | CompiledSource::Constant(_) => None,
        })
    }
}

/// Why a rule is refused. Every text in it comes from our own configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleError {
    /// A claim name that is empty, or holds white space or a control character.
    #[error("claim name `{}` is empty or has a blank in it", claim.escape_debug())]
    BadClaim {
        /// The claim as configured.
        claim: String,
    },
    /// A claim that the tokens themselves define.
    #[error("claim `{claim}` is set by the protocol; choose another name")]
    Reserved {
        /// The claim as configured.
        claim: String,
    },
    /// A claim with two rules.
    #[error("claim `{claim}` has two rules; list alternative attributes in one")]
    Duplicate {
        /// The claim as configured.
        claim: String,
    },
    /// A rule that names no attribute.
    #[error("claim `{claim}` names no attribute")]
    NoAttribute {
        /// The claim as configured.
        claim: String,
    },
    /// An attribute that no upstream has.
    #[error("claim `{claim}`: there is no attribute `{attribute}`")]
    UnknownAttribute {
        /// The claim as configured.
        claim: String,
        /// The attribute as configured.
        attribute: String,
    },
    /// `required` says that there is a value, `emit_empty` what to do without one.
    #[error("claim `{claim}`: `required` and `emit_empty` exclude each other; remove one")]
    RequiredAndEmpty {
        /// The claim as configured.
        claim: String,
    },
    /// A constant is one value, and always there.
    #[error("claim `{claim}` is a constant; remove `{setting}`, which changes nothing")]
    ConstantWith {
        /// The claim as configured.
        claim: String,
        /// The field of [`ClaimRule`] that a constant cannot have.
        setting: &'static str,
    },
    /// A claim without a value is left out, not `null` [OIDC Core §5.3.2].
    #[error("claim `{claim}`: a constant cannot be null; write a value, or `\"\"`")]
    ConstantNull {
        /// The claim as configured.
        claim: String,
    },
}

impl RuleError {
    /// The claim whose rule is refused, as configured.
    #[must_use]
    pub fn claim(&self) -> &str {
        match self {
            Self::BadClaim { claim }
            | Self::Reserved { claim }
            | Self::Duplicate { claim }
            | Self::NoAttribute { claim }
            | Self::UnknownAttribute { claim, .. }
            | Self::RequiredAndEmpty { claim }
            | Self::ConstantWith { claim, .. }
            | Self::ConstantNull { claim } => claim,
        }
    }
}

fn constant_errors(rule: &ClaimRule, value: &Value) -> impl Iterator<Item = RuleError> {
    let claim = rule.claim.clone();
    let null = value.is_null().then(|| RuleError::ConstantNull { claim: claim.clone() });
    let idle = [
        (rule.take != Take::Only, "take"),
        (rule.required, "required"),
        (rule.emit_empty, "emit_empty"),
    ];
    let idle = idle.into_iter().filter(|(set, _)| *set);
    null.into_iter().chain(
        idle.map(move |(_, setting)| RuleError::ConstantWith { claim: claim.clone(), setting }),
    )
}

fn known(
    upstreams: &[&Dictionary],
    claim: &str,
    names: Vec<String>,
    errors: &mut Vec<RuleError>,
) -> Vec<(String, Kind)> {
    if names.is_empty() {
        errors.push(RuleError::NoAttribute { claim: claim.to_owned() });
    }
    let mut alternatives = Vec::with_capacity(names.len());
    for attribute in names {
        if let Some(entry) = upstreams.iter().find_map(|one| one.attribute(&attribute)) {
            alternatives.push((attribute, entry.kind));
        } else {
            errors.push(RuleError::UnknownAttribute { claim: claim.to_owned(), attribute });
        }
    }
    alternatives
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::Attribute;
    use crate::example::suomifi;

    fn rule(claim: &str, source: ClaimSource) -> ClaimRule {
        let claim = claim.to_owned();
        ClaimRule { claim, source, take: Take::Only, required: false, emit_empty: false }
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
        let told = errors(vec![ClaimRule {
            take: Take::First,
            required: true,
            emit_empty: true,
            ..constant.clone()
        }]);
        let with = |setting| RuleError::ConstantWith { claim: "country".into(), setting };
        assert_eq!(told, [with("take"), with("required"), with("emit_empty")]);
        assert!(ClaimRules::compile(&[&suomifi()], vec![constant], &[]).is_ok());
    }

    #[test]
    fn a_required_claim_cannot_also_be_emitted_empty() {
        let both = ClaimRule { required: true, emit_empty: true, ..rule("name", from(&["cn"])) };
        assert_eq!(errors(vec![both]), [RuleError::RequiredAndEmpty { claim: "name".into() }]);
    }

    #[test]
    fn names_of_cognito_and_joins_without_a_separator_are_fine() {
        let join =
            ClaimRule { take: Take::Join(String::new()), ..rule("custom:FI_cn", from(&["cn"])) };
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
        let required =
            |claim, names: &[&str]| ClaimRule { required: true, ..rule(claim, from(names)) };
        let rules = vec![
            required("either", &["cn", "upn"]),
            required("name", &["cn"]),
            rule("number", from(&["upn"])),
            required("kind", &["upn"]),
        ];
        let rules = ClaimRules::compile(&[&here, &there], rules, &[]).unwrap();
        assert_eq!(rules.impossible_at(&here).collect::<Vec<_>>(), ["kind"]);
        assert_eq!(rules.impossible_at(&there).collect::<Vec<_>>(), ["name"]);
    }
}
