//! The JSON Schema of the file, in draft 7: what editors' language servers read.

use serde_json::{Map, Value, json};
use silta_mapping::{Field, FieldForm, Operator};

use crate::description::upstreams::{PROFILE_NAMES, profile_may_say};
use crate::description::{
    Form, Key, Kind, Need, ROOT, Rule, Section, Variants, claims, every_section,
};
use crate::packs;
use crate::page;
use crate::profile::PROFILES;
use crate::secrets::SCHEMES;
use crate::yaml::{self, Class, Data, Node};

/// The schema of a whole file.
#[must_use]
pub fn schema() -> Value {
    let mut schema = section(&ROOT);
    let shared = every_section().into_iter().filter(|one| is_shared(one));
    let shared = shared.map(|one| (defined(one.name), section(one)));
    let operator = ("operator".to_owned(), operators());
    let definitions: Map<_, _> = shared.chain([operator]).collect();
    join(&mut schema, json!({ "definitions": definitions }));
    let about = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Silta's configuration",
        "description": "Generated from the description of the keys. What a schema cannot say, `silta check` does.",
    });
    join(&mut schema, about);
    schema
}

fn section(section: &'static Section) -> Value {
    let property = |one: &'static Key| (one.name.to_owned(), key(one));
    let properties: Map<_, _> = section.keys.iter().map(property).collect();
    let required = section.keys.iter().filter(|key| matches!(key.need, Need::Required(_)));
    let required: Vec<_> = required.map(|key| key.name).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        join(&mut schema, json!({ "required": required }));
    }
    let rules = section.rules.iter().flat_map(|one| rule(section, one));
    let rules: Vec<_> = rules.chain(by_profile(section)).collect();
    if !rules.is_empty() {
        join(&mut schema, json!({ "allOf": rules }));
    }
    schema
}

fn key(key: &'static Key) -> Value {
    let mut schema = kind(&key.kind);
    let about = plain(&page::sentence(key));
    let without = match key.need {
        Need::Required(_) => "\n\nRequired.".to_owned(),
        Need::RequiredOrProfile(_) => "\n\nRequired, unless the profile has it.".to_owned(),
        Need::RequiredUnless(other, _) if profile_may_say(key) => {
            format!("\n\nRequired, unless the profile has it, or `{other}` is there.")
        }
        Need::RequiredUnless(other, _) => format!("\n\nRequired, unless `{other}` is there."),
        Need::RequiredWith(feature, _) => format!("\n\n{}.", capitalised(feature.needs())),
        Need::Default("{}") | Need::Absent("") => String::new(),
        Need::Default(text) => format!("\n\nDefault: `{text}`."),
        Need::Derived(text) => {
            let text = text.replace("{public_url}", "PUBLIC_URL").replace("{name}", "NAME");
            format!("\n\nDefault: `{text}`.")
        }
        Need::Absent(words) => format!("\n\nWithout it: {}.", plain(words)),
    };
    join(&mut schema, json!({ "description": about + &without }));
    if let Need::Default(text) = key.need {
        join(&mut schema, json!({ "default": value(text) }));
    }
    if !key.example.is_empty() {
        join(&mut schema, json!({ "examples": [value(key.example)] }));
    }
    schema
}

fn kind(of: &'static Kind) -> Value {
    match of {
        Kind::Text(form) => text(*form),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Duration { .. } => json!({ "type": "string", "pattern": "^[0-9]+[smh]$" }),
        Kind::Size { .. } => json!({ "type": "string", "pattern": "^[0-9]+KiB$" }),
        Kind::Number { most } => json!({ "type": "integer", "minimum": 0, "maximum": most }),
        Kind::Constant => json!({ "type": ["string", "integer", "boolean"] }),
        Kind::Operator => defined_as("operator"),
        Kind::Choice(words) => {
            let (words, sentences): (Vec<_>, Vec<_>) = words().into_iter().unzip();
            let mut schema = json!({ "enum": words });
            if sentences.iter().any(|sentence| !sentence.is_empty()) {
                let sentences: Vec<_> = sentences.into_iter().map(plain).collect();
                join(&mut schema, json!({ "enumDescriptions": sentences }));
            }
            schema
        }
        Kind::Reference(_) => {
            let prefixes: Vec<_> = SCHEMES.iter().map(|one| one.prefix).collect();
            json!({ "type": "string", "pattern": format!("^({}).", prefixes.join("|")) })
        }
        Kind::List(item) => {
            let one = kind(item);
            json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
        }
        Kind::Map { names, of } => {
            let mut schema = json!({ "type": "object", "additionalProperties": kind(of) });
            if let Some(pattern) = pattern(*names) {
                join(&mut schema, json!({ "propertyNames": { "pattern": pattern } }));
            }
            if *names != Form::ClaimName {
                join(&mut schema, json!({ "minProperties": 1 }));
            }
            schema
        }
        Kind::Section(one) => reference(one),
        Kind::Either(other, one) => json!({ "anyOf": [kind(other), reference(one)] }),
        Kind::Variants(all) => variants(all),
    }
}

