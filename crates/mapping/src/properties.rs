//! Properties of every rule and every person, tried on all small combinations.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use serde_json::Value;

use crate::example::{of_kinds, suomifi};
use crate::login::tests::login;
use crate::{
    Attributes, ClaimRule, ClaimRules, ClaimSource, Dictionary, Kind, Operation, Operator,
    Otherwise, Table, Take, ValueRule,
};

/// Every list of none, one or two of [`VALUES`].
fn lists() -> impl Iterator<Item = Vec<&'static str>> {
    let pairs = VALUES.iter().flat_map(|a| VALUES.iter().map(|b| vec![*a, *b]));
    [vec![]].into_iter().chain(VALUES.iter().map(|one| vec![*one])).chain(pairs)
}

/// A dictionary of `subject`, which is of this `kind`, and an attribute that no rule reads.
fn dictionary(kind: Kind) -> Dictionary {
    of_kinds(&[("subject", kind), ("decoy", Kind::Text)])
}

fn person(dictionary: &Dictionary, values: &[&str]) -> Attributes {
    let decoy: &[&str] = &[DECOY];
    let delivered = [("urn:decoy", decoy), ("urn:subject", values), ("urn:unknown", decoy)];
    let pairs = delivered.map(|(name, values)| (name, values.iter().copied()));
    dictionary.recognise(pairs)
}

/// Every way to write a rule over `subject` without operators.
fn rules() -> impl Iterator<Item = ClaimRule> {
    let takes = [Take::Only, Take::First, Take::All, Take::Join("|".into())];
    takes.into_iter().flat_map(|take| {
        [Otherwise::LeftOut, Otherwise::Blank, Otherwise::Refused].map(|otherwise| {
            let value = ValueRule { take: take.clone(), ..ValueRule::from(&["subject"]) };
            ClaimRule { otherwise, ..ClaimRule::new("claim", value) }
        })
    })
}

fn take(rule: &ClaimRule) -> &Take {
    &rule.one_of.first().unwrap().take
}

/// Whether `made` can be read off `delivered` alone.
fn is_from(made: &Value, delivered: &[&str], rule: &ClaimRule) -> bool {
    match made {
        Value::String(text) if text.is_empty() => rule.otherwise == Otherwise::Blank,
        Value::String(text) if matches!(take(rule), Take::Join(_)) => {
            text.split('|').all(|part| delivered.contains(&part))
        }
        Value::String(text) => delivered.contains(&text.as_str()),
        Value::Array(several) => several.iter().all(|one| is_from(one, delivered, rule)),
        Value::Bool(true) => delivered.contains(&"true"),
        Value::Number(number) => delivered.contains(&number.to_string().as_str()),
        Value::Bool(false) | Value::Null | Value::Object(_) => false,
    }
}

#[test]
fn a_rule_never_invents_a_value() {
    let mut made = 0;
    for kind in KINDS {
        let dictionary = dictionary(kind);
        for rule in rules() {
            let rules = ClaimRules::compile(&[&dictionary], vec![rule.clone()], &[]).unwrap();
            for values in lists() {
                let Ok(mapped) = rules.apply(&person(&dictionary, &values), &login()) else {
                    continue;
                };
                assert_eq!(mapped.trace.steps.len(), 1);
                for value in mapped.claims.as_map().values() {
                    assert!(is_from(value, &values, &rule), "{value} of {values:?} by {rule:?}");
                    made += 1;
                }
            }
        }
    }
    assert!(made > 1000, "only {made} claims were made");
}

#[test]
fn text_comes_out_as_it_went_in() {
    let dictionary = dictionary(Kind::Text);
    let all = |rule: &ClaimRule| *take(rule) == Take::Only && rule.otherwise == Otherwise::Blank;
    let rules = ClaimRules::compile(&[&dictionary], rules().filter(all).collect(), &[]).unwrap();
    for value in VALUES {
        let mapped = rules.apply(&person(&dictionary, &[value]), &login()).unwrap();
        assert_eq!(mapped.claims.as_map().get("claim"), Some(&Value::from(value)));
    }
}

/// Every operator, used as its page shows.
fn operations() -> impl Iterator<Item = Operation> {
    Operator::all().iter().map(|operator| {
        let plain = |text: &str| text.trim_matches('"').replace("\\\\", "\\");
        let fields =
            operator.fields.iter().map(|field| (field.name.to_owned(), plain(field.example)));
        let table = Table::new([("12".to_owned(), vec!["twelve".to_owned(), "dozen".to_owned()])]);
        operator.with(fields.collect(), Some(Arc::new(table))).unwrap()
    })
}

