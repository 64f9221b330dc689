//! Applies the rules to one person's attributes: claims, and a trace of each rule.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::attributes::{is_readable, only};
use crate::kind::is_partial_date;
use crate::rules::{CompiledRule, CompiledSource, WhenMissing};
use crate::{Attributes, ClaimRules, Kind, Take};

/// The claims of one person, with a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedClaims {
    /// The claims.
    pub claims: Claims,
    /// The step of each rule.
    pub trace: Trace,
}

/// Claims by name, with their JSON values. Written out by serde as a plain JSON object, and never
/// by `Debug`: the values are personal data.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// The claims as a JSON object.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Keeps only the claims of these names.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|name, _| keep(name));
    }

    /// The claims as a JSON object of one's own, to be put into a token.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({})", self.0.len())
    }
}

/// One step for each rule, in the order of the rules. It holds no value, yet it is about a person:
/// that every address is absent can mean that a non-disclosure order is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The steps.
    pub steps: Vec<Step>,
}

/// The result of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The rule's claim.
    pub claim: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// Where a rule found its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The claim was made from this attribute.
    Matched {
        /// The internal name.
        attribute: String,
    },
    /// An attribute was delivered, but without a value that is not empty.
    Empty,
    /// None of the rule's attributes was delivered.
    Absent,
    /// An attribute has a value that is no text. The claim is not required, so it is as if there were none.
    Unusable(MappingError),
    /// The claim is the same for everybody.
    Constant,
}

/// Why the rules refuse a login. It holds names from our own configuration, and no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MappingError {
    /// A required claim has no value.
    #[error("required claim `{claim}`: no value was delivered")]
    Missing {
        /// The rule's claim.
        claim: String,
    },
    /// Several values where the rule allows one.
    #[error("claim `{claim}`: several values were delivered where one is allowed")]
    SeveralValues {
        /// The rule's claim.
        claim: String,
    },
    /// A value is not of its attribute's kind.
    #[error("claim `{claim}`: a delivered value does not read as {kind}")]
    WrongKind {
        /// The rule's claim.
        claim: String,
        /// The kind it should have.
        kind: Kind,
    },
    /// A value has what is no character in XML.
    #[error("claim `{claim}`: a delivered value has a character that XML does not have")]
    ForbiddenCharacter {
        /// The rule's claim.
        claim: String,
    },
    /// A value is a date without its year, or a year alone, where a whole date is needed.
    #[error("claim `{claim}`: only a part of a date was delivered, the year or all but the year")]
    PartialDate {
        /// The rule's claim.
        claim: String,
    },
}

impl ClaimRules {
    /// Makes the claims of one person. A value is never chosen, cut or guessed, and what no rule names refuses
    /// nobody.
    ///
    /// # Errors
    /// The first [`MappingError`], in the order of the rules. The login must then be refused: a missing claim
    /// would say something that the identity provider did not say.
    pub fn apply(&self, attributes: &Attributes) -> Result<MappedClaims, MappingError> {
        let mut claims = Map::new();
        let mut steps = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            let (outcome, value) = rule.apply(attributes)?;
            if let Some(value) = value {
                claims.insert(rule.claim.clone(), value);
            }
            steps.push(Step { claim: rule.claim.clone(), outcome });
        }
        Ok(MappedClaims { claims: Claims(claims), trace: Trace { steps } })
    }
}

