//! `claims`, and the rules that make values: the mapping language.

use silta_oidc::Scope;

use super::words::{Presence, TakeWord};
use super::{Form, Key, Kind, Need, Rule, Section};

/// An attribute, or a section that says more.
pub(super) const RULE: Kind = Kind::Either(&Kind::Text(Form::Attribute), &RULE_SECTION);

const RULE_SECTION: Section = Section {
    name: "`claims`",
    before: "`claim: attribute`, or `claim:` and a section with one source, of which `then` makes something else, operator by \
             operator, and of which `take` chooses. A claim may have a language behind `#`: `municipality#sv` \
             [OIDC Core §5.2].",
    keys: &[
        FROM, CONSTANT, TEMPLATE, OBJECT, LIST, ONE_OF, THEN, TAKE, WHEN, UNLESS, DEFAULT,
        REQUIRED, EMIT_EMPTY, SCOPE,
    ],
    rules: &[Rule::ExactlyOne {
        keys: &["from", "constant", "template", "object", "list", "one_of"],
        what: "it needs exactly one source",
        instead: "write from: and an attribute, or constant: and a value",
    }],
    after: "Claims that the protocol defines (`iss`, `sub`, `aud`, `acr`, …) cannot be mapped.\n\nWhat an attribute is: \
            *absent*, where it was not delivered; *empty*, where it was, without a value that is not empty; otherwise it has \
            one value or several. Neither of the first two reaches an operator. Where nothing comes out of a rule (the \
            attribute is absent or empty, its operators left nothing, or it does not count for this login), the next one of \
            `one_of` is asked, and behind the last one `default`, `required` or `emit_empty` decides. A value that is wrong \
            (not of its type, or several where one is taken) refuses the login, and no other attribute is asked: it might \
            say something else.",
};

/// What stands in `one_of`.
pub(crate) const ALTERNATIVE: Section = Section {
    name: "`one_of`",
    before: "Rules, of which the first that counts for the login and has a value decides. Each is an attribute, or a section:",
    keys: &[FROM, CONSTANT, TEMPLATE, OBJECT, LIST, THEN, TAKE, WHEN, UNLESS],
    rules: &[Rule::ExactlyOne {
        keys: &["from", "constant", "template", "object", "list"],
        what: "it needs exactly one source",
        instead: "write from: and an attribute, or constant: and a value",
    }],
    after: "",
};

/// What stands in `object` and `list`.
pub(crate) const PART: Section = Section {
    name: "`object` and `list`",
    before: "Members of an object, or items of a list. Each is an attribute, or a section:",
    keys: &[FROM, CONSTANT, TEMPLATE, THEN, TAKE, WHEN, UNLESS],
    rules: &[Rule::ExactlyOne {
        keys: &["from", "constant", "template"],
        what: "it needs exactly one source",
        instead: "write from: and an attribute, or constant: and a value",
    }],
    after: "A member without a value is left out, and so is an object without members. An item that is a list itself, by \
            `take: all`, adds each of its values.",
};

/// A text with places.
pub const TEMPLATE: Key = Key::new(
    "template",
    Kind::Text(Form::Any),
    Need::Absent("one source"),
    "A text with places in braces: an attribute with one value, or `sub`, `level`, `upstream`, `client` of the login. \
     Without a value for each place there is none. A brace itself is written twice.",
    "\"{sub}@vpn.example.fi\"",
);

/// An object.
pub const OBJECT: Key = Key::new(
    "object",
    Kind::Map { names: Form::ClaimName, of: &Kind::Either(&Kind::Text(Form::Attribute), &PART) },
    Need::Absent("one source"),
    "A JSON object, such as `address` [OIDC Core §5.1.1]. Of a client, not of a service provider.",
    "",
);

/// A list.
pub const LIST: Key = Key::new(
    "list",
    Kind::List(&Kind::Either(&Kind::Text(Form::Attribute), &PART)),
    Need::Absent("one source"),
    "The values of several rules, one after the other.",
    "[{ constant: user }, { from: member, take: all }]",
);

/// Alternatives.
pub const ONE_OF: Key = Key::new(
    "one_of",
    Kind::List(&Kind::Either(&Kind::Text(Form::Attribute), &ALTERNATIVE)),
    Need::Absent("one source"),
    "Several rules, of which the first with a value decides, see below.",
    "[mail, { constant: none }]",
);

/// The operators.
pub const THEN: Key = Key::new(
    "then",
    Kind::List(&Kind::Operator),
    Need::Absent("values stay as they are"),
    "[Operators](#operators), one after the other.",
    "[trim, lower]",
);

/// For whom it counts.
pub const WHEN: Key = Key::new(
    "when",
    Kind::Section(&FACTS),
    Need::Absent("it counts for everybody"),
    "For which logins it counts, see [below](#when-and-unless).",
    "{ upstream: suomifi }",
);

/// For whom it does not.
pub const UNLESS: Key = Key::new(
    "unless",
    Kind::Section(&FACTS),
    Need::Absent("there is no exception"),
    "For which of them it does not, in the same words.",
    "{ attributes: { vtjVerified: absent } }",
);

/// What stands for nothing.
pub const DEFAULT: Key = Key::new(
    "default",
    Kind::Constant,
    Need::Absent("none"),
    "A text, whole number or boolean that stands where there is no value.",
    "unknown",
);

pub(crate) const FACTS: Section = Section {
    name: "`when` and `unless`",
    before: "Facts of a login. All that are written must hold.",
    keys: &[LEVEL, UPSTREAM, CLIENT, ATTRIBUTES],
    rules: &[Rule::OneAtLeast {
        one: "attributes",
        others: &["level", "upstream", "client"],
        hint: "a fact: level, upstream, client or attributes",
    }],
    after: "",
};

