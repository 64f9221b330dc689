//! What of rules is refused, and what they need.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::example::suomifi;
use crate::{Attribute, AttributeFact, AttributeTest, Condition, Facts, Kind, Operator};

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
            RuleError::UnknownAttribute { claim: claim("name"), attribute: "displayname".into() },
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
        let told = ClaimRules::compile(&[&suomifi()], vec![ClaimRule::new("country", value)], &[]);
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
        ClaimRules::compile(&[&suomifi()], vec![with(&["trim", "integer", "first"])], &[]).is_ok()
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
    let claims = ["city#fi", "city#sv-FI", "city#", "city#f", "city#fi fi", "sub#fi", "city#fi#sv"];
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
