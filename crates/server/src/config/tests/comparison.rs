//! What one configuration changes against another.

use serde_json::{Value, json};

use super::super::*;
use super::mistakes::{Files, GOOD};
use crate::comparison::Comparison;
use crate::summarize::{facts, summary};

/// Upstreams whose names could be a person's number.
const ODD: &str = "  x-0201256-6:
    entity_id: https://x.example/metadata
    sso: { redirect: https://x.example/sso }
    signing_certificates: [file:idp.crt]
    loa: [urn:low, urn:high]
    subject: { attributes: [mail], then: [trim] }
  y-0201256-6:
    entity_id: https://y.example/metadata
    sso: { redirect: https://y.example/sso }
    signing_certificates: [file:idp.crt]
    loa: [urn:low, urn:high]
    subject: [nameid]
clients:
";

/// What these replacements in the good file change.
fn compared(replacements: &[(&str, &str)]) -> Comparison {
    compared_with(GOOD, replacements)
}

/// The same in another file.
fn compared_with(good: &str, replacements: &[(&str, &str)]) -> Comparison {
    let (files, no) = (&Files::new().with("another-subject", KEY), &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    let good = &good.replacen("clients:\n", ODD, 1);
    let text = replacements.iter().fold(good.clone(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let config = |text: &str| load("silta.yaml", text, &sources).unwrap().0;
    let parsed = |text| Document::parse("silta.yaml", text).unwrap();
    let (before, after) = (parsed(good), parsed(&text));
    let (config_before, config_after) = (config(good), config(&text));
    let key = &config_before.subject_key;
    let facts = [facts(&before, &config_before, key), facts(&after, &config_after, key)];
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
        (
            "urn:oid:2.16.840.1.113730.3.1.3",
            "urn:oid:1.2.3",
            "people of idp: employeeNumber has other names on the wire",
        ),
        (
            "2.16.840.1.113730.3.1.3 }",
            "2.16.840.1.113730.3.1.3, type: integer }",
            "people of idp: employeeNumber has other names on the wire, or another type",
        ),
        ("then: [trim]", "then: [lower]", "people of …: subject changed"),
        ("https://y.example/metadata", "https://y.example/other", "people of …: entity_id changed"),
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
    let told = "people become others: people of idp: entity_id changed";
    assert!(shown.contains(told), "{shown}");
    assert!(!compared(&[(entity_id, other)]).changes_subjects(), "an attribute means the same");
}

/// Whether these changes of that file make people others for this reason.
fn becomes(good: &str, replacements: &[(&str, &str)], why: &str) -> bool {
    let shown = compared_with(good, replacements).text();
    shown.contains(&format!("people become others: people of {why}\n"))
}

#[test]
fn other_names_on_the_wire_are_found_wherever_they_come_from() {
    let others = |of: &str| format!("{of} has other names on the wire, or another type");
    let section = "attributes:\n  employeeNumber: { names: urn:oid:2.16.840.1.113730.3.1.3 }\n";
    let without = GOOD.replace(section, "").replace("employeeNumber", "mail");
    let whole = "attributes:\n  mail: { names: urn:example:mail }\nupstreams:\n";
    for upstream in ["idp", "op", "…"] {
        let why = others(&format!("{upstream}: mail"));
        assert!(becomes(&without, &[("upstreams:\n", whole)], &why), "the whole section comes");
    }
    let of_op = "subject: [mail]\n    attributes: { mail: { names: mail_address } }\n";
    assert!(becomes(GOOD, &[("subject: [mail]\n", of_op)], &others("op: mail")));

    let mine =
        "attributes: { mine: { names: [urn:example:1, urn:example:2] } }\n    subject: [mine]";
    let mine = GOOD.replacen("subject: [employeeNumber]", mine, 1);
    let taken = "attributes:\n  foo: { names: urn:example:1 }\n";
    assert!(becomes(&mine, &[("attributes:\n", taken)], &others("idp: mine")), "taken away");

    let named = "attributes: { mine: { names: urn:example:1, type: nameid } }\n    subject: [mine]";
    let named = GOOD.replacen("subject: [employeeNumber]", named, 1);
    let other = [("urn:example:1", "urn:example:2")];
    assert!(becomes(&named, &other, &others("idp: mine")), "a qualified name");
    assert!(becomes(&named, &[(IDP, "https://other.example")], "idp: entity_id changed"));
    assert!(becomes(&named, &[("signed: both", OTHER_SP)], "idp: sp_entity_id changed"));
}

#[test]
fn what_a_name_of_the_provider_means_something_within_is_told() {
    let by_name_id = GOOD.replacen("subject: [employeeNumber]", "subject: [nameid]", 1);
    for (from, to, key) in [
        ("signed: both", "nameid_formats: [email]\n    signed: both", "nameid_formats"),
        ("signed: both", "name_id_format: persistent\n    signed: both", "name_id_format"),
        ("signed: both", OTHER_SP, "sp_entity_id"),
        ("https://login.example", "https://other.example", "sp_entity_id"),
    ] {
        let to = to.replace("[email]", &format!("[{EMAIL}]"));
        let to = to.replace("persistent", PERSISTENT);
        let why = format!("idp: {key} changed");
        assert!(becomes(&by_name_id, &[(from, &to)], &why), "{to}");
        assert!(!becomes(GOOD, &[(from, &to)], &why), "an attribute means the same: {to}");
    }
    let by_sub = GOOD.replacen("subject: [mail]", "subject: [providerSubject]", 1);
    for (from, to, key) in [
        ("https://op.example", "https://other.example", "issuer"),
        ("client_id: silta", "client_id: other", "client_id"),
        ("https://login.example", "https://other.example", "public_url"),
    ] {
        assert!(becomes(&by_sub, &[(from, to)], &format!("op: {key} changed")), "{key}");
    }
}

#[test]
fn an_upstream_with_another_name_has_other_people_unless_it_keeps_their_source() {
    let renamed = [
        ("  idp:\n", "  new:\n"),
        ("upstream: idp", "upstream: new"),
        ("upstream: idp", "upstream: new"),
    ];
    assert!(becomes(GOOD, &renamed, "idp: no upstream has their subject source"));
    let kept = "subject: { attributes: [employeeNumber], source: idp, least_level: urn:low }";
    let kept = [renamed.as_slice(), &[("subject: [employeeNumber]", kept)]].concat();
    assert!(!compared(&kept).changes_subjects());
    let other = [kept.as_slice(), &[("2.16.840.1.113730.3.1.3", "1.2.3")]].concat();
    let why = "idp: employeeNumber has other names on the wire, or another type";
    assert!(becomes(GOOD, &other, why));
}

#[test]
fn what_is_told_to_operators_repeats_no_name_that_could_be_a_persons() {
    let (files, no) = (&Files::new(), &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    let text = GOOD.replacen("clients:\n", ODD, 1);
    let config = load("silta.yaml", &text, &sources).unwrap().0;
    let summary = summary(&Document::parse("silta.yaml", &text).unwrap(), &config);
    let sent = serde_json::to_string(&summary).unwrap();
    for hidden in ["0201256-6", "y.example", "login.example", "2.16.840", "nameid-format", "trim"] {
        assert!(!sent.contains(hidden), "{hidden}");
    }
    assert!(sent.contains("employeeNumber"));
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

const IDP: &str = "https://idp.example/metadata";
const OTHER_SP: &str = "sp_entity_id: https://us.example\n    signed: both";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// 32 octets that are another key.
const KEY: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
