//! `subject` of an upstream.

use super::super::{Form, Key, Kind, Need, Rule, Section};

pub(super) const SUBJECT_ATTRIBUTES: Kind = Kind::List(&Kind::Text(Form::Attribute));

/// More about what people are known by.
pub const SUBJECT_SECTION: Section = Section {
    name: "`subject`",
    before: "`sub` is a keyed hash of the source, the attribute and its value. The source is the upstream's own name, so nobody \
             else can speak for its people. Two upstreams of which each knows the same people for sure, such as Suomi.fi by \
             SAML and by OpenID Connect, can share a source: then a person stays the same when their service changes from one \
             to the other.",
    keys: &[ATTRIBUTES, SUBJECT_THEN, SOURCE, LEAST_LEVEL],
    rules: &[Rule::Together {
        one: "source",
        other: "least_level",
        hint: "the weakest of its levels that may speak for these people",
    }],
    after: "`silta check` prints every source with the upstreams that can speak for its people, and from which level on. Test \
            persons (the profile `suomifi-test`, or `test_persons: true`) never share a source with others, and \
            neither do `providerSubject` and `nameid`, which are another person at each provider.",
};

/// The attributes.
pub const ATTRIBUTES: Key = Key::new(
    "attributes",
    SUBJECT_ATTRIBUTES,
    Need::RequiredOrProfile("attributes that identify a person"),
    "As `subject` without a section.",
    "[nationalIdentificationNumber]",
);

/// The spelling in which people are known.
pub const SUBJECT_THEN: Key = Key::new(
    "then",
    Kind::List(&Kind::Operator),
    Need::Absent("the value counts as it is"),
    "[Operators](#operators) that give the value the spelling in which it counts: `trim`, `lower`, `upper`, `normalise`, \
     `extract` and `replace`. People of whom they make the same are one person, and where nothing is left of a value, it \
     identifies nobody. Whoever changes them changes every `sub`.",
    "[trim, lower]",
);

/// The name of the source.
pub const SOURCE: Key = Key::new(
    "source",
    Kind::Text(Form::ShortName),
    Need::Absent("the upstream's name"),
    "The name of the source, up to 32 lower-case letters, digits and hyphens. For the people of an upstream that \
     exists already, its name. Whoever shares one says so in a section of their own.",
    "finland",
);

/// The weakest level that may speak for its people.
pub const LEAST_LEVEL: Key = Key::new(
    "least_level",
    Kind::Text(Form::OwnLevel),
    Need::Absent("required with `source`"),
    "The weakest of its `loa` at which the upstream may speak for the people of the source; a weaker login is \
     refused.",
    "http://ftn.ficora.fi/2017/loa3",
);
