//! What requests say to identity providers of Sweden Connect.

use silta_saml::SignMessageKind;

use super::super::{Form, Key, Kind, Need, Rule, Section};

/// What is known of the person.
pub const PRINCIPAL_SELECTION: Key = Key::new(
    "principal_selection",
    Kind::Section(&PRINCIPAL_SELECTION_SECTION),
    Need::Absent("none"),
    "What is known beforehand of who is about to log in, in the extension `PrincipalSelection` of Sweden Connect: signed, and not \
     encrypted. With `login_hint` requests must go by POST, because a URL ends up in logs.",
    "{ login_hint: urn:oid:1.2.752.29.4.13, values: { 'urn:oid:2.5.4.6': 'NO' } }",
);

const PRINCIPAL_SELECTION_SECTION: Section = Section {
    name: "`principal_selection`",
    before: "An identity provider says in its metadata (`RequestedPrincipalSelection`) which attributes it looks at.",
    keys: &[SELECTED_BY_HINT, SELECTED_VALUES],
    rules: &[Rule::OneAtLeast {
        one: "login_hint",
        others: &["values"],
        hint: "the name of the attribute that a client's login_hint is",
    }],
    after: "",
};

/// Which attribute a hint is.
pub const SELECTED_BY_HINT: Key = Key::new(
    "login_hint",
    Kind::Text(Form::Uri),
    Need::Absent("hints do not go along"),
    "The name of the attribute of which a client's `login_hint` is a value. A hint of more than 256 octets, or with control \
     characters, is as if there were none.",
    "urn:oid:1.2.752.29.4.13",
);

/// What is the same for everybody.
pub const SELECTED_VALUES: Key = Key::new(
    "values",
    Kind::Map { names: Form::Uri, of: &Kind::Text(Form::Identifier) },
    Need::Absent("none"),
    "Attributes that are the same for everybody who logs in there, such as the country that the eIDAS connector asks.",
    "{ 'urn:oid:2.5.4.6': 'NO' }",
);

/// What is shown.
pub const SIGN_MESSAGE: Key = Key::new(
    "sign_message",
    Kind::Section(&SIGN_MESSAGE_SECTION),
    Need::Absent("none"),
    "What a person is shown at each login, in the extension `SignMessage` of Sweden Connect. It is for signature services, whose \
     logins sign something; others are refused there.",
    "{ text: Do you want to sign?, must_show: true }",
);

const SIGN_MESSAGE_SECTION: Section = Section {
    name: "`sign_message`",
    before: "",
    keys: &[SIGN_MESSAGE_TEXT, SIGN_MESSAGE_KIND, MUST_SHOW, SIGN_MESSAGE_ENCRYPTED],
    rules: &[],
    after: "",
};

/// The text.
pub const SIGN_MESSAGE_TEXT: Key = Key::new(
    "text",
    Kind::Text(Form::Any),
    Need::Required("what the person is shown"),
    "What the person is shown, up to 4,096 octets.",
    "Do you want to sign?",
);

/// What kind of text.
pub const SIGN_MESSAGE_KIND: Key = Key::new(
    "mime_type",
    Kind::choice::<SignMessageKind>(),
    Need::Default("text"),
    "What kind of text it is.",
    "text",
);

/// Whether it must be shown.
pub const MUST_SHOW: Key = Key::new(
    "must_show",
    Kind::Boolean,
    Need::Default("false"),
    "Whether nobody may log in who was not shown the text: the identity provider must refuse whoever it cannot show it, and an \
     answer without its digest (`signMessageDigest`) is refused. One with the digest of another text is refused in any case.",
    "true",
);

/// Whether it is encrypted.
pub const SIGN_MESSAGE_ENCRYPTED: Key = Key::new(
    "encrypted",
    Kind::Boolean,
    Need::Default("true"),
    "Whether it is encrypted, by `request_encryption` to `encryption_certificate` or the key of its metadata.",
    "true",
);
