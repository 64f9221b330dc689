//! Applies the rules to one person's attributes.

use serde_json::{Map, Value};

use crate::make::{Made, Making};
use crate::mapped::{Claims, MappedClaims, MappingError, Outcome, Step, Trace};
use crate::{Attributes, ClaimRule, ClaimRules, Login, Otherwise, ValueRule};

impl ClaimRules {
    /// Makes the claims of one person. A value is never chosen, cut or guessed, and what no rule names refuses
    /// nobody.
    ///
    /// # Errors
    /// The first [`MappingError`], in the order of the rules. The login must then be refused: a missing claim
    /// would say something that the identity provider did not say.
    pub fn apply(
        &self,
        attributes: &Attributes,
        login: &Login<'_>,
    ) -> Result<MappedClaims, MappingError> {
        let mut claims = Map::new();
        let mut steps = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            let making = Making { claim: &rule.claim, rules: self, from: attributes, login };
            let (outcome, value) = rule.made(making)?;
            if let Some(value) = value {
                claims.insert(rule.claim.clone(), value);
            }
            steps.push(Step { claim: rule.claim.clone(), outcome });
        }
        Ok(MappedClaims { claims: Claims::new(claims), trace: Trace { steps } })
    }
}

impl ClaimRule {
    fn made(&self, making: Making<'_>) -> Result<(Outcome, Option<Value>), MappingError> {
        let mut outcome = Outcome::Excluded;
        for value in &self.one_of {
            match making.value(value) {
                Ok(Made::Value(value, outcome)) => return Ok((outcome, Some(value))),
                // What says most of why: the first that counts for this login.
                Ok(Made::Nothing(why)) if outcome == Outcome::Excluded => outcome = why,
                Ok(Made::Nothing(_)) => {}
                // It decides, whatever it says: another one might say something else.
                Err(error @ MappingError::ForbiddenCharacter { .. })
                    if self.otherwise != Otherwise::Refused =>
                {
                    outcome = Outcome::Unusable(error);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        match &self.otherwise {
            Otherwise::Refused => Err(MappingError::Missing { claim: self.claim.clone() }),
            Otherwise::LeftOut => Ok((outcome, None)),
            Otherwise::Blank if self.one_of.iter().any(ValueRule::makes_lists) => {
                Ok((outcome, Some(Value::Array(vec![]))))
            }
            Otherwise::Blank => Ok((outcome, Some(Value::String(String::new())))),
            // What cannot be used is not nothing: nobody says the default of it.
            Otherwise::Default(_) if matches!(outcome, Outcome::Unusable(_)) => Ok((outcome, None)),
            Otherwise::Default(value) => Ok((Outcome::Default, Some(value.clone()))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::example::of_kinds;
    use crate::login::tests::login;
    use crate::{ClaimRule, ClaimSource, Dictionary, Kind, Otherwise, Take, ValueRule};

    fn dictionary() -> Dictionary {
        of_kinds(&[
            ("given", Kind::Text),
            ("first", Kind::Text),
            ("checked", Kind::Boolean),
            ("size", Kind::Integer),
            ("born", Kind::Date),
        ])
    }

    fn rule(claim: &str, names: &[&str]) -> ClaimRule {
        ClaimRule::new(claim, ValueRule::from(names))
    }

    fn taking(take: &Take, rule: ClaimRule) -> ClaimRule {
        let one_of = rule.one_of.into_iter().map(|one| ValueRule { take: take.clone(), ..one });
        ClaimRule { one_of: one_of.collect(), ..rule }
    }

    fn blank(rule: ClaimRule) -> ClaimRule {
        ClaimRule { otherwise: Otherwise::Blank, ..rule }
    }

    fn required(rule: ClaimRule) -> ClaimRule {
        ClaimRule { otherwise: Otherwise::Refused, ..rule }
    }

    fn apply(rule: ClaimRule, delivered: &[(&str, &[&str])]) -> Result<MappedClaims, MappingError> {
        let pairs = delivered.iter().map(|(name, values)| (*name, values.iter().copied()));
        let attributes = dictionary().recognise(pairs);
        ClaimRules::compile(&[&dictionary()], vec![rule], &[]).unwrap().apply(&attributes, &login())
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
        let blank = blank(plain.clone());
        let all = taking(&Take::All, blank.clone());
        let number = ClaimRule { otherwise: Otherwise::Blank, ..rule("c", &["size"]) };
        assert_eq!(made(plain.clone(), &[]), (json!({}), Outcome::Absent));
        assert_eq!(made(plain, &[("urn:first", &[""])]), (json!({}), Outcome::Empty));
        assert_eq!(made(blank.clone(), &[]), (json!({"c": ""}), Outcome::Absent));
        assert_eq!(made(blank, &[("urn:first", &[])]), (json!({"c": ""}), Outcome::Empty));
        assert_eq!(made(all, &[]), (json!({"c": []}), Outcome::Absent));
        assert_eq!(made(number, &[]), (json!({"c": ""}), Outcome::Absent));
    }

    #[test]
    fn a_required_claim_without_a_value_refuses_the_login() {
        let required = required(rule("c", &["given"]));
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
        let all = taking(&Take::All, one);
        assert_eq!(made(all, parts).0, json!({"c": ["A", "B"]}));
    }

    #[test]
    fn values_that_are_equal_are_one_value() {
        let required = required(rule("c", &["given"]));
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
        let blank = blank(optional.clone());
        assert_eq!(made(blank, delivered), (json!({"c": ""}), unusable));
        let required = required(optional);
        assert_eq!(apply(required, delivered).unwrap_err(), why);
    }

    #[test]
    fn one_value_of_a_list_that_is_no_text_makes_the_list_unusable() {
        let why = MappingError::ForbiddenCharacter { claim: "c".into() };
        for take in [Take::All, Take::Join(", ".into())] {
            let required = required(taking(&take, rule("c", &["given"])));
            let error = apply(required, &[("urn:given", &["A", "B\u{1b}"])]).unwrap_err();
            assert_eq!(error, why);
        }
        let first = taking(&Take::First, rule("c", &["given"]));
        assert_eq!(made(first, &[("urn:given", &["A", "B\0"])]).0, json!({"c": "A"}));
    }

    #[test]
    fn takes_the_first_all_or_a_joined_text() {
        let values: &[(&str, &[&str])] = &[("urn:given", &["", "A", "", "B"])];
        let made_by = |take| made(taking(&take, rule("c", &["given"])), values).0;
        assert_eq!(made_by(Take::First), json!({"c": "A"}));
        assert_eq!(made_by(Take::All), json!({"c": ["A", "B"]}));
        assert_eq!(made_by(Take::Join(", ".into())), json!({"c": "A, B"}));
        assert_eq!(made_by(Take::Join(String::new())), json!({"c": "AB"}));
        let single = taking(&Take::All, rule("c", &["given"]));
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
        let sizes = taking(&Take::All, rule("c", &["size"]));
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
                let rule = taking(&take, rule("c", &[name]));
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
            for rule in [rule("c", &["born"]), required(rule("c", &["born"]))] {
                let error = apply(rule, &[("urn:born", &[part])]).unwrap_err();
                assert_eq!(error, MappingError::PartialDate { claim: "c".into() }, "{part}");
            }
        }
    }

    #[test]
    fn a_constant_is_there_for_everybody() {
        let constant = ClaimSource::Constant(json!({"country": ["FI"]}));
        let rule = ClaimRule::new("c", ValueRule::of(constant));
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
