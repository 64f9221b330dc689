//! What clients and service providers have in common: where their people log in, how strongly, and what
//! is said of them.

use silta_broker::{AllowedUpstream, UpstreamName};
use silta_config::description::{Key, claims, clients};
use silta_config::{Section, Value};
use silta_mapping::{
    ClaimRule, ClaimRules, ClaimSource, Kind, Operation, Otherwise, RuleError, Take, ValueRule,
};

use super::claim_reader::ClaimReader;
use super::dictionaries::Reach;
use super::tables::Tables;

/// An empty name shared by accident would give two clients the same `sub`.
pub(super) fn sector(value: Value<'_>) -> Option<String> {
    match value.text()?.trim() {
        "" => value.refuse("it is empty", "write a name, or leave it out"),
        name => Some(name.to_owned()),
    }
}

/// `upstream` and `min_acr`, or `upstreams`: several names, each with its `min_acr`, the default first. Whether
/// there are such upstreams and levels, the description knows.
pub(super) fn allowed_upstreams(
    section: &Section<'_>,
    several: &Key,
) -> Option<Vec<AllowedUpstream>> {
    let Some(value) = section.optional(several) else {
        let name = section.value(&clients::UPSTREAM)?.text().and_then(UpstreamName::parse);
        return Some(vec![allowed(name, section)?]);
    };
    let read = value
        .entries()?
        .into_iter()
        .map(|(name, value)| allowed(UpstreamName::parse(name), &value.section(several)?));
    read.collect()
}

fn allowed(name: Option<UpstreamName>, section: &Section<'_>) -> Option<AllowedUpstream> {
    let min_acr = section.optional(&clients::MIN_ACR);
    let min_acr = min_acr.map_or(Some(None), |value| value.text().map(|acr| Some(acr.to_owned())));
    Some(AllowedUpstream { name: name?, min_acr: min_acr? })
}

/// Rules, each judged by itself: a broken one hides no mistake of the others.
pub(super) fn rules(
    value: Value<'_>,
    key: &Key,
    (reach, tables): (&Reach<'_>, &Tables),
    reserved: &[&str],
) -> Option<ClaimRules> {
    let entries = value.entries()?;
    let reader = ClaimReader { key, tables };
    let read: Vec<_> = entries.iter().map(|(claim, value)| reader.rule(claim, *value)).collect();
    let all_good = read.iter().all(Option::is_some);
    for ((_, value), rule) in entries.iter().zip(&read) {
        if reserved.is_empty() {
            refuse_scope(*value, key);
        }
        if let Some(rule) = rule {
            if reserved.is_empty() && makes_objects(rule, reach) {
                let instead = "make a text of it, or leave it out";
                value.refuse::<()>("SAML has no JSON for it", instead);
            }
            warn_of_empty_list(*value, rule);
            // Without reserved names it is a service provider's attribute, of which OIDC says nothing.
            if !reserved.is_empty() {
                warn_of_standard_claim(*value, rule, reach);
            }
        }
    }
    let at = |claim: &str| {
        entries.iter().find(|(known, _)| *known == claim).map_or(value, |(_, at)| *at)
    };
    let dictionaries: Vec<_> = reach.dictionaries().map(|(_, dictionary)| dictionary).collect();
    match ClaimRules::compile(&dictionaries, read.into_iter().flatten().collect(), reserved) {
        Ok(rules) => {
            let is_possible = refuse_impossible(&rules, reach, at);
            Some(rules).filter(|_| all_good && is_possible)
        }
        Err(faults) => {
            for error in &faults {
                let at = at(error.claim());
                match error {
                    RuleError::UnknownAttribute { attribute, .. } => {
                        reach.refuse_unknown::<()>(at, attribute);
                    }
                    _ => {
                        at.refuse_with::<()>(error);
                    }
                }
            }
            None
        }
    }
}

/// A required claim that one of the upstreams can never bring would refuse every login there.
fn refuse_impossible<'v>(
    rules: &ClaimRules,
    reach: &Reach<'_>,
    at: impl Fn(&str) -> Value<'v>,
) -> bool {
    let mut all_good = true;
    for (name, shown, dictionary) in reach.named() {
        for claim in rules.impossible_at(name, dictionary) {
            let what = format!("it is required, and upstream {shown} has none of its attributes");
            let instead = "add one to attributes, with the name by which it is sent there, or \
                           leave out required";
            at(claim).refuse::<()>(what, instead);
            all_good = false;
        }
    }
    all_good
}

