//! Dictionaries for tests: some of what Suomi.fi releases, and attributes of all types.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{Attribute, Dictionary, Kind};

pub(crate) fn suomifi() -> Dictionary {
    let entry = |(name, source): &(&str, &str)| Attribute {
        name: (*name).to_owned(),
        sources: vec![(*source).to_owned()],
        kind: Kind::Text,
        sensitive: true,
    };
    let entries = ENTRIES.iter().map(entry).chain([Attribute::name_id()]);
    Dictionary::new(entries.collect()).unwrap()
}

/// A dictionary of attributes of these types, each delivered as `urn:` and its name.
pub(crate) fn of_kinds(kinds: &[(&str, Kind)]) -> Dictionary {
    let entry = |(name, kind): &(&str, Kind)| Attribute {
        name: (*name).to_owned(),
        sources: vec![format!("urn:{name}")],
        kind: *kind,
        sensitive: true,
    };
    Dictionary::new(kinds.iter().map(entry).collect()).unwrap()
}

const ENTRIES: &[(&str, &str)] = &[
    ("nationalIdentificationNumber", "urn:oid:1.2.246.21"),
    ("cn", "urn:oid:2.5.4.3"),
    ("displayName", "urn:oid:2.16.840.1.113730.3.1.241"),
    ("givenName", "urn:oid:2.5.4.42"),
    ("sn", "urn:oid:2.5.4.4"),
    ("vtjVerified", "urn:oid:1.2.246.517.3002.111.2"),
    ("KotikuntaKuntanumero", "urn:oid:1.2.246.517.2002.2.18"),
    ("KotikuntaKuntaS", "urn:oid:1.2.246.517.2002.2.19"),
    ("VakinainenKotimainenLahiosoiteS", "urn:oid:1.2.246.517.2002.2.4"),
    ("VakinainenKotimainenLahiosoitePostinumero", "urn:oid:1.2.246.517.2002.2.6"),
    ("VakinainenKotimainenLahiosoitePostitoimipaikkaS", "urn:oid:1.2.246.517.2002.2.7"),
];
