//! A file with a sample person, for trying rules.

use super::{Form, Key, Kind, Need, Section};

/// The whole file.
pub const PERSON: Section = Section {
    name: "A sample person",
    before: "",
    keys: &[UPSTREAM, LEVEL, NAME_ID, ATTRIBUTES],
    rules: &[],
    after: "",
};

/// Where the person logs in.
pub const UPSTREAM: Key = Key::new(
    "upstream",
    Kind::Text(Form::ShortName),
    Need::Required("the upstream that the person logs in at"),
    "The upstream that the person logs in at.",
    "suomifi",
);

/// The level.
pub const LEVEL: Key = Key::new(
    "level",
    Kind::Text(Form::Uri),
    Need::Required("the level that the person reaches"),
    "The level that the person reaches: one of the upstream's `loa`.",
    "http://ftn.ficora.fi/2017/loa2",
);

/// The NameID.
pub const NAME_ID: Key = Key::new(
    "name_id",
    Kind::Text(Form::Personal),
    Need::Absent("there is none"),
    "What the upstream calls the person beside attributes: a persistent NameID without qualifiers.",
    "_7f3a",
);

/// The attributes.
pub const ATTRIBUTES: Key = Key::new(
    "attributes",
    Kind::Map { names: Form::Any, of: &Kind::List(&Kind::Text(Form::Any)) },
    Need::Required("attributes, each with its values"),
    "Attributes, by their names in the dictionary or on the wire, each with its values.",
    "{ givenName: Nordea }",
);