/// A name alone, or a mapping from it to what it takes.
fn operators() -> Value {
    let alone = |one: &&Operator| one.fields.iter().all(|field| field.is_optional);
    let names: Vec<_> = Operator::all().iter().filter(alone).map(|one| one.name).collect();
    let field = |field: &Field| {
        let mut schema = match field.form {
            FieldForm::Word(words) => json!({ "enum": words }),
            FieldForm::Text | FieldForm::Table => json!({ "type": "string" }),
        };
        join(&mut schema, json!({ "description": plain(field.sentence) }));
        (field.name.to_owned(), schema)
    };
    let used = Operator::all().iter().filter_map(|one| {
        let fields: Map<_, _> = one.fields.iter().map(field).collect();
        let needed = one.fields.iter().filter(|field| !field.is_optional);
        let needed: Vec<_> = needed.map(|field| field.name).collect();
        let first = fields.get(one.fields.first()?.name)?.clone();
        let all = json!({ "type": "object", "properties": fields, "required": needed, "additionalProperties": false });
        let takes = if one.fields.len() == 1 { json!({ "anyOf": [first, all] }) } else { all };
        Some(json!({
            "type": "object",
            "description": plain(one.sentence),
            "properties": { one.name: takes },
            "required": [one.name],
            "additionalProperties": false,
        }))
    });
    let all: Vec<_> = [json!({ "enum": names })].into_iter().chain(used).collect();
    json!({ "anyOf": all })
}

/// Whether the rules of claims have it in many places.
fn is_shared(section: &Section) -> bool {
    [claims::ALTERNATIVE.name, claims::PART.name, claims::FACTS.name].contains(&section.name)
}

fn reference(one: &'static Section) -> Value {
    if is_shared(one) { defined_as(&defined(one.name)) } else { section(one) }
}

/// What stands beside `$ref` counts for nothing in this draft, and the keys that use it have sentences.
fn defined_as(name: &str) -> Value {
    json!({ "allOf": [{ "$ref": format!("#/definitions/{name}") }] })
}

/// The name of a section as a word.
fn defined(name: &str) -> String {
    name.chars().filter(|one| one.is_ascii_alphabetic() || *one == '_').collect()
}

/// Each word leads to its own section; without the word the default one counts.
fn variants(all: &'static Variants) -> Value {
    let usual = match all.key.need {
        Need::Default(word) => word,
        _ => "",
    };
    all.of.iter().rev().fold(json!({}), |other, (word, one)| {
        let schema = section(one);
        if *word == usual && other == json!({}) {
            return schema;
        }
        let mut says = json!({ "properties": { all.key.name: { "const": word } } });
        if *word != usual {
            join(&mut says, json!({ "required": [all.key.name] }));
        }
        json!({ "if": says, "then": schema, "else": other })
    })
}

fn text(form: Form) -> Value {
    if form == Form::Profile {
        return json!({ "anyOf": [kind(&PROFILE_NAMES), own_profile()] });
    }
    match pattern(form) {
        Some(pattern) => json!({ "type": "string", "pattern": pattern }),
        None => json!({ "type": "string", "minLength": 1 }),
    }
}

fn pattern(form: Form) -> Option<&'static str> {
    match form {
        Form::Url => Some("^[A-Za-z][A-Za-z0-9+.-]*:"),
        Form::Socket => Some(":[0-9]{1,5}$"),
        Form::ShortName | Form::Upstream => Some("^[a-z0-9-]{1,32}$"),
        Form::NewAttribute | Form::Attribute => Some("^[A-Za-z][A-Za-z0-9_]*$"),
        Form::FileOrAddress => Some("^(file:|https?://)."),
        Form::Host => Some("^[a-z0-9.-]+$"),
        Form::Uri => Some("^\\S+$"),
        Form::Language => Some("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
        Form::Identifier | Form::Personal => Some("^\\S(.*\\S)?$"),
        Form::Network
        | Form::ClientId
        | Form::RelyingParty
        | Form::ClaimName
        | Form::Level
        | Form::AnyLevel
        | Form::OwnLevel
        | Form::Profile
        | Form::Any => None,
    }
}

