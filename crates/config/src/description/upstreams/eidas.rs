//! `eidas`: what an eIDAS node is told.

use silta_saml::{EidasPerson, SpType};

use super::super::words::SpTypeIn;
use super::super::{Form, Key, Kind, Need, Section};

/// What an eIDAS node is told.
pub const EIDAS: Key = Key::new(
    "eidas",
    Kind::Section(&SECTION),
    Need::Absent("none"),
    "The extensions of requests to an eIDAS node: who asks, and for which attributes. Nodes refuse other extensions, so \
     `request_language` cannot stand beside it.",
    "{ sp_type: public, person: natural, identifiers_for: FI, node_country: FI, \
     optional_attributes: ['http://eidas.europa.eu/attributes/naturalperson/Gender'] }",
);

const SECTION: Section = Section {
    name: "`eidas`",
    before: "",
    keys: &[SP_TYPE, SP_TYPE_IN, NODE_COUNTRY, EIDAS_PERSON, EIDAS_OPTIONAL, IDENTIFIERS_FOR],
    rules: &[],
    after: "",
};

/// Who asks.
pub const SP_TYPE: Key = Key::new(
    "sp_type",
    Kind::choice::<SpType>(),
    Need::Required("public or private"),
    "`SPType`: whether a public body asks, or a private one.",
    "public",
);

/// Where that is said.
pub const SP_TYPE_IN: Key = Key::new(
    "sp_type_in",
    Kind::choice::<SpTypeIn>(),
    Need::Default("request"),
    "Where it is said: nodes want it in one of the two, and refuse it in both. Metadata is for a body that is always the same.",
    "metadata",
);

/// Where we are.
pub const NODE_COUNTRY: Key = Key::new(
    "node_country",
    Kind::Text(Form::Identifier),
    Need::Absent("none"),
    "`NodeCountry` of our metadata, in two capital letters (`EL` or `GR` for Greece): the country that we ask from, if we are its node.",
    "FI",
);

/// Whose attributes are asked for.
pub const EIDAS_PERSON: Key = Key::new(
    "person",
    Kind::choice::<EidasPerson>(),
    Need::Default("natural"),
    "Whose attributes are asked for. Those that are mandatory are always asked for, each as required, because nodes refuse \
     any other set.",
    "natural",
);

/// What is asked for besides.
pub const EIDAS_OPTIONAL: Key = Key::new(
    "optional_attributes",
    Kind::List(&Kind::Text(Form::Uri)),
    Need::Absent("none"),
    "The names of the optional attributes of that person that are asked for besides.",
    "['http://eidas.europa.eu/attributes/naturalperson/Gender']",
);

/// For which country identifiers are made.
pub const IDENTIFIERS_FOR: Key = Key::new(
    "identifiers_for",
    Kind::Text(Form::Identifier),
    Need::Absent("none"),
    "The country for which nodes make identifiers, in two capital letters: ours. A `PersonIdentifier` or \
     `LegalPersonIdentifier` for another one, or of another form, is refused; `EL` and `GR` are both Greece. Without it they \
     are any text.",
    "FI",
);