impl CompiledRule {
    fn apply(&self, from: &Attributes) -> Result<(Outcome, Option<Value>), MappingError> {
        let (alternatives, take, when_missing) = match &self.source {
            CompiledSource::Constant(value) => return Ok((Outcome::Constant, Some(value.clone()))),
            CompiledSource::Attribute { alternatives, take, when_missing } => {
                (alternatives, take, when_missing)
            }
        };
        let first = |(name, kind): &(String, Kind)| Some((name.clone(), *kind, from.first(name)?));
        let outcome = match alternatives.iter().find_map(first) {
            // It decides, whatever it says: another one might say something else.
            Some((attribute, kind, first)) => {
                match self.take_values(take, kind, first, from.values(&attribute)) {
                    Ok(value) => return Ok((Outcome::Matched { attribute }, Some(value))),
                    Err(error @ MappingError::ForbiddenCharacter { .. })
                        if *when_missing != WhenMissing::Refuse =>
                    {
                        Outcome::Unusable(error)
                    }
                    Err(error) => return Err(error),
                }
            }
            None if alternatives.iter().any(|(name, _)| from.contains(name)) => Outcome::Empty,
            None => Outcome::Absent,
        };
        match (when_missing, take) {
            (WhenMissing::Refuse, _) => Err(MappingError::Missing { claim: self.claim.clone() }),
            (WhenMissing::Omit, _) => Ok((outcome, None)),
            (WhenMissing::Blank, Take::All) => Ok((outcome, Some(Value::Array(Vec::new())))),
            (WhenMissing::Blank, _) => Ok((outcome, Some(Value::String(String::new())))),
        }
    }