#[test]
fn every_operator_and_every_two_of_them_are_total_and_never_print_what_they_saw() {
    let dictionary = dictionary(Kind::Text);
    let mut tried = 0;
    for first in operations() {
        for second in operations() {
            for take in [Take::Only, Take::All] {
                let then = vec![first.clone(), second.clone()];
                let value = ValueRule { then, take, ..ValueRule::from(&["subject"]) };
                let rule = vec![ClaimRule::new("claim", value)];
                let Ok(rules) = ClaimRules::compile(&[&dictionary], rule, &[]) else { continue };
                for values in lists() {
                    let person = person(&dictionary, &values);
                    let made = rules.apply(&person, &login());
                    assert_eq!(made, rules.apply(&person, &login()), "the same twice");
                    let said = format!("{made:?}");
                    assert!(!said.contains("9988") && !said.contains("Åsa"), "{said}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 30_000, "only {tried} were tried");
}

#[test]
fn the_order_of_attributes_changes_nothing() {
    let dictionary = suomifi();
    let sources = dictionary.attributes().filter_map(|one| one.sources.first());
    let delivered: Vec<_> = sources.map(|source| (source.as_str(), [source.as_str()])).collect();
    let names: Vec<_> = dictionary.attributes().map(|one| one.name.as_str()).collect();
    let mut claims: Vec<_> =
        names.iter().map(|name| ClaimRule::new(*name, ValueRule::from(&[name]))).collect();
    claims.push(ClaimRule::new("first", ValueRule::from(&names)));
    let all = names.iter().map(|name| ValueRule::from(&[name])).collect();
    claims.push(ClaimRule::new("all", ValueRule::of(ClaimSource::List(all))));
    let rules = ClaimRules::compile(&[&dictionary], claims, &[]).unwrap();
    let made = |turned: usize| {
        let mut delivered = delivered.clone();
        delivered.rotate_left(turned);
        rules.apply(&dictionary.recognise(delivered), &login()).unwrap()
    };
    let expected = made(0);
    assert_eq!(expected.claims.as_map().len(), delivered.len() + 2);
    for turned in 1..delivered.len() {
        assert_eq!(made(turned), expected);
    }
}

#[test]
fn nothing_printed_holds_a_value() {
    const MARK: &str = "9988";
    for kind in KINDS {
        let dictionary = dictionary(kind);
        let (mut answers, mut refusals) = (0, 0);
        for rule in rules() {
            let rules = ClaimRules::compile(&[&dictionary], vec![rule], &[]).unwrap();
            for values in [vec!["9988"], vec!["9988", "x9988"], vec!["x9988"], vec!["9988-01-01"]] {
                let person = person(&dictionary, &values);
                let answer = rules.apply(&person, &login());
                let said = match &answer {
                    Ok(mapped) => {
                        answers += 1;
                        format!("{mapped:?} {:?} {:#?} {:?}", mapped.claims, mapped, mapped.trace)
                    }
                    Err(error) => {
                        refusals += 1;
                        format!("{error:?} {error}")
                    }
                };
                let printed = format!("{person:?} {person:#?} {answer:?} {said}");
                assert!(!printed.contains(MARK), "{printed}");
            }
        }
        // A boolean never holds the mark, so only its refusals speak.
        assert!(refusals > 0 && (answers > 0 || kind == Kind::Boolean), "{kind}");
    }
    let bad = suomifi().recognise([("urn:oid:1.2.246.21", ["9988\09988"])]);
    let refused = bad.one("nationalIdentificationNumber").unwrap_err();
    assert!(!format!("{refused:?} {refused}").contains(MARK));
}

#[test]
fn the_example_login_fills_the_claims_of_its_user_pool() {
    let example = [
        ("custom:FI_nationalIN", "nationalIdentificationNumber", "210281-9988"),
        ("custom:FI_firstName", "givenName", "Nordea"),
        ("custom:FI_lastname", "sn", "Demo"),
        ("custom:FI_displayName", "displayName", "Nordea Demo"),
        ("custom:FI_commonName", "cn", "Demo Nordea"),
        ("custom:FI_vtjVerified", "vtjVerified", "true"),
        ("custom:FI_KotikuntaKuntanro", "KotikuntaKuntanumero", "853"),
        ("custom:FI_KotikuntaKuntaS", "KotikuntaKuntaS", "Turku"),
        ("custom:FI_VKLahiosoite", "VakinainenKotimainenLahiosoiteS", "Mansikkatie 11"),
        ("custom:FI_VKPostinumero", "VakinainenKotimainenLahiosoitePostinumero", "20006"),
        ("custom:FI_VKPostitoimip", "VakinainenKotimainenLahiosoitePostitoimipaikkaS", "TURKU"),
    ];
    let dictionary = suomifi();
    let rules = example.map(|(claim, attribute, _)| ClaimRule {
        otherwise: Otherwise::Refused,
        ..ClaimRule::new(claim, ValueRule::from(&[attribute]))
    });
    let rules = ClaimRules::compile(&[&dictionary], rules.to_vec(), &["sub"]).unwrap();
    let delivered = example.map(|(_, attribute, value)| {
        (dictionary.attribute(attribute).unwrap().sources.first().unwrap().as_str(), [value])
    });
    let mapped = rules.apply(&dictionary.recognise(delivered), &login()).unwrap();
    assert_eq!(mapped.claims.as_map().len(), example.len());
    for (claim, _, value) in example {
        assert_eq!(mapped.claims.as_map().get(claim), Some(&Value::from(value)), "{claim}");
    }
}

/// Values that have gone wrong somewhere before, and values of each kind.
const VALUES: [&str; 9] =
    ["", "Åsa Öhman", "D'Arc", "\"<b>\\", "Мария 🜁", "210281-9988", "true", "12", "1981-02-21"];
const DECOY: &str = "somebody else";
const KINDS: [Kind; 4] = [Kind::Text, Kind::Boolean, Kind::Integer, Kind::Date];
