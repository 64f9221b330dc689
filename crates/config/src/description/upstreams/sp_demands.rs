//! `sp_metadata_demands` of an upstream: what its federation demands of our metadata.

use crate::description::words::ContactDetail;
use crate::description::{Form, Key, Kind, Need, Section};

const LANGUAGES: Kind = Kind::List(&Kind::Text(Form::Language));
const DETAILS: Kind = Kind::List(&Kind::choice::<ContactDetail>());
const NOTHING: Need = Need::Absent("not demanded");

/// What is demanded of our metadata.
pub const SP_METADATA_DEMANDS: Key = Key::new(
    "sp_metadata_demands",
    Kind::Map { names: Form::ShortName, of: &Kind::Section(&SECTION) },
    Need::Absent("those of its profile"),
    "What its federation demands of our metadata, in groups that have names; see [below](#sp_metadata_demands). A group of \
     the same name counts instead of the profile's.",
    "",
)
.joining_profile();

/// The demands of one group.
pub const SECTION: Section = Section {
    name: "`sp_metadata_demands`",
    before: "By these `silta metadata sp NAME --config FILE --lint` judges the metadata that Silta would publish; nothing \
             else looks at them. Each group has a name and one source for all that it demands, as in \
             `ours: { source: 'Our rules, §3', logo: true }`.",
    keys: &[
        SOURCE,
        DISPLAY_NAME,
        DESCRIPTION,
        INFORMATION_URL,
        PRIVACY_STATEMENT_URL,
        LOGO,
        ORGANIZATION,
        CONTACTS,
        ENTITY_ATTRIBUTES,
        SERVICE_NAME,
        SINGLE_LOGOUT,
        ENTITY_ID_URL,
        HTTPS,
        NAME_ID_FORMATS,
        ASSERTIONS_SIGNED,
        ISSUED_CERTIFICATES,
        CERTIFICATE_DAYS,
        SIGNED,
        VALID_UNTIL,
    ],
    rules: &[],
    after: "",
};

/// Who demands it.
pub const SOURCE: Key = Key::new(
    "source",
    Kind::Text(Form::Any),
    Need::Required("the document that demands it"),
    "The document that demands it, which every finding names.",
    "Rules for services of My Municipality, §3",
);

/// The languages of our name.
pub const DISPLAY_NAME: Key = Key::new(
    "display_name",
    LANGUAGES,
    NOTHING,
    "The languages of `mdui:DisplayName`.",
    "[fi, sv, en]",
);

/// The languages of what we are for.
pub const DESCRIPTION: Key = Key::new(
    "description",
    LANGUAGES,
    NOTHING,
    "The languages of `mdui:Description`.",
    "[fi, sv, en]",
);

/// The languages of the page about us.
pub const INFORMATION_URL: Key = Key::new(
    "information_url",
    LANGUAGES,
    NOTHING,
    "The languages of `mdui:InformationURL`.",
    "[fi, sv, en]",
);

/// The languages of our privacy statement.
pub const PRIVACY_STATEMENT_URL: Key = Key::new(
    "privacy_statement_url",
    LANGUAGES,
    NOTHING,
    "The languages of `mdui:PrivacyStatementURL`.",
    "[fi, sv, en]",
);

/// A picture.
pub const LOGO: Key = Key::new("logo", Kind::Boolean, NOTHING, "An `mdui:Logo`.", "true");

/// The languages of who runs us.
pub const ORGANIZATION: Key = Key::new(
    "organization",
    LANGUAGES,
    NOTHING,
    "The languages of each part of `Organization`.",
    "[fi, sv, en]",
);

/// Whom to ask.
pub const CONTACTS: Key = Key::new(
    "contacts",
    Kind::Section(&CONTACT_TYPES),
    NOTHING,
    "A `ContactPerson` of each of these types, and what every one of that type has.",
    "",
);

const CONTACT_TYPES: Section = Section {
    name: "`contacts` of `sp_metadata_demands`",
    before: "",
    keys: &[TECHNICAL, ADMINISTRATIVE, SUPPORT, BILLING, OTHER],
    rules: &[],
    after: "",
};

