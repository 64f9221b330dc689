//! `attributes`: the built-in dictionary of Suomi.fi, and an administrator's own entries.

use silta_mapping::{Attribute, Dictionary, Kind, suomifi};

use super::keys::non_empty;
use super::yaml::{Section, Value};

pub(super) fn read(value: Option<&Value<'_>>) -> Option<Dictionary> {
    let Some(value) = value else { return Some(suomifi()) };
    let entries = value.entries()?;
    let own: Vec<_> =
        entries.iter().map(|(name, value)| attribute(name, &value.section()?)).collect();
    let own = non_empty(value, own)?;
    match suomifi().extended_by(own) {
        Ok(dictionary) => Some(dictionary),
        Err(faults) => {
            for error in faults {
                value.refuse_with::<()>(&error);
            }
            None
        }
    }
}

fn attribute(name: &str, section: &Section<'_>) -> Option<Attribute> {
    let sources =
        section.required("names", "the SAML attribute Name, or a list of them").and_then(|value| {
            let names = value.list().iter().map(|one| one.text().map(str::to_owned)).collect();
            non_empty(value, names)
        });
    let kind = section.optional("type").map_or(Some(Kind::Text), |value| {
        value.one_of(&[
            ("text", Kind::Text),
            ("boolean", Kind::Boolean),
            ("integer", Kind::Integer),
            ("date", Kind::Date),
        ])
    });
    // What nobody thought about is personal.
    let sensitive = section.optional("sensitive").map_or(Some(true), Value::boolean);
    section.refuse_unknown();
    Some(Attribute { name: name.to_owned(), sources: sources?, kind: kind?, sensitive: sensitive? })
}
