//! `sp_metadata` of an upstream: what our metadata for it says of us.

use silta_saml::ContactKind;

use super::super::{Form, Key, Kind, Need, Section};

const TEXTS: Kind = Kind::Map { names: Form::Language, of: &Kind::Text(Form::Identifier) };
const URLS: Kind = Kind::Map { names: Form::Language, of: &Kind::Text(Form::Url) };

/// What our metadata says of us.
pub const SP_METADATA: Key = Key::new(
    "sp_metadata",
    Kind::Section(&SP_METADATA_SECTION),
    Need::Absent("nothing"),
    "What our metadata for it says of us, beside addresses and keys; see [below](#sp_metadata).",
    "",
);

/// The section.
const SP_METADATA_SECTION: Section = Section {
    name: "`sp_metadata`",
    before: "What an identity provider may show to people, and what federations ask for. Texts are by language, each with its \
             tag. `silta metadata sp NAME --config FILE` prints the whole document.",
    keys: &[
        DISPLAY_NAME,
        DESCRIPTION,
        INFORMATION_URL,
        PRIVACY_STATEMENT_URL,
        LOGO,
        ORGANIZATION,
        CONTACTS,
        ENTITY_ATTRIBUTES,
        SERVICE_NAME,
        METADATA_SIGNED,
        VALID_FOR,
        CACHE_FOR,
    ],
    rules: &[],
    after: "With `service_name` the metadata asks for every attribute that `subject` or a client of this upstream names: \
            `RequestedAttribute`, required where `subject` has no other or a claim is `required`.",
};

/// Our name.
pub const DISPLAY_NAME: Key = Key::new(
    "display_name",
    TEXTS,
    Need::Absent("none"),
    "`mdui:DisplayName`: our name on its pages.",
    "{ fi: Asiointi, sv: Ärenden, en: Services }",
);

/// What we are for.
pub const DESCRIPTION: Key = Key::new(
    "description",
    TEXTS,
    Need::Absent("none"),
    "`mdui:Description`: what we are for.",
    "{ en: Services of My Municipality }",
);

/// A page about us.
pub const INFORMATION_URL: Key = Key::new(
    "information_url",
    URLS,
    Need::Absent("none"),
    "`mdui:InformationURL`: a page about us.",
    "{ en: https://www.example/services }",
);

/// Our privacy statement.
pub const PRIVACY_STATEMENT_URL: Key = Key::new(
    "privacy_statement_url",
    URLS,
    Need::Absent("none"),
    "`mdui:PrivacyStatementURL`: how personal data is treated.",
    "{ en: https://www.example/privacy }",
);

/// Our picture.
pub const LOGO: Key = Key::new(
    "logo",
    Kind::Section(&LOGO_SECTION),
    Need::Absent("none"),
    "`mdui:Logo`: its address and its size in pixels.",
    "{ url: https://www.example/logo.png, height: 60, width: 80 }",
);

const LOGO_SECTION: Section = Section {
    name: "`logo`",
    before: "",
    keys: &[LOGO_URL, LOGO_HEIGHT, LOGO_WIDTH],
    rules: &[],
    after: "",
};

/// Its address.
pub const LOGO_URL: Key = Key::new(
    "url",
    Kind::Text(Form::Url),
    Need::Required("its address"),
    "Its address.",
    "https://www.example/logo.png",
);

/// Its height.
pub const LOGO_HEIGHT: Key = Key::new(
    "height",
    Kind::Number { most: 10_000 },
    Need::Required("its height in pixels"),
    "Its height in pixels.",
    "60",
);

/// Its width.
pub const LOGO_WIDTH: Key = Key::new(
    "width",
    Kind::Number { most: 10_000 },
    Need::Required("its width in pixels"),
    "Its width in pixels.",
    "80",
);

/// Who runs us.
pub const ORGANIZATION: Key = Key::new(
    "organization",
    Kind::Section(&ORGANIZATION_SECTION),
    Need::Absent("none"),
    "`Organization`: who runs us.",
    "{ name: { en: My Municipality }, display_name: { en: My Municipality }, url: { en: 'https://www.example' } }",
);

const ORGANIZATION_SECTION: Section = Section {
    name: "`organization`",
    before: "",
    keys: &[ORGANIZATION_NAME, ORGANIZATION_DISPLAY_NAME, ORGANIZATION_URL],
    rules: &[],
    after: "",
};

/// Its name in registers.
pub const ORGANIZATION_NAME: Key = Key::new(
    "name",
    TEXTS,
    Need::Required("its name, by language"),
    "Its name as registers have it.",
    "{ en: My Municipality }",
);

/// Its name for people.
pub const ORGANIZATION_DISPLAY_NAME: Key = Key::new(
    "display_name",
    TEXTS,
    Need::Required("its name for people, by language"),
    "Its name for people.",
    "{ en: My Municipality }",
);

/// Its page.
pub const ORGANIZATION_URL: Key = Key::new(
    "url",
    URLS,
    Need::Required("its page, by language"),
    "Its page.",
    "{ en: 'https://www.example' }",
);

