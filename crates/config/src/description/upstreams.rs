//! `upstreams`.

mod answers;
mod eidas;
mod encrypted;
mod metadata;
mod openid;
mod request;
pub mod sp_demands;
mod sp_metadata;
mod subject;
mod sweden;

use silta_broker::upstream::AuthnContextRequest;
use silta_saml::algorithm::SignatureAlgorithm;

use super::words::{ProfileName, Protocol, RequestLanguage, UnknownSession};
use super::{Form, Key, Kind, Material, Need, Rule, Section, Variants, refers};
use super::{attributes, sessions};
pub use answers::{
    CIPHERS, CLOCK_SKEW, ENCRYPTION, KEY_WRAPS, LEVEL_NAME, LEVEL_PREFIX, LOA, LOA_ATTRIBUTE,
    OAEP_DIGESTS, REQUIRE, RESPONSE_LIMIT, SIGNATURE_ALGORITHMS, SIGNED, STATUSES,
};
pub use eidas::{
    EIDAS, EIDAS_OPTIONAL, EIDAS_PERSON, IDENTIFIERS_FOR, NODE_COUNTRY, SP_TYPE, SP_TYPE_IN,
};
pub use encrypted::{
    CIPHER, ENCRYPTION_CERTIFICATE, ESAML, ESAML_ATTRIBUTES, ESAML_OPTIONAL, IDENTITY_FLAVOUR,
    KDF_DIGEST, KEY_WRAP, LOGIN_HINT_FORMAT, OAEP_DIGEST, OAEP_MGF, REQUEST_ENCRYPTION,
    SENDING_MEMBER_STATE,
};
pub use metadata::{HOSTS, METADATA, METADATA_FROM, SIGNERS, TRUST};
pub use openid::{
    ACR_VALUES, AUTHENTICATION, CLIENT_ID, CLIENT_SECRET, ID_TOKEN_ALGORITHMS, ISSUER, LOGOUT,
    OIDC, OIDC_SUBJECT, ORIGINS, SCOPES, USERINFO,
};
pub use request::{
    ACS_INDEX, ATTRIBUTE_CONSUMING_SERVICE_INDEX, AUTHN_CONTEXT_ALSO, EXTENSIONS_XML, FIELD_HINTS,
    FIELD_OTHERWISE, FORCE_AUTHN, FORM_FIELDS, IDP_LIST, PROVIDER_NAME, REQUEST_ACS,
    REQUEST_ISSUER, REQUEST_PARAMETERS, REQUESTER_ID,
};
pub use sp_demands::SP_METADATA_DEMANDS;
pub use sp_metadata::{
    CACHE_FOR, COMPANY, CONTACT_EXTENSIONS, CONTACT_TYPE, CONTACTS, DESCRIPTION, DISPLAY_NAME,
    EMAIL, ENTITY_ATTRIBUTES, EXTENSIONS_ELEMENTS, EXTENSIONS_NAMESPACE, GIVEN_NAME,
    INFORMATION_URL, LOGO, LOGO_HEIGHT, LOGO_URL, LOGO_WIDTH, METADATA_SIGNED, ORGANIZATION,
    ORGANIZATION_DISPLAY_NAME, ORGANIZATION_NAME, ORGANIZATION_URL, PRIVACY_STATEMENT_URL,
    SERVICE_NAME, SP_METADATA, SURNAME, TELEPHONE, VALID_FOR,
};
use subject::SUBJECT_ATTRIBUTES;
pub use subject::{ATTRIBUTES, LEAST_LEVEL, SOURCE, SUBJECT_SECTION, SUBJECT_THEN};
pub use sweden::{
    MUST_SHOW, PRINCIPAL_SELECTION, SELECTED_BY_HINT, SELECTED_VALUES, SIGN_MESSAGE,
    SIGN_MESSAGE_ENCRYPTED, SIGN_MESSAGE_KIND, SIGN_MESSAGE_TEXT,
};

pub(crate) const VARIANTS: Variants =
    Variants { key: PROTOCOL, of: &[("saml", &SAML), ("oidc", &OIDC)] };

