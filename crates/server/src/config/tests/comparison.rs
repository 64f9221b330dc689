//! What one configuration changes against another.

use serde_json::{Value, json};

use super::super::*;
use super::mistakes::{Files, GOOD};
use crate::comparison::Comparison;
use crate::summarize::{facts, summary};

/// What these replacements in the good file change.
fn compared(replacements: &[(&str, &str)]) -> Comparison {
    compared_with(GOOD, replacements)
}

/// The same in another file.
fn compared_with(good: &str, replacements: &[(&str, &str)]) -> Comparison {
    let (files, no) = (&Files::new().with("another-subject", KEY), &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    let text = replacements.iter().fold(good.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let config = |text: &str| load("silta.yaml", text, &sources).unwrap().0;
    let parsed = |text| Document::parse("silta.yaml", text).unwrap();
    let (before, after) = (parsed(good), parsed(&text));
    let (config_before, config_after) = (config(good), config(&text));
    let facts = [facts(&config_before), facts(&config_after)];
    let comparison = Comparison::of(&before.changes(&after), &facts[0], &facts[1]);
    let summaries = [summary(&before, &config_before), summary(&after, &config_after)];
    let outlined = Comparison::of_summaries(&summaries[0], &summaries[1]);
    if facts[0].subject_key == facts[1].subject_key {
        assert_eq!(outlined.as_ref(), Some(&comparison), "without the files it is the same");
    } else {
        assert_eq!(outlined, None, "under another key nothing can be compared");
    }
    comparison
}

/// The same as programs read it, without what stays.
fn told(replacements: &[(&str, &str)]) -> Value {
    let mut all = serde_json::to_value(compared(replacements)).unwrap();
    let is_empty = |value: &Value| match value {
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.values().all(|one| *one == json!([])),
        other => *other == json!(true),
    };
    let told = all.as_object_mut().unwrap();
    told.retain(|name, value| !["before", "after"].contains(&name.as_str()) && !is_empty(value));
    all
}

#[test]
fn another_spelling_changes_nothing() {
    assert_eq!(told(&[("clock_skew: 1m", "clock_skew: 60s # one minute")]), json!({}));
}

#[test]
fn claims_that_are_gained_lost_and_made_otherwise_are_told_by_relying_party() {
    let changes = [
        ("name: displayName\n", "nickname: displayName\n"),
        ("take: first }", "take: first, required: true }"),
        ("attributes: { mail: mail }", "attributes: { mail: mail, name: displayName }"),
    ];
    let expected = json!({ "claims": {
        "shop": { "gained": ["nickname"], "lost": ["name"], "changed": ["given_name"] },
        "vpn": { "gained": ["name"], "lost": [], "changed": [] },
    } });
    assert_eq!(told(&changes), expected);
}

#[test]
fn whatever_makes_people_somebody_else_is_told() {
    for (from, to, why) in [
        ("subject: [employeeNumber]", "subject: [mail]", "people of idp: subject changed"),
        (
            "subject: [employeeNumber]",
            "subject: { attributes: [employeeNumber], source: staff, least_level: urn:low }",
            "people of idp: subject changed",
        ),
        (
            "subject: [employeeNumber]",
            "subject: { attributes: [employeeNumber], then: [trim] }",
            "people of idp: subject changed",
        ),
        (
            "    id_token_life: 5m",
            "    sector: together\n    id_token_life: 5m",
            "people at shop: sector changed",
        ),
        ("format: email", "format: persistent", "service_providers.vpn.name_id"),
        ("urn:oid:2.16.840.1.113730.3.1.3", "urn:oid:1.2.3", "attributes.employeeNumber"),
        ("subject: file:subject", "subject: file:another-subject", "everybody: keys.subject"),
    ] {
        let comparison = compared(&[(from, to)]);
        let shown = comparison.text();
        assert!(comparison.changes_subjects(), "{to}: {shown}");
        assert!(shown.contains(&format!("people become others: {why}")), "{to}: {shown}");
    }
    let longer = [("subject: [employeeNumber]", "subject: { attributes: [employeeNumber] }")];
    assert!(!compared(&longer).changes_subjects());
}

#[test]
fn people_who_are_known_by_a_name_of_their_provider_are_others_at_another() {
    let by_name_id = GOOD.replacen("subject: [employeeNumber]", "subject: [nameid]", 1);
    let entity_id = "entity_id: https://idp.example/metadata";
    let other = "entity_id: https://idp.example/other";
    let shown = compared_with(&by_name_id, &[(entity_id, other)]).text();
    let told = "people become others: people of idp: upstreams.idp.entity_id changed";
    assert!(shown.contains(told), "{shown}");
    assert!(!compared(&[(entity_id, other)]).changes_subjects(), "an attribute means the same");
}

#[test]
fn what_needs_a_restart_is_told() {
    let told = told(&[("listen: 127.0.0.1:8080", "listen: 127.0.0.1:8081")]);
    let expected = json!({
        "endpoints": ["listen changed"],
        "restart_for": ["listen changed"],
        "without_restart": false,
    });
    assert_eq!(told, expected);
}

#[test]
fn other_changes_are_told_by_what_they_are_about() {
    let changes = [
        ("    id_token_life: 5m", "    id_token_life: 6m\n    id_token_alg: PS256"),
        ("https://shop.example/callback", "https://shop.example/other"),
        ("loa: [low, high]", "loa: [middle, high]"),
        ("trusted_proxies: [10.0.0.0/16]", "trusted_proxies: [10.1.0.0/16]"),
    ];
    let expected = json!({
        "algorithms": ["clients.shop.id_token_alg changed"],
        "endpoints": ["clients.shop.redirect_uris changed"],
        "others": ["trusted_proxies changed"],
        "relying_parties": ["clients.shop.id_token_life changed"],
        "speaks_for": {
            "gained": ["subject source op: its people log in at op (level middle or stronger)"],
            "lost": ["subject source op: its people log in at op (level low or stronger)"],
        },
        "upstreams": ["upstreams.op.loa changed"],
    });
    assert_eq!(told(&changes), expected);
}

#[test]
fn a_relying_party_that_comes_or_goes_is_one_change() {
    let section = "  alb:\n    secret: file:alb.secret\n    redirect_uris: [https://app.example/oauth2/idpresponse]\n    \
                   upstream: idp\n    claims: { email: mail }\n";
    let told = told(&[(section, "")]);
    assert_eq!(told, json!({ "relying_parties": ["clients.alb removed"] }));
}

/// 32 octets that are another key.
const KEY: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