/// The request of a service provider has no scopes.
fn refuse_scope(value: Value<'_>, key: &Key) {
    let rule = if value.is_mapping() { value.section(key) } else { None };
    if let Some(scope) = rule.and_then(|rule| rule.optional(&claims::SCOPE)) {
        scope.refuse::<()>("a service provider asks for no scopes", "leave it out");
    }
}

fn warn_of_empty_list(value: Value<'_>, rule: &ClaimRule) {
    let is_list = rule.one_of.iter().any(ValueRule::makes_lists);
    if rule.otherwise == Otherwise::Blank && is_list {
        let instead = "leave out emit_empty, or take first or join";
        value.warn("without a value [] is sent, which clears nothing at Cognito", instead);
    }
}

/// What OIDC Core says of the types of its own claims [OIDC Core §5.1].
fn warn_of_standard_claim(value: Value<'_>, rule: &ClaimRule, reach: &Reach<'_>) {
    let wanted = match rule.claim.as_str() {
        "email_verified" | "phone_number_verified" => Some(Kind::Boolean),
        "updated_at" => Some(Kind::Integer),
        "address" => None,
        _ => return,
    };
    let fits = rule.one_of.iter().all(|one| has_kind(one, wanted, reach));
    if fits && rule.otherwise != Otherwise::Blank {
        return;
    }
    let (is, instead) = match wanted {
        Some(Kind::Boolean) => ("a boolean", "take an attribute of type boolean"),
        Some(_) => ("a number", "take an attribute of type integer"),
        None => ("an object", "write object: and its members"),
    };
    let what = format!("OIDC says that {} is {is}, and this is not", rule.claim);
    value.warn(what, format!("{instead}, or go on if the client takes texts, as Cognito does"));
}

/// Whether a value has the JSON type that is wanted; without one, that of an object.
fn has_kind(rule: &ValueRule, wanted: Option<Kind>, reach: &Reach<'_>) -> bool {
    let says = rule.then.iter().rev().find_map(Operation::kind);
    let is_right = |kind: Kind| kind == Kind::Json || Some(kind) == wanted;
    let is_one = matches!(rule.take, Take::Only | Take::First);
    match &rule.source {
        ClaimSource::Attribute(names) => {
            let known = names.iter().filter_map(|name| reach.attribute(name));
            is_one && says.map_or_else(|| known.clone().all(|one| is_right(one.kind)), is_right)
        }
        ClaimSource::Constant(value) => match wanted {
            Some(Kind::Boolean) => value.is_boolean(),
            Some(Kind::Integer) => value.is_i64() || value.is_u64(),
            _ => false,
        },
        ClaimSource::Template(_) => says.is_some_and(is_right),
        ClaimSource::Object(_) => wanted.is_none(),
        ClaimSource::List(_) => false,
    }
}

/// Whether a rule makes JSON that is more than a text, a number, a boolean, or a list of them.
fn makes_objects(rule: &ClaimRule, reach: &Reach<'_>) -> bool {
    fn makes(rule: &ValueRule, reach: &Reach<'_>) -> bool {
        let says = rule.then.iter().rev().find_map(Operation::kind);
        let is_json = |name: &String| {
            reach.attribute(name).is_some_and(|attribute| attribute.kind == Kind::Json)
        };
        match (&rule.source, says) {
            (ClaimSource::Object(_), _) => true,
            (ClaimSource::List(items), _) => items.iter().any(|item| makes(item, reach)),
            (_, Some(kind)) => kind == Kind::Json,
            (ClaimSource::Attribute(names), None) => names.iter().any(is_json),
            (ClaimSource::Constant(_) | ClaimSource::Template(_), None) => false,
        }
    }
    rule.one_of.iter().any(|one| makes(one, reach))
}