/// Whom to ask.
pub const CONTACTS: Key = Key::new(
    "contacts",
    Kind::List(&Kind::Section(&CONTACT_SECTION)),
    Need::Absent("none"),
    "`ContactPerson`: whom to ask. They are published.",
    "[{ type: technical, company: My Municipality, given_name: Help, surname: Desk, email: help@example.fi, telephone: '+358 9 0000000' }]",
);

const CONTACT_SECTION: Section = Section {
    name: "`contacts`",
    before: "",
    keys: &[CONTACT_TYPE, COMPANY, GIVEN_NAME, SURNAME, EMAIL, TELEPHONE, CONTACT_EXTENSIONS],
    rules: &[],
    after: "",
};

/// What to ask them.
pub const CONTACT_TYPE: Key = Key::new(
    "type",
    Kind::choice::<ContactKind>(),
    Need::Required("what to ask them: technical, administrative, support, billing or other"),
    "`contactType`.",
    "technical",
);

/// Where they work.
pub const COMPANY: Key = Key::new(
    "company",
    Kind::Text(Form::Personal),
    Need::Absent("none"),
    "`Company`.",
    "My Municipality",
);

/// Their name.
pub const GIVEN_NAME: Key = Key::new(
    "given_name",
    Kind::Text(Form::Personal),
    Need::Absent("none"),
    "`GivenName`.",
    "Help",
);

/// Their other name.
pub const SURNAME: Key =
    Key::new("surname", Kind::Text(Form::Personal), Need::Absent("none"), "`SurName`.", "Desk");

/// Their address.
pub const EMAIL: Key = Key::new(
    "email",
    Kind::Text(Form::Personal),
    Need::Absent("none"),
    "`EmailAddress`, without `mailto:`.",
    "help@example.fi",
);

/// Their number.
pub const TELEPHONE: Key = Key::new(
    "telephone",
    Kind::Text(Form::Personal),
    Need::Absent("none"),
    "`TelephoneNumber`.",
    "'+358 9 0000000'",
);

/// What a federation wants to know of them.
pub const CONTACT_EXTENSIONS: Key = Key::new(
    "extensions",
    Kind::Section(&EXTENSIONS_SECTION),
    Need::Absent("none"),
    "`Extensions`: what a federation wants to know of them, as SPID does.",
    "{ namespace: 'https://spid.gov.it/saml-extensions', elements: { IPACode: c_h501, Public: '' } }",
);

const EXTENSIONS_SECTION: Section = Section {
    name: "`extensions`",
    before: "",
    keys: &[EXTENSIONS_NAMESPACE, EXTENSIONS_ELEMENTS],
    rules: &[],
    after: "",
};

/// Whose elements.
pub const EXTENSIONS_NAMESPACE: Key = Key::new(
    "namespace",
    Kind::Text(Form::Uri),
    Need::Required("the namespace of the elements"),
    "The namespace of the elements.",
    "https://spid.gov.it/saml-extensions",
);

/// Which elements.
pub const EXTENSIONS_ELEMENTS: Key = Key::new(
    "elements",
    Kind::Map { names: Form::Any, of: &Kind::Text(Form::Any) },
    Need::Required("the elements, each with its text"),
    "The elements in their order, each with its text or `''`. One that stands in others has their names before it, with `/` \
     between: `CessionarioCommittente/Sede/CAP`.",
    "{ IPACode: c_h501, Public: '' }",
);

/// What federations want to know.
pub const ENTITY_ATTRIBUTES: Key = Key::new(
    "entity_attributes",
    Kind::Map { names: Form::Uri, of: &Kind::List(&Kind::Text(Form::Identifier)) },
    Need::Absent("none"),
    "`mdattr:EntityAttributes`: names, each with its values, as a federation defines them.",
    "{ 'urn:oid:1.2.246.517.3003.111.26': AES-GCM }",
);

/// What the attributes are for.
pub const SERVICE_NAME: Key = Key::new(
    "service_name",
    TEXTS,
    Need::Absent("no attributes are asked for"),
    "`ServiceName` of the `AttributeConsumingService`.",
    "{ fi: Asiointi, sv: Ärenden, en: Services }",
);

/// Whether it is signed.
pub const METADATA_SIGNED: Key = Key::new(
    "signed",
    Kind::Boolean,
    Need::Default("false"),
    "Whether it is signed, by the key that signs messages: the first of `keys.saml_signing`.",
    "true",
);

/// How long it holds.
pub const VALID_FOR: Key = Key::new(
    "valid_for",
    // Less than a day is over before anybody has fetched it again; a year is longer than any key should be
    // trusted without a look.
    Kind::Duration { least: 86_400, most: 366 * 86_400 },
    Need::Absent("it has no end"),
    "How long a copy of it holds: `validUntil`. Where it is published, it is made anew as soon as a quarter of this has gone by.",
    "336h",
);

/// When it should be fetched again.
pub const CACHE_FOR: Key = Key::new(
    "cache_for",
    Kind::Duration { least: 300, most: 30 * 86_400 },
    Need::Absent("nothing is said"),
    "After how long it should be fetched again: `cacheDuration`, no longer than `valid_for`.",
    "24h",
);