/// A SAML identity provider.
pub const SAML: Section = Section {
    name: "`upstreams`",
    before: "Each has a name of up to 32 lower-case letters, digits and hyphens. Our metadata for it is at \
             `/saml/NAME/metadata`, its responses come to `/saml/NAME/acs`.",
    keys: &[
        PROTOCOL,
        PROFILE,
        ENTITY_ID,
        METADATA,
        SSO,
        SINGLE_LOGOUT,
        SIGNING_CERTIFICATES,
        ENCRYPTION_CERTIFICATE,
        LOA,
        LOA_ATTRIBUTE,
        DICTIONARY,
        SUBJECT,
        TEST_PERSONS,
        PASSIVE,
        SESSION,
        SIGNED,
        ENCRYPTION,
        RESPONSE_LIMIT,
        SIGNATURE_ALGORITHMS,
        CIPHERS,
        OAEP_DIGESTS,
        KEY_WRAPS,
        CLOCK_SKEW,
        REQUIRE,
        STATUSES,
        SP_ENTITY_ID,
        REQUEST_ALGORITHM,
        AUTHN_CONTEXT,
        AUTHN_CONTEXT_ALSO,
        NAME_ID_FORMAT,
        NAMEID_FORMATS,
        REQUEST_LANGUAGE,
        FORCE_AUTHN,
        REQUEST_ISSUER,
        REQUEST_ACS,
        ACS_INDEX,
        ATTRIBUTE_CONSUMING_SERVICE_INDEX,
        PROVIDER_NAME,
        IDP_LIST,
        REQUESTER_ID,
        EIDAS,
        ESAML,
        PRINCIPAL_SELECTION,
        SIGN_MESSAGE,
        EXTENSIONS_XML,
        LOGIN_HINT_FORMAT,
        REQUEST_ENCRYPTION,
        REQUEST_PARAMETERS,
        FORM_FIELDS,
        SP_METADATA,
        SP_METADATA_DEMANDS,
    ],
    rules: &[Rule::InPlaceOf {
        key: "metadata",
        others: &["sso", "single_logout", "signing_certificates", "encryption_certificate"],
    }],
    after: "",
};

/// The protocol.
pub const PROTOCOL: Key = Key::new(
    "protocol",
    Kind::choice::<Protocol>(),
    Need::Default("saml"),
    "The protocol, which decides about the other keys: [OpenID Providers](#openid-providers) have their own.",
    "saml",
);

/// The names of our profiles.
pub(crate) const PROFILE_NAMES: Kind = Kind::choice::<ProfileName>();

/// The profile.
pub const PROFILE: Key = Key::new(
    "profile",
    Kind::Text(Form::Profile),
    Need::Default("generic"),
    "Defaults for the keys below. What the file says wins.",
    "suomifi-test",
);

/// Whether a profile may say this: not which kind of peer it is, and nothing that a reference leads to,
/// because certificates change and a profile does not.
pub(crate) fn profile_may_say(key: &Key) -> bool {
    ![PROFILE.name, PROTOCOL.name].contains(&key.name) && !refers(&key.kind)
}

/// Its entityID.
pub const ENTITY_ID: Key = Key::new(
    "entity_id",
    Kind::Text(Form::Uri),
    Need::RequiredUnless("metadata", "its entityID"),
    "Its entityID. Beside `metadata` it says which entity is meant.",
    "https://idp.example/metadata",
);

/// Where requests go.
pub const SSO: Key = Key::new(
    "sso",
    Kind::Section(&SSO_SECTION),
    Need::RequiredUnless("metadata", "redirect: or post: and its single sign-on URL"),
    "How requests travel, and where to: `{ redirect: URL }` or `{ post: URL }`.",
    "{ redirect: https://idp.example/sso }",
)
.of_profile_only_without(&["metadata"]);

const SSO_SECTION: Section = Section {
    name: "`sso`",
    before: "",
    keys: &[REDIRECT, POST],
    rules: &[Rule::ExactlyOne {
        keys: &["redirect", "post"],
        what: "it needs exactly one binding",
        instead: "write redirect: or post:, not both",
    }],
    after: "",
};

/// By HTTP-Redirect.
pub const REDIRECT: Key = Key::new(
    "redirect",
    Kind::Text(Form::Url),
    Need::Absent("this or `post`"),
    "The URL for requests by HTTP-Redirect.",
    "https://idp.example/sso",
);

/// By HTTP-POST.
pub const POST: Key = Key::new(
    "post",
    Kind::Text(Form::Url),
    Need::Absent("this or `redirect`"),
    "The URL for requests by HTTP-POST.",
    "https://idp.example/sso",
);

/// Where messages of single logout go.
pub const SINGLE_LOGOUT: Key = Key::new(
    "single_logout",
    Kind::Section(&SINGLE_LOGOUT_SECTION),
    Need::Absent("none: it cannot log out"),
    "Its single logout: how our messages travel, and where to. Its own come to `/saml/NAME/slo`, which our \
     metadata then names; see [below](#single_logout). A profile's counts only together with the `sso` of that \
     profile.",
    "{ redirect: https://idp.example/slo }",
)
.of_profile_only_without(&["sso", "metadata"]);

/// What single logout needs.
pub const SINGLE_LOGOUT_SECTION: Section = Section {
    name: "`single_logout`",
    before: "With it, a session that the identity provider ends is over here, and one that is over here is ended there \
             too ([how logging out works](logout.md)). The profiles of Suomi.fi have it.",
    keys: &[SLO_REDIRECT, SLO_POST, SLO_RESPONSE, UNKNOWN_SESSION],
    rules: &[Rule::ExactlyOne {
        keys: &["redirect", "post"],
        what: "it needs exactly one binding",
        instead: "write redirect: or post:, not both",
    }],
    after: "",
};

/// By HTTP-Redirect.
pub const SLO_REDIRECT: Key = Key::new(
    "redirect",
    Kind::Text(Form::Url),
    Need::Absent("this or `post`"),
    "The URL of its `SingleLogoutService` for HTTP-Redirect.",
    "https://idp.example/slo",
);