/// Who knows how it works.
pub const TECHNICAL: Key = contact("technical");
/// Whose it is.
pub const ADMINISTRATIVE: Key = contact("administrative");
/// Who helps people.
pub const SUPPORT: Key = contact("support");
/// Who pays.
pub const BILLING: Key = contact("billing");
/// Anybody else.
pub const OTHER: Key = contact("other");

const fn contact(kind: &'static str) -> Key {
    Key::new(kind, DETAILS, NOTHING, "What one of this type has.", "[given_name, surname, email]")
}

/// What federations want to know.
pub const ENTITY_ATTRIBUTES: Key = Key::new(
    "entity_attributes",
    Kind::Map { names: Form::Uri, of: &Kind::Section(&ENTITY_ATTRIBUTE) },
    NOTHING,
    "Names in `mdattr:EntityAttributes`, each with the values that it may have.",
    "{ 'urn:oid:1.2.246.517.3003.111.3': { friendly_name: VtjVerificationRequired, values: ['true', 'false'] } }",
);

const ENTITY_ATTRIBUTE: Section = Section {
    name: "`entity_attributes` of `sp_metadata_demands`",
    before: "",
    keys: &[FRIENDLY_NAME, VALUES, INCLUDES],
    rules: &[],
    after: "",
};

/// What people call it.
pub const FRIENDLY_NAME: Key = Key::new(
    "friendly_name",
    Kind::Text(Form::Identifier),
    Need::Absent("its name"),
    "What the document calls it.",
    "VtjVerificationRequired",
);

/// What it may say.
pub const VALUES: Key = Key::new(
    "values",
    Kind::List(&Kind::Text(Form::Identifier)),
    Need::Absent("any"),
    "The values that it may have.",
    "['true', 'false']",
);

/// What it says beside others.
pub const INCLUDES: Key = Key::new(
    "includes",
    Kind::List(&Kind::Text(Form::Identifier)),
    Need::Absent("none in particular"),
    "Values that are among its own.",
    "urn:oid:1.2.246.517.3002.110.999",
);

/// The languages of what the attributes are for.
pub const SERVICE_NAME: Key = Key::new(
    "service_name",
    LANGUAGES,
    NOTHING,
    "An `AttributeConsumingService`, and the languages of its `ServiceName`.",
    "[fi, sv, en]",
);

/// That sessions can be ended.
pub const SINGLE_LOGOUT: Key =
    Key::new("single_logout", Kind::Boolean, NOTHING, "A `SingleLogoutService`.", "true");

/// What our entityID is.
pub const ENTITY_ID_URL: Key = Key::new(
    "entity_id_url",
    Kind::Boolean,
    NOTHING,
    "That our entityID is a URL by https.",
    "true",
);

/// How every address begins.
pub const HTTPS: Key = Key::new(
    "https",
    Kind::Boolean,
    NOTHING,
    "That our endpoints, the picture and the pages that are named are all by https.",
    "true",
);

/// What people are called.
pub const NAME_ID_FORMATS: Key = Key::new(
    "name_id_formats",
    Kind::List(&Kind::Text(Form::Uri)),
    NOTHING,
    "That there is a `NameIDFormat`, and one of these.",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
);

/// What must be signed towards us.
pub const ASSERTIONS_SIGNED: Key = Key::new(
    "assertions_signed",
    Kind::Boolean,
    NOTHING,
    "That `WantAssertionsSigned` is true.",
    "true",
);

/// Who vouches for our keys.
pub const ISSUED_CERTIFICATES: Key = Key::new(
    "issued_certificates",
    Kind::Boolean,
    NOTHING,
    "That no certificate of ours is self-signed.",
    "true",
);

/// How long our certificates hold.
pub const CERTIFICATE_DAYS: Key = Key::new(
    "certificate_days",
    Kind::Number { most: 3660 },
    NOTHING,
    "For how many more days each certificate of ours must hold.",
    "30",
);

/// That it is signed.
pub const SIGNED: Key =
    Key::new("signed", Kind::Boolean, NOTHING, "That the metadata is signed.", "true");

/// That it has an end.
pub const VALID_UNTIL: Key =
    Key::new("valid_until", Kind::Boolean, NOTHING, "That it says `validUntil`.", "true");
