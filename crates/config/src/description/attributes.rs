//! `attributes`.

use super::{Form, Key, Kind, Need, Section};

pub(super) const SECTION: Section = Section {
    name: "`attributes`",
    before: "Each profile has the attributes that its identity provider sends, and OpenID Providers have theirs: [the \
             lists](attributes.md). Others are added by internal name: here for all upstreams, or below `attributes` of \
             one. Of an attribute that a profile has too, the names count together, and a name on the wire that stands here \
             is that of no other attribute.",
    keys: &[NAMES, TYPE, SENSITIVE],
    rules: &[],
    after: "",
};

/// Its names on the wire.
pub const NAMES: Key = Key::new(
    "names",
    Kind::List(&Kind::Text(Form::Identifier)),
    Need::Required("the SAML attribute Name, or a list of them"),
    "The SAML attribute `Name`, or several that mean the same, whose values count together; of a provider's claim, see \
     [OpenID Providers](#openid-providers). Compared as opaque text; FriendlyName decides nothing.",
    "[urn:oid:2.16.840.1.113730.3.1.3]",
);

/// The type of its values.
pub const TYPE: Key = Key::new(
    "type",
    Kind::choice::<silta_mapping::Kind>(),
    Need::Default("text"),
    "The type of its values. Of a value that does not fit no claim is made.",
    "text",
);

/// Whether it identifies a person.
pub const SENSITIVE: Key = Key::new(
    "sensitive",
    Kind::Boolean,
    // What nobody thought about is personal.
    Need::Default("true"),
    "Whether it identifies a person or is confidential.",
    "true",
);