/// By HTTP-POST.
pub const SLO_POST: Key = Key::new(
    "post",
    Kind::Text(Form::Url),
    Need::Absent("this or `redirect`"),
    "The URL of its `SingleLogoutService` for HTTP-POST.",
    "https://idp.example/slo",
);

/// Where answers go.
pub const SLO_RESPONSE: Key = Key::new(
    "response",
    Kind::Text(Form::Url),
    Need::Absent("the same URL"),
    "The URL for our answers, where its metadata has a `ResponseLocation`.",
    "https://idp.example/slo/response",
);

/// What it is told of a session that is not known here.
pub const UNKNOWN_SESSION: Key = Key::new(
    "unknown_session",
    Kind::choice::<UnknownSession>(),
    Need::Default("success"),
    "What it is told when it ends a session that is not known here, most often because it was over before.",
    "success",
);

/// Whom it is known by.
pub const SIGNING_CERTIFICATES: Key = Key::new(
    "signing_certificates",
    Kind::List(&Kind::Reference(Material::Certificates)),
    Need::RequiredUnless("metadata", "references to the certificates it signs with"),
    "References to every certificate it signs with. Keys in messages are never looked at; certificate dates \
     decide nothing.",
    "[file:keys/idp.crt]",
);

/// The attributes that it sends.
pub const DICTIONARY: Key = Key::new(
    "attributes",
    Kind::Map { names: Form::NewAttribute, of: &Kind::Section(&attributes::SECTION) },
    Need::Absent("[those of its profile](attributes.md)"),
    "The attributes that it sends, beside those of its profile and of [`attributes`](#attributes). An entry of the same \
     name counts instead of the profile's.",
    "",
)
.joining_profile();

/// What its people are known by.
pub const SUBJECT: Key = Key::new(
    "subject",
    Kind::Either(&SUBJECT_ATTRIBUTES, &SUBJECT_SECTION),
    Need::RequiredOrProfile("attributes that identify a person"),
    "The attributes that `sub` is made of, best first. The first that arrives decides. Or `[nameid]` alone, the NameID, \
     of the formats that `nameid_formats` names. Or a section, see [below](#subject).",
    "[nationalIdentificationNumber]",
)
.joining_profile();

/// Whether its people are invented.
pub const TEST_PERSONS: Key = Key::new(
    "test_persons",
    Kind::Boolean,
    Need::Default("false"),
    "Whether its people are test persons, who never share a [source](#subject) with real ones.",
    "false",
);

/// Whether it is asked without a page.
pub const PASSIVE: Key = Key::new(
    "passive",
    Kind::Boolean,
    Need::Default("false"),
    "Whether it is asked to log a person in without showing a page (SAML `IsPassive`, OIDC `prompt=none`), where a \
     relying party allows none. It must do so for whoever has a session there, and refuse everybody else; otherwise \
     the answer is `login_required` without asking. A logout at the relying party alone does not end that session: \
     the next such request logs the person in again, unless single logout ends it too.",
    "true",
);

/// What becomes of sessions that begin there.
pub const SESSION: Key = Key::new(
    "session",
    Kind::Section(&sessions::OF_UPSTREAM),
    Need::Default("{}"),
    "The sessions that begin with a login here.",
    "",
);

/// Our entityID towards it.
pub const SP_ENTITY_ID: Key = Key::new(
    "sp_entity_id",
    Kind::Text(Form::Uri),
    Need::Derived("{public_url}/saml/{name}/metadata"),
    "Our entityID towards it.",
    "https://login.example/saml/idp/metadata",
);

/// How requests are signed.
pub const REQUEST_ALGORITHM: Key = Key::new(
    "request_algorithm",
    Kind::choice::<SignatureAlgorithm>(),
    Need::Absent("that of the signing key"),
    "How requests to it are signed.",
    "rsa-sha256",
);

/// Whether requests name a level.
pub const AUTHN_CONTEXT: Key = Key::new(
    "authn_context",
    Kind::choice::<AuthnContextRequest>(),
    Need::Default("omit"),
    "Which `RequestedAuthnContext` requests carry. Levels are judged in any case.",
    "minimum",
);

/// The wished form of the NameID.
pub const NAME_ID_FORMAT: Key = Key::new(
    "name_id_format",
    Kind::Text(Form::Uri),
    Need::Absent("none"),
    "`NameIDPolicy/@Format`. `AllowCreate` goes along, but never with a transient format.",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
);

/// Which formats of a NameID count.
pub const NAMEID_FORMATS: Key = Key::new(
    "nameid_formats",
    Kind::List(&Kind::Text(Form::Uri)),
    Need::Default("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
    "The formats of a NameID that counts, as the attribute `nameid`: for `subject`, and for the `claims` and `allow` of whoever \
     logs in here. One of another format is as if there were none, and so is a transient one, which is another at every \
     login; a NameID without a format is an unspecified one. Of the others only a persistent one is never given \
     to somebody else.",
    "[urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress]",
);

/// How requests name the person's language.
pub const REQUEST_LANGUAGE: Key = Key::new(
    "request_language",
    Kind::choice::<RequestLanguage>(),
    Need::Default("none"),
    "How requests say which language the person reads.",
    "none",
);