    /// The claim made of `values`, of which `first` is the first that is not empty.
    fn take_values(
        &self,
        take: &Take,
        kind: Kind,
        first: &str,
        values: &[String],
    ) -> Result<Value, MappingError> {
        let wrong = |value: &str| {
            let claim = self.claim.clone();
            if kind == Kind::Date && is_partial_date(value) {
                MappingError::PartialDate { claim }
            } else {
                MappingError::WrongKind { claim, kind }
            }
        };
        let to_json = |value: &str| {
            if !is_readable(value) {
                return Err(MappingError::ForbiddenCharacter { claim: self.claim.clone() });
            }
            kind.to_json(value).ok_or_else(|| wrong(value))
        };
        let full = values.iter().map(String::as_str).filter(|value| !value.is_empty());
        match take {
            Take::Only if only(values).is_none() => {
                Err(MappingError::SeveralValues { claim: self.claim.clone() })
            }
            Take::Only | Take::First => to_json(first),
            Take::All => full.map(to_json).collect::<Result<_, _>>().map(Value::Array),
            Take::Join(separator) => {
                let checked = full.map(|value| to_json(value).map(|_| value));
                let parts = checked.collect::<Result<Vec<_>, _>>()?;
                Ok(Value::String(parts.join(separator)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::{Attribute, ClaimRule, ClaimSource, Dictionary};

    fn dictionary() -> Dictionary {
        let entry = |name: &str, kind| Attribute {
            name: name.into(),
            sources: vec![format!("urn:{name}")],
            kind,
            sensitive: true,
        };
        Dictionary::new(vec![
            entry("given", Kind::Text),
            entry("first", Kind::Text),
            entry("checked", Kind::Boolean),
            entry("size", Kind::Integer),
            entry("born", Kind::Date),
        ])
        .unwrap()
    }

    fn rule(claim: &str, names: &[&str]) -> ClaimRule {
        ClaimRule {
            claim: claim.into(),
            source: ClaimSource::Attribute(names.iter().map(ToString::to_string).collect()),
            take: Take::Only,
            required: false,
            emit_empty: false,
        }
    }

    fn apply(rule: ClaimRule, delivered: &[(&str, &[&str])]) -> Result<MappedClaims, MappingError> {
        let pairs = delivered.iter().map(|(name, values)| (*name, values.iter().copied()));
        let attributes = dictionary().recognise(pairs);
        ClaimRules::compile(&[&dictionary()], vec![rule], &[]).unwrap().apply(&attributes)
    }

    /// The claims of one rule, and what it found.
    fn made(rule: ClaimRule, delivered: &[(&str, &[&str])]) -> (Value, Outcome) {
        let mut mapped = apply(rule, delivered).unwrap();
        assert_eq!(mapped.trace.steps.len(), 1);
        let step = mapped.trace.steps.pop().unwrap();
        assert_eq!(step.claim, "c");
        (Value::Object(mapped.claims.into_map()), step.outcome)
    }

    fn matched(attribute: &str) -> Outcome {
        Outcome::Matched { attribute: attribute.into() }
    }

    #[test]
    fn the_first_alternative_with_a_value_that_is_not_empty_wins() {
        let either = rule("c", &["given", "first"]);
        let both: &[(&str, &[&str])] = &[("urn:first", &["B"]), ("urn:given", &["A"])];
        assert_eq!(made(either.clone(), both), (json!({"c": "A"}), matched("given")));
        let one: &[(&str, &[&str])] = &[("urn:first", &["B"]), ("urn:given", &[" "])];
        assert_eq!(made(either, one), (json!({"c": "B"}), matched("first")));
    }

    #[test]
    fn a_claim_without_a_value_is_left_out_unless_it_is_wanted_empty() {
        let plain = rule("c", &["given", "first"]);
        let blank = ClaimRule { emit_empty: true, ..plain.clone() };
        let all = ClaimRule { take: Take::All, ..blank.clone() };
        let number = ClaimRule { emit_empty: true, ..rule("c", &["size"]) };
        assert_eq!(made(plain.clone(), &[]), (json!({}), Outcome::Absent));
        assert_eq!(made(plain, &[("urn:first", &[""])]), (json!({}), Outcome::Empty));
        assert_eq!(made(blank.clone(), &[]), (json!({"c": ""}), Outcome::Absent));
        assert_eq!(made(blank, &[("urn:first", &[])]), (json!({"c": ""}), Outcome::Empty));
        assert_eq!(made(all, &[]), (json!({"c": []}), Outcome::Absent));
        assert_eq!(made(number, &[]), (json!({"c": ""}), Outcome::Absent));
    }

    #[test]
    fn a_required_claim_without_a_value_refuses_the_login() {
        let required = ClaimRule { required: true, ..rule("c", &["given"]) };
        let missing = MappingError::Missing { claim: "c".into() };
        assert_eq!(apply(required.clone(), &[]).unwrap_err(), missing);
        assert_eq!(apply(required.clone(), &[("urn:given", &["", " "])]).unwrap_err(), missing);
        assert_eq!(made(required, &[("urn:given", &["A"])]).0, json!({"c": "A"}));
    }

    #[test]
    fn several_values_refuse_the_login_unless_the_rule_says_what_to_take() {
        let several = MappingError::SeveralValues { claim: "c".into() };
        let one = rule("c", &["given"]);
        for values in [["A", "B"], ["A", "a"], ["", "B"]] {
            let error = apply(one.clone(), &[("urn:given", &values)]).unwrap_err();
            assert_eq!(error, several, "{values:?}");
        }
        let parts: &[(&str, &[&str])] = &[("urn:given", &["A"]), ("urn:given", &["B"])];
        assert_eq!(apply(one.clone(), parts).unwrap_err(), several);
        let all = ClaimRule { take: Take::All, ..one };
        assert_eq!(made(all, parts).0, json!({"c": ["A", "B"]}));
    }

    #[test]
    fn values_that_are_equal_are_one_value() {
        let required = ClaimRule { required: true, ..rule("c", &["given"]) };
        assert_eq!(made(required, &[("urn:given", &["A", "A"])]).0, json!({"c": "A"}));
    }

    #[test]
    fn a_value_that_is_no_text_counts_as_none_for_an_optional_claim() {
        let why = MappingError::ForbiddenCharacter { claim: "c".into() };
        let delivered: &[(&str, &[&str])] = &[("urn:given", &["A\0"]), ("urn:first", &["other"])];
        // Nobody falls back to another attribute, which might say something else.
        let optional = rule("c", &["given", "first"]);
        let unusable = Outcome::Unusable(why.clone());
        assert_eq!(made(optional.clone(), delivered), (json!({}), unusable.clone()));
        let blank = ClaimRule { emit_empty: true, ..optional.clone() };
        assert_eq!(made(blank, delivered), (json!({"c": ""}), unusable));
        let required = ClaimRule { required: true, ..optional };
        assert_eq!(apply(required, delivered).unwrap_err(), why);
    }

    #[test]
    fn one_value_of_a_list_that_is_no_text_makes_the_list_unusable() {
        let why = MappingError::ForbiddenCharacter { claim: "c".into() };
        for take in [Take::All, Take::Join(", ".into())] {
            let required = ClaimRule { take, required: true, ..rule("c", &["given"]) };
            let error = apply(required, &[("urn:given", &["A", "B\u{1b}"])]).unwrap_err();
            assert_eq!(error, why);
        }
        let first = ClaimRule { take: Take::First, ..rule("c", &["given"]) };
        assert_eq!(made(first, &[("urn:given", &["A", "B\0"])]).0, json!({"c": "A"}));
    }

    #[test]
    fn takes_the_first_all_or_a_joined_text() {
        let values: &[(&str, &[&str])] = &[("urn:given", &["", "A", "", "B"])];
        let taking = |take| made(ClaimRule { take, ..rule("c", &["given"]) }, values).0;
        assert_eq!(taking(Take::First), json!({"c": "A"}));
        assert_eq!(taking(Take::All), json!({"c": ["A", "B"]}));
        assert_eq!(taking(Take::Join(", ".into())), json!({"c": "A, B"}));
        assert_eq!(taking(Take::Join(String::new())), json!({"c": "AB"}));
        let single = ClaimRule { take: Take::All, ..rule("c", &["given"]) };
        assert_eq!(made(single, &[("urn:given", &["A"])]).0, json!({"c": ["A"]}));
    }

    #[test]
    fn a_claim_has_the_json_type_of_its_attributes_kind() {
        let of = |name: &str, value: &str| {
            made(rule("c", &[name]), &[(format!("urn:{name}").as_str(), &[value])]).0
        };
        assert_eq!(of("given", "1"), json!({"c": "1"}));
        assert_eq!(of("checked", "1"), json!({"c": true}));
        assert_eq!(of("size", "-7"), json!({"c": -7}));
        assert_eq!(of("born", "1981-02-21"), json!({"c": "1981-02-21"}));
        let sizes = ClaimRule { take: Take::All, ..rule("c", &["size"]) };
        assert_eq!(made(sizes, &[("urn:size", &["1", "2"])]).0, json!({"c": [1, 2]}));
    }

    #[test]
    fn a_value_that_is_not_of_its_kind_refuses_the_login() {
        for (name, kind) in
            [("checked", Kind::Boolean), ("size", Kind::Integer), ("born", Kind::Date)]
        {
            let source = format!("urn:{name}");
            let wrong = MappingError::WrongKind { claim: "c".into(), kind };
            for take in [Take::Only, Take::First, Take::All, Take::Join(" ".into())] {
                let rule = ClaimRule { take, ..rule("c", &[name]) };
                let error = apply(rule, &[(source.as_str(), &["Demo"])]).unwrap_err();
                assert_eq!(error, wrong);
            }
        }
    }

    /// An OpenID Provider may keep the year of a birth date back, or all but the year
    /// [OIDC Core §5.1]. That is no day, and the year 0 would make everybody of age.
    #[test]
    fn a_part_of_a_date_refuses_the_login_by_its_name() {
        for part in ["1981", "0000-02-21"] {
            for required in [true, false] {
                let rule = ClaimRule { required, ..rule("c", &["born"]) };
                let error = apply(rule, &[("urn:born", &[part])]).unwrap_err();
                assert_eq!(error, MappingError::PartialDate { claim: "c".into() }, "{part}");
            }
        }
    }

    #[test]
    fn a_constant_is_there_for_everybody() {
        let constant = ClaimSource::Constant(json!({"country": ["FI"]}));
        let rule = ClaimRule { source: constant, ..rule("c", &[]) };
        assert_eq!(made(rule, &[]), (json!({"c": {"country": ["FI"]}}), Outcome::Constant));
    }

    #[test]
    fn claims_go_through_serde_as_a_plain_object() {
        let claims = apply(rule("c", &["given"]), &[("urn:given", &["Åke"])]).unwrap().claims;
        let text = serde_json::to_string(&claims).unwrap();
        assert_eq!(text, r#"{"c":"Åke"}"#);
        assert_eq!(serde_json::from_str::<Claims>(&text).unwrap(), claims);
    }
}
