//! Rules of claims: whatever an administrator writes and a person's attributes hold, a claim is made of them alone, and
//! nothing printed holds a value.

use std::collections::BTreeMap;
use std::str;
use std::sync::{Arc, LazyLock};

use silta_mapping::{
    Attribute, ClaimRule, ClaimRules, ClaimSource, Dictionary, Kind, KnownPeople, Login, Operation,
    Operator, Pseudonyms, Spelling, Table, Take, Template, ValueRule,
};

use crate::Verdict;

/// Lines with an operator and its fields, tabs between them, or a template behind `#`; an empty line; and a line for each value.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    let (rules, values) = text.split_once("\n\n").unwrap_or((text, ""));
    let Some(rules) = read(rules) else { return Verdict::Refused };
    let values: Vec<_> = values.split('\n').collect();
    let person = |turned: bool| {
        let mut all = [("urn:a", &values[..]), ("urn:b", &values[..values.len().min(1)])];
        if turned {
            all.reverse();
        }
        DICTIONARY.recognise(all.map(|(name, values)| (name, values.iter().copied())))
    };
    let made = rules.apply(&person(false), &login());
    assert_eq!(made, rules.apply(&person(true), &login()), "the order of attributes decided");
    let claims = made.as_ref().map(|mapped| mapped.claims.as_map().len()).unwrap_or_default();
    assert!(claims <= rules.claims().count(), "a claim that no rule makes");
    let said = format!("{made:?}");
    let is_long = |value: &&&str| value.len() > 12 && value.bytes().all(|one| one.is_ascii_digit());
    assert!(
        !values.iter().filter(is_long).any(|value| said.contains(*value)),
        "a value was printed"
    );
    Verdict::of(&made)
}

fn read(text: &str) -> Option<ClaimRules> {
    let (mut then, mut rules) = (vec![], vec![]);
    for line in text.lines() {
        match line.strip_prefix('#') {
            Some(template) => {
                let source = ClaimSource::Template(Template::parse(template).ok()?);
                rules.push(ValueRule::of(source));
            }
            None => then.push(operation(line)?),
        }
    }
    rules.push(ValueRule { then, take: Take::All, ..ValueRule::from(&["a", "b"]) });
    let list = ValueRule::of(ClaimSource::List(rules.clone()));
    let each = rules.into_iter().chain([list]).enumerate();
    let rules = each.map(|(at, rule)| ClaimRule::new(format!("claim{at}"), rule)).collect();
    ClaimRules::compile(&[&DICTIONARY], rules, &[]).ok()
}

fn operation(line: &str) -> Option<Operation> {
    let mut parts = line.split('\t');
    let operator = Operator::named(parts.next()?)?;
    let fields = operator.fields.iter().map(|field| field.name.to_owned());
    let fields: BTreeMap<_, _> = fields.zip(parts.map(str::to_owned)).collect();
    operator.with(fields, Some(TABLE.clone())).ok()
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let entry = |name: &str| Attribute {
        name: name.to_owned(),
        sources: vec![format!("urn:{name}")],
        kind: Kind::Text,
        sensitive: true,
    };
    Dictionary::new(vec![entry("a"), entry("b")]).expect("a dictionary")
});

static TABLE: LazyLock<Arc<Table>> = LazyLock::new(|| {
    Arc::new(Table::new([("a".to_owned(), vec!["b".to_owned(), "c".to_owned()])]))
});

/// Its length stands for the value.
struct Length;

impl Pseudonyms for Length {
    fn pseudonym(&self, _purpose: &str, value: &str) -> String {
        value.len().to_string()
    }
}

static PLAIN: LazyLock<Spelling> = LazyLock::new(Spelling::default);
static NOBODY: LazyLock<KnownPeople<'static>> =
    LazyLock::new(|| KnownPeople { attributes: &[], spelling: &PLAIN });

fn login() -> Login<'static> {
    Login {
        sub: "5f1c",
        level: "high",
        upstream: "suomifi",
        client: "portal",
        known_by: &*NOBODY,
        pseudonyms: &Length,
    }
}
