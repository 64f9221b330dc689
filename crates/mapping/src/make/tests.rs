//! What rules make of attributes.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::example::of_kinds;
use crate::login::tests::login;
use crate::{
    ClaimRule, ClaimRules, ClaimSource, Condition, Dictionary, Facts, Operator, Otherwise,
    ValueRule,
};

fn dictionary() -> Dictionary {
    of_kinds(&[
        ("born", Kind::Date),
        ("checked", Kind::Boolean),
        ("any", Kind::Json),
        ("given", Kind::Text),
        ("family", Kind::Text),
        ("mail", Kind::Text),
        ("groups", Kind::Text),
    ])
}

type Delivered<'a> = &'a [(&'a str, &'a [&'a str])];

/// The claim of a rule and its outcome.
fn try_made(
    rule: ClaimRule,
    delivered: Delivered<'_>,
) -> Result<(Option<Value>, Outcome), MappingError> {
    let sources: Vec<_> = delivered.iter().map(|(name, _)| format!("urn:{name}")).collect();
    let pairs = sources.iter().zip(delivered);
    let pairs = pairs.map(|(source, (_, values))| (source.as_str(), values.iter().copied()));
    let attributes = dictionary().recognise(pairs);
    let rules = ClaimRules::compile(&[&dictionary()], vec![rule], &[]).unwrap();
    let mut mapped = rules.apply(&attributes, &login())?;
    let outcome = mapped.trace.steps.pop().unwrap().outcome;
    Ok((mapped.claims.into_map().remove("c"), outcome))
}

fn made(value: ValueRule, delivered: Delivered<'_>) -> (Option<Value>, Outcome) {
    try_made(ClaimRule::new("c", value), delivered).unwrap()
}

fn then(value: ValueRule, operators: &[(&str, &[(&str, &str)])]) -> ValueRule {
    let built = operators.iter().map(|(name, fields)| {
        let fields = fields.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Operator::named(name).unwrap().with(fields.collect::<BTreeMap<_, _>>(), None).unwrap()
    });
    ValueRule { then: built.collect(), ..value }
}

fn at(upstream: &str, value: ValueRule) -> ValueRule {
    let when = Facts { upstreams: vec![upstream.to_owned()], ..Facts::default() };
    ValueRule { condition: Condition { when, unless: Facts::default() }, ..value }
}

fn constant(value: Value) -> ValueRule {
    ValueRule::of(ClaimSource::Constant(value))
}

fn matched(attribute: &str) -> Outcome {
    Outcome::Matched { attribute: attribute.to_owned() }
}

#[test]
fn operators_come_one_after_the_other_and_take_comes_last() {
    let rule = then(ValueRule::from(&["mail"]), &[("trim", &[]), ("lower", &[])]);
    let (claim, outcome) = made(rule.clone(), &[("mail", &["A@X.fi", "a@x.FI"])]);
    assert_eq!((claim, outcome), (Some(json!("a@x.fi")), matched("mail")));
    let several = MappingError::SeveralValues { claim: "c".into() };
    let two: Delivered<'_> = &[("mail", &["a@x.fi", "b@x.fi"])];
    assert_eq!(try_made(ClaimRule::new("c", rule.clone()), two).unwrap_err(), several);
    let all = ValueRule { take: Take::All, ..rule };
    assert_eq!(made(all, two).0, Some(json!(["a@x.fi", "b@x.fi"])));
}

#[test]
fn operators_that_leave_nothing_make_no_claim_and_no_other_attribute_is_asked() {
    let rule = then(ValueRule::from(&["mail", "given"]), &[("extract", &[("pattern", "@(.+)$")])]);
    let delivered: Delivered<'_> = &[("mail", &["nowhere"]), ("given", &["a@x.fi"])];
    assert_eq!(made(rule, delivered), (None, Outcome::Dropped));
}

#[test]
fn a_type_is_said_by_the_last_operator_or_by_the_attribute() {
    let year = then(
        ValueRule::from(&["born"]),
        &[("extract", &[("pattern", "^[0-9]{4}")]), ("integer", &[])],
    );
    assert_eq!(made(year, &[("born", &["1981-02-21"])]).0, Some(json!(1981)));
    let first = then(ValueRule::from(&["checked"]), &[("first", &[])]);
    assert_eq!(made(first, &[("checked", &["1", "0"])]).0, Some(json!(true)));
    let text = then(ValueRule::from(&["checked"]), &[("upper", &[])]);
    assert_eq!(made(text, &[("checked", &["true"])]).0, Some(json!("TRUE")));
    let parsed = then(ValueRule::from(&["given"]), &[("json", &[])]);
    assert_eq!(made(parsed, &[("given", &["{\"a\":[1]}"])]).0, Some(json!({"a": [1]})));
    assert_eq!(made(ValueRule::from(&["any"]), &[("any", &["[true]"])]).0, Some(json!([true])));
}

#[test]
fn operators_see_only_what_is_of_the_attributes_type() {
    let year = then(ValueRule::from(&["born"]), &[("extract", &[("pattern", "^[0-9]{4}")])]);
    let partial = MappingError::PartialDate { claim: "c".into() };
    let delivered: Delivered<'_> = &[("born", &["0000-02-21"])];
    assert_eq!(try_made(ClaimRule::new("c", year), delivered).unwrap_err(), partial);
    let forbidden = then(ValueRule::from(&["given"]), &[("first", &[])]);
    let why = MappingError::ForbiddenCharacter { claim: "c".into() };
    assert_eq!(made(forbidden, &[("given", &["a", "b\0"])]), (None, Outcome::Unusable(why)));
}

#[test]
fn operators_that_make_too_much_refuse_the_login() {
    let vast = then(
        ValueRule::from(&["given"]),
        &[("replace", &[("pattern", "a"), ("with", &"0123456789".repeat(10))])],
    );
    let text = "a".repeat(700);
    let refused = try_made(ClaimRule::new("c", vast), &[("given", &[&text])]).unwrap_err();
    assert_eq!(refused, MappingError::TooLong { claim: "c".into() });
}

#[test]
fn a_template_needs_a_value_for_each_place() {
    let of = |text: &str| ValueRule::of(ClaimSource::Template(Template::parse(text).unwrap()));
    let name = || of("{given} {family}");
    let both: Delivered<'_> = &[("given", &["Nordea"]), ("family", &["Demo", "Demo"])];
    assert_eq!(made(name(), both), (Some(json!("Nordea Demo")), Outcome::Made));
    assert_eq!(made(name(), &[("given", &["Nordea"])]), (None, Outcome::Absent));
    assert_eq!(
        made(of("{sub}@{client}.{upstream}/{level}"), &[]).0,
        Some(json!("5f1c@portal.suomifi/substantial"))
    );
    let two: Delivered<'_> = &[("given", &["A"]), ("family", &["B", "C"])];
    let several = MappingError::SeveralValues { claim: "c".into() };
    assert_eq!(try_made(ClaimRule::new("c", name()), two).unwrap_err(), several);
    // A value is no template.
    assert_eq!(made(of("{given}"), &[("given", &["{sub}"])]).0, Some(json!("{sub}")));
}

#[test]
fn a_place_of_a_template_is_of_the_attributes_type() {
    let template = ClaimSource::Template(Template::parse("born {born}").unwrap());
    let rule = || ClaimRule::new("c", ValueRule::of(template.clone()));
    let whole: Delivered<'_> = &[("born", &["1981-02-21"])];
    assert_eq!(try_made(rule(), whole).unwrap().0, Some(json!("born 1981-02-21")));
    let partial = MappingError::PartialDate { claim: "c".into() };
    assert_eq!(try_made(rule(), &[("born", &["0000-02-21"])]).unwrap_err(), partial);
}

#[test]
fn an_object_has_the_members_that_have_values() {
    let member = |name: &str, rule| (name.to_owned(), rule);
    let address = || {
        ValueRule::of(ClaimSource::Object(vec![
            member("locality", then(ValueRule::from(&["given"]), &[("upper", &[])])),
            member("country", at("suomifi", constant(json!("FI")))),
            member("region", at("entra", constant(json!("EU")))),
            member("postal_code", ValueRule::from(&["family"])),
        ]))
    };
    let claim = made(address(), &[("given", &["Turku"])]);
    assert_eq!(claim, (Some(json!({"locality": "TURKU", "country": "FI"})), Outcome::Made));
    let none = ValueRule::of(ClaimSource::Object(vec![member("a", ValueRule::from(&["given"]))]));
    assert_eq!(made(none, &[]), (None, Outcome::Absent));
    let why = MappingError::ForbiddenCharacter { claim: "c".into() };
    assert_eq!(made(address(), &[("family", &["\0"])]), (None, Outcome::Unusable(why)));
}

#[test]
fn a_list_has_the_values_of_all_its_rules_in_order() {
    let groups = ValueRule { take: Take::All, ..ValueRule::from(&["groups"]) };
    let list = || {
        ClaimSource::List(vec![
            constant(json!("user")),
            groups.clone(),
            ValueRule::from(&["given"]),
        ])
    };
    let delivered: Delivered<'_> = &[("groups", &["b", "", "a"])];
    let all = made(ValueRule::of(list()), delivered);
    assert_eq!(all, (Some(json!(["user", "b", "a"])), Outcome::Made));
    let joined = ValueRule { take: Take::Join(" ".into()), ..ValueRule::of(list()) };
    assert_eq!(made(joined, delivered).0, Some(json!("user b a")));
    let first = ValueRule { take: Take::First, ..ValueRule::of(list()) };
    assert_eq!(made(first, delivered).0, Some(json!("user")));
    let empty = ValueRule::of(ClaimSource::List(vec![groups.clone()]));
    assert_eq!(made(empty, &[]), (None, Outcome::Absent));
}

#[test]
fn the_first_rule_that_counts_and_has_a_value_decides() {
    let one_of = vec![
        at("entra", constant(json!("card"))),
        ValueRule::from(&["mail"]),
        at("suomifi", constant(json!("bank"))),
    ];
    let rule = ClaimRule { claim: "c".into(), one_of, otherwise: Otherwise::LeftOut };
    assert_eq!(try_made(rule.clone(), &[]).unwrap(), (Some(json!("bank")), Outcome::Constant));
    let (claim, outcome) = try_made(rule, &[("mail", &["a@x.fi"])]).unwrap();
    assert_eq!((claim, outcome), (Some(json!("a@x.fi")), matched("mail")));
}

#[test]
fn without_a_value_the_default_stands_and_what_cannot_be_used_is_not_without() {
    let mail = || ClaimRule {
        otherwise: Otherwise::Default(json!("none")),
        ..ClaimRule::new("c", ValueRule::from(&["mail"]))
    };
    assert_eq!(try_made(mail(), &[]).unwrap(), (Some(json!("none")), Outcome::Default));
    let why = MappingError::ForbiddenCharacter { claim: "c".into() };
    let unusable = (None, Outcome::Unusable(why));
    assert_eq!(try_made(mail(), &[("mail", &["\0"])]).unwrap(), unusable);
}

#[test]
fn a_rule_that_does_not_count_makes_nothing_and_a_required_one_refuses() {
    let rule = at("entra", ValueRule::from(&["mail"]));
    let delivered: Delivered<'_> = &[("mail", &["a@x.fi"])];
    assert_eq!(made(rule.clone(), delivered), (None, Outcome::Excluded));
    let required = ClaimRule { otherwise: Otherwise::Refused, ..ClaimRule::new("c", rule) };
    let missing = MappingError::Missing { claim: "c".into() };
    assert_eq!(try_made(required, delivered).unwrap_err(), missing);
}