/// The levels.
pub const LEVEL: Key = Key::new(
    "level",
    Kind::List(&Kind::Text(Form::AnyLevel)),
    Need::Absent("any"),
    "The level that was reached is one of these, which are levels of upstreams.",
    "http://ftn.ficora.fi/2017/loa3",
);

/// The upstreams.
pub const UPSTREAM: Key = Key::new(
    "upstream",
    Kind::List(&Kind::Text(Form::Upstream)),
    Need::Absent("any"),
    "The person logged in at one of these.",
    "suomifi",
);

/// The clients and service providers.
pub const CLIENT: Key = Key::new(
    "client",
    Kind::List(&Kind::Text(Form::RelyingParty)),
    Need::Absent("any"),
    "The client or service provider is one of these.",
    "my-app",
);

/// What holds of attributes.
pub const ATTRIBUTES: Key = Key::new(
    "attributes",
    Kind::Map { names: Form::Attribute, of: &Kind::Either(&Kind::choice::<Presence>(), &TEST) },
    Need::Absent("any"),
    "Attributes, and what holds of the values of each that are not empty: `present`, `absent`, `{ any: [..] }` or \
     `{ all: [..] }`. They are compared octet for octet.",
    "{ KotikuntaKuntanumero: { any: ['853', '091'] } }",
);

const TEST: Section = Section {
    name: "`attributes` of a condition",
    before: "",
    keys: &[ANY, ALL],
    rules: &[Rule::ExactlyOne {
        keys: &["any", "all"],
        what: "it needs any or all",
        instead: "write any: and values of which one is enough, or all: and values that alone may be there",
    }],
    after: "",
};

/// One is enough.
pub const ANY: Key = Key::new(
    "any",
    Kind::List(&Kind::Text(Form::Personal)),
    Need::Absent(""),
    "One of the person's values is among these.",
    "['853', '091']",
);

/// All must be.
pub const ALL: Key = Key::new(
    "all",
    Kind::List(&Kind::Text(Form::Personal)),
    Need::Absent(""),
    "The person has one value at least, and each is among these.",
    "['853', '091']",
);

/// What a person reads, in every language of our pages.
pub(super) const MESSAGE: Section =
    Section { name: "a text for people", before: "", keys: &[FI, SV, EN], rules: &[], after: "" };

/// It in Finnish.
pub const FI: Key = Key::new(
    "fi",
    Kind::Text(Form::Identifier),
    Need::Required("what Finnish speakers read"),
    "What the person reads in Finnish.",
    "Palvelu on vain kunnan asukkaille.",
);

/// It in Swedish.
pub const SV: Key = Key::new(
    "sv",
    Kind::Text(Form::Identifier),
    Need::Required("what Swedish speakers read"),
    "What the person reads in Swedish.",
    "Tjänsten är bara för kommunens invånare.",
);

/// It in English.
pub const EN: Key = Key::new(
    "en",
    Kind::Text(Form::Identifier),
    Need::Required("what everybody else reads"),
    "What the person reads in English.",
    "This service is for residents of the municipality.",
);

/// The attributes.
pub const FROM: Key = Key::new(
    "from",
    Kind::List(&Kind::Text(Form::Attribute)),
    Need::Absent("one source"),
    "An attribute, or alternatives: the first with a value wins.",
    "[givenName, FirstName]",
);

/// The same for everybody.
pub const CONSTANT: Key = Key::new(
    "constant",
    Kind::Constant,
    Need::Absent("one source"),
    "A text, whole number or boolean, the same for everybody.",
    "citizen",
);

/// Which of several values.
pub const TAKE: Key = Key::new(
    "take",
    Kind::Either(&Kind::choice::<TakeWord>(), &JOIN_SECTION),
    Need::Default("only"),
    "What happens with several values that differ, after `then`, or `{ join: \", \" }`: all as one text. Of attributes \
     and lists; a list is whole unless it says otherwise.",
    "first",
);

const JOIN_SECTION: Section =
    Section { name: "`take`", before: "", keys: &[JOIN], rules: &[], after: "" };

/// What is put between values.
pub const JOIN: Key = Key::new(
    "join",
    Kind::Text(Form::Any),
    Need::Required("the text to put between values"),
    "The text to put between values.",
    "\", \"",
);

/// Whether there must be a value.
pub const REQUIRED: Key = Key::new(
    "required",
    Kind::Either(&Kind::Boolean, &MESSAGE),
    Need::Default("false"),
    "A login without a value, or with one that is no text, is refused. Otherwise a value that is no text counts as none, \
     and the log has `claim left out`. Instead of `true`, what the person reads on our page without a value: \
     `{ fi: .., sv: .., en: .. }`.",
    "false",
);

/// Whether nothing is told as an empty text.
pub const EMIT_EMPTY: Key = Key::new(
    "emit_empty",
    Kind::Boolean,
    Need::Default("false"),
    "Without a value `\"\"` is sent, or an empty list with `take: all`, so that Cognito clears what an earlier login left. Otherwise the claim is \
     left out.",
    "true",
);

/// Whether it comes by scope alone.
pub const SCOPE: Key = Key::new(
    "scope",
    Kind::choice::<Scope>(),
    Need::Absent("it comes always"),
    "The claim comes only with this scope, or where the `claims` parameter asks for it by name. Of a client, not of a \
     service provider, whose requests have no scopes.",
    "email",
);