fn rule(section: &Section, rule: &Rule) -> Vec<Value> {
    let has = |key: &str| json!({ "required": [key] });
    let says = |key: &str, word: &str| json!({ "properties": { key: { "const": word } }, "required": [key] });
    match *rule {
        Rule::ExactlyOne { keys, .. } => {
            vec![json!({ "oneOf": keys.iter().map(|key| has(key)).collect::<Vec<_>>() })]
        }
        Rule::OneOrOther { one, other, .. } => vec![json!({ "oneOf": [has(one), has(other)] })],
        Rule::InPlaceOf { key, others } => {
            let others: Vec<_> = others.iter().map(|other| has(other)).collect();
            vec![json!({ "if": has(key), "then": { "not": { "anyOf": others } } })]
        }
        Rule::OneAtLeast { one, others, .. } => {
            let any: Vec<_> = [one].iter().chain(others).map(|key| has(key)).collect();
            vec![json!({ "anyOf": any })]
        }
        Rule::Together { one, other, .. } => {
            vec![json!({ "dependencies": { one: [other], other: [one] } })]
        }
        Rule::NothingWithout { key, other, .. } => {
            vec![json!({ "dependencies": { key: [other] } })]
        }
        Rule::NeededUnless { key, other, word, .. } => vec![json!({
            "if": says(other, word), "then": { "not": has(key) }, "else": has(key),
        })],
        Rule::OneWith { keys, other, word, .. } => {
            let is_default = section.key(other).map(|key| key.need) == Some(Need::Default(word));
            let says = if is_default {
                json!({ "properties": { other: { "const": word } } })
            } else {
                says(other, word)
            };
            let keys: Vec<_> = keys.iter().map(|key| has(key)).collect();
            let none = json!({ "not": { "anyOf": keys } });
            vec![json!({ "if": says, "then": { "oneOf": keys }, "else": none })]
        }
        Rule::NeededIf { key, other, word, .. } => {
            vec![json!({ "if": says(other, word), "then": has(key) })]
        }
    }
}

/// A profile in a file, of which nobody knows here what it has.
fn own_profile() -> Value {
    json!({ "type": "string", "pattern": "^file:." })
}

/// Keys that are required unless the profile, or another key, says it.
fn by_profile(section: &'static Section) -> Vec<Value> {
    let Some(profile) = section.key("profile") else { return vec![] };
    let needed =
        |key: &&Key| matches!(key.need, Need::RequiredOrProfile(_) | Need::RequiredUnless(..));
    let keys = section.keys.iter().filter(needed);
    let rule = |key: &Key| {
        let has = |one: &&crate::profile::Profile| {
            packs::shipped(one.name).is_some_and(|pack| pack.at(key.name).is_some())
        };
        let names: Vec<_> = PROFILES.iter().filter(has).map(|one| one.name).collect();
        let by_profile = json!({ "properties": { profile.name: { "anyOf": [{ "enum": names }, own_profile()] } }, "required": [profile.name] });
        let said = match key.need {
            Need::RequiredUnless(other, _) if profile_may_say(key) => {
                json!({ "anyOf": [{ "required": [other] }, by_profile] })
            }
            Need::RequiredUnless(other, _) => json!({ "required": [other] }),
            _ => by_profile,
        };
        json!({ "if": said, "else": { "required": [key.name] } })
    };
    keys.map(rule).collect()
}

fn capitalised(text: &str) -> String {
    let rest = text.get(1..).unwrap_or_default();
    text.chars().take(1).flat_map(char::to_uppercase).chain(rest.chars()).collect()
}

/// A value in YAML as JSON.
fn value(text: &str) -> Value {
    yaml::parse(&format!("value: {text}")).map_or(Value::Null, |(root, _)| {
        root.at("value").map_or(Value::Null, |node| node_value(node))
    })
}

fn node_value(node: &Node<'_>) -> Value {
    match &node.data {
        Data::Scalar(scalar) => match scalar.class {
            Class::Boolean(value) => value.into(),
            Class::Integer(value) => value.into(),
            Class::Text | Class::Float | Class::Null => (*scalar.written).into(),
        },
        Data::List(items) => items.iter().map(node_value).collect(),
        Data::One(item) => node_value(item),
        Data::Map(entries) => {
            let one = |entry: &yaml::Entry<'_>| {
                (entry.name.text.clone().into_owned(), node_value(&entry.value))
            };
            Value::Object(entries.iter().map(one).collect())
        }
        Data::Wrong => Value::Null,
    }
}

/// Markdown without its links: an editor has no page to follow them from.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        let link = after.split_once("](").and_then(|(words, target)| {
            Some((words, target.split_once(')')?.1)).filter(|_| !words.contains('['))
        });
        rest = if let Some((words, behind)) = link {
            text.push_str(words);
            behind
        } else {
            text.push('[');
            after
        };
    }
    text + rest
}

fn join(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::upstreams::{SAML, SIGNING_CERTIFICATES};

    /// No profile has them, one in a file neither.
    #[test]
    fn certificates_are_required_whatever_the_profile() {
        let metadata = json!({ "required": ["metadata"] });
        let certificates = json!({ "required": ["signing_certificates"] });
        let rule = json!({ "if": metadata, "else": certificates });
        assert!(by_profile(&SAML).contains(&rule), "{:#}", json!(by_profile(&SAML)));
        let about = key(&SIGNING_CERTIFICATES).to_string();
        assert!(about.contains("Required, unless `metadata` is there."), "{about}");
    }
}
