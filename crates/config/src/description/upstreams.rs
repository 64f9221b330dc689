//! `upstreams`.

use silta_broker::upstream::AuthnContextRequest;
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::{EncryptionRule, SignedParts};

use super::words::{Authentication, ProfileName, Protocol, RequestLanguage};
use super::{Form, Key, Kind, Material, Need, Rule, Section, Variants};

pub(super) const VARIANTS: Variants =
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
        SSO,
        SIGNING_CERTIFICATES,
        LOA,
        SUBJECT,
        TEST_PERSONS,
        SIGNED,
        ENCRYPTION,
        RESPONSE_LIMIT,
        SIGNATURE_ALGORITHMS,
        CIPHERS,
        OAEP_DIGESTS,
        CLOCK_SKEW,
        SP_ENTITY_ID,
        REQUEST_ALGORITHM,
        AUTHN_CONTEXT,
        NAME_ID_FORMAT,
        REQUEST_LANGUAGE,
    ],
    rules: &[],
    after: "",
};

/// An OpenID Provider.
pub const OIDC: Section = Section {
    name: "OpenID Providers",
    before: "With `protocol: oidc` the upstream is an OpenID Provider, and Silta its relying party. Silta asks it by HTTPS at \
             its start, every five minutes, and twice in each login, so a way out is needed ([how to connect \
             one](../how-to/connect-an-openid-provider.md)). Our redirect URI there is `PUBLIC_URL/oidc/NAME/callback`.",
    keys: &[
        PROTOCOL,
        ISSUER,
        CLIENT_ID,
        AUTHENTICATION,
        CLIENT_SECRET,
        ACR_VALUES,
        OIDC_SUBJECT,
        TEST_PERSONS,
        SCOPES,
        USERINFO,
        ID_TOKEN_ALGORITHMS,
        ORIGINS,
        CLOCK_SKEW,
    ],
    rules: &[Rule::NeededUnless {
        key: "client_secret",
        other: "authentication",
        word: "private_key_jwt",
        hint: "a reference to our secret, such as env:NAME",
    }],
    after: "A claim with a plain name is an attribute's source as `oidc:` and that name, such as `oidc:given_name`; a claim whose \
            name holds a colon, such as `urn:oid:2.5.4.42`, is a source as it is. A member of an object is \
            `oidc:address.locality`. [Which claims are known](attributes.md); `attributes` adds others.",
};

/// The protocol.
pub const PROTOCOL: Key = Key::new(
    "protocol",
    Kind::choice::<Protocol>(),
    Need::Default("saml"),
    "The protocol, which decides about the other keys: [OpenID Providers](#openid-providers) have their own.",
    "saml",
);

/// The profile.
pub const PROFILE: Key = Key::new(
    "profile",
    Kind::choice::<ProfileName>(),
    Need::Default("generic"),
    "Defaults for the keys below. What the file says wins.",
    "suomifi-test",
);

/// Its entityID.
pub const ENTITY_ID: Key = Key::new(
    "entity_id",
    Kind::Text(Form::Identifier),
    Need::RequiredOrProfile("its entityID"),
    "Its entityID.",
    "https://idp.example/metadata",
);

/// Where requests go.
pub const SSO: Key = Key::new(
    "sso",
    Kind::Section(&SSO_SECTION),
    Need::RequiredOrProfile("redirect: or post: and its single sign-on URL"),
    "How requests travel, and where to: `{ redirect: URL }` or `{ post: URL }`.",
    "{ redirect: https://idp.example/sso }",
);

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

/// Whom it is known by.
pub const SIGNING_CERTIFICATES: Key = Key::new(
    "signing_certificates",
    Kind::List(&Kind::Reference(Material::Certificates)),
    Need::Required("references to the certificates it signs with"),
    "References to every certificate it signs with. Keys in messages are never looked at; certificate dates \
     decide nothing.",
    "[file:keys/idp.crt]",
);

/// Its assurance levels.
pub const LOA: Key = Key::new(
    "loa",
    Kind::List(&Kind::List(&Kind::Text(Form::Identifier))),
    Need::RequiredOrProfile("its AuthnContextClassRef URIs, weakest first"),
    "The `AuthnContextClassRef` URIs it may assert, weakest first; an item may be a list of equally strong ones. \
     Others are refused. What was asserted becomes `acr`.",
    "[http://ftn.ficora.fi/2017/loa2, http://ftn.ficora.fi/2017/loa3]",
);

/// What its people are known by.
pub const SUBJECT: Key = Key::new(
    "subject",
    Kind::Either(&SUBJECT_ATTRIBUTES, &SUBJECT_SECTION),
    Need::RequiredOrProfile("attributes that identify a person"),
    "The attributes that `sub` is made of, best first. The first that arrives decides. Or a section, see \
     [below](#subject).",
    "[nationalIdentificationNumber]",
)
.joining_profile();

const SUBJECT_ATTRIBUTES: Kind = Kind::List(&Kind::Text(Form::Attribute));

/// What the people of a provider are known by.
pub const OIDC_SUBJECT: Key = Key::new(
    "subject",
    Kind::Either(&SUBJECT_ATTRIBUTES, &SUBJECT_SECTION),
    Need::Required("attributes that identify a person"),
    "As above; `oidc:sub`, the attribute `providerSubject`, counts only where you name it.",
    "[nationalIdentificationNumber]",
);

/// More about what people are known by.
pub const SUBJECT_SECTION: Section = Section {
    name: "`subject`",
    before: "`sub` is a keyed hash of the source, the attribute and its value. The source is the upstream's own name, so nobody \
             else can speak for its people. Two upstreams of which each knows the same people for sure, such as Suomi.fi by \
             SAML and by OpenID Connect, can share a source: then a person stays the same when their service changes from one \
             to the other.",
    keys: &[ATTRIBUTES, SOURCE, LEAST_LEVEL],
    rules: &[Rule::Together {
        one: "source",
        other: "least_level",
        hint: "the weakest of its levels that may speak for these people",
    }],
    after: "`silta check` prints every source with the upstreams that can speak for its people, and from which level on. Test \
            persons (the profile `suomifi-test`, or `test_persons: true`) never share a source with others, and \
            neither does `providerSubject`, which is another person at each provider.",
};

/// The attributes.
pub const ATTRIBUTES: Key = Key::new(
    "attributes",
    SUBJECT_ATTRIBUTES,
    Need::RequiredOrProfile("attributes that identify a person"),
    "As `subject` without a section.",
    "[nationalIdentificationNumber]",
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

/// Whether its people are invented.
pub const TEST_PERSONS: Key = Key::new(
    "test_persons",
    Kind::Boolean,
    Need::Default("false"),
    "Whether its people are test persons, who never share a [source](#subject) with real ones.",
    "false",
);

/// What must be signed.
pub const SIGNED: Key = Key::new(
    "signed",
    Kind::choice::<SignedParts>(),
    Need::Default("either"),
    "What it signs. A signature that is there must always hold.",
    "both",
);

/// Whether assertions must be encrypted.
pub const ENCRYPTION: Key = Key::new(
    "encryption",
    Kind::choice::<EncryptionRule>(),
    Need::Default("required"),
    "Whether assertions must be encrypted.",
    "required",
);

/// The size of its answers.
pub const RESPONSE_LIMIT: Key = Key::new(
    "response_limit",
    // Less than the least would refuse ordinary answers. The most is a message of the limit in base64, with
    // every character escaped as a form may.
    Kind::Size { least: 16, most: 3 * silta_saml::MESSAGE_LIMIT / 1024 + 1 },
    // Twice the largest answers of Suomi.fi.
    Need::Default("64KiB"),
    "How large its answer may be as the browser posts it. Answers of Suomi.fi have 10 to 25 kB, a third more in \
     base64. A larger one is refused (`body_too_large`) before it is read.",
    "64KiB",
);

/// How it may sign.
pub const SIGNATURE_ALGORITHMS: Key = Key::new(
    "signature_algorithms",
    Kind::List(&Kind::choice::<SignatureAlgorithm>()),
    Need::Absent("all"),
    "Which signature algorithms it may use.",
    "[rsa-sha256]",
);

/// How it may encrypt.
pub const CIPHERS: Key = Key::new(
    "ciphers",
    Kind::List(&Kind::choice::<DataCipher>()),
    Need::Absent("all"),
    "Which ciphers it may use. CBC counts only inside a signed Response.",
    "[aes128-gcm, aes256-gcm]",
);

/// How it may wrap keys.
pub const OAEP_DIGESTS: Key = Key::new(
    "oaep_digests",
    Kind::List(&Kind::choice::<DigestAlgorithm>()),
    Need::Absent("all"),
    "Which digests it may use inside RSA-OAEP, for label and MGF1.",
    "[sha1, sha256]",
);

/// How far its clock may be off.
pub const CLOCK_SKEW: Key = Key::new(
    "clock_skew",
    // More would accept answers that no profile allows [saml2int SDP-G01].
    Kind::Duration { least: 0, most: 300 },
    Need::Default("1m"),
    "How far its clock may be from ours.",
    "1m",
);

/// Our entityID towards it.
pub const SP_ENTITY_ID: Key = Key::new(
    "sp_entity_id",
    Kind::Text(Form::Identifier),
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
    Kind::Text(Form::Identifier),
    Need::Absent("none"),
    "`NameIDPolicy/@Format`.",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
);

/// How requests name the person's language.
pub const REQUEST_LANGUAGE: Key = Key::new(
    "request_language",
    Kind::choice::<RequestLanguage>(),
    Need::Default("none"),
    "How requests say which language the person reads.",
    "none",
);

/// The issuer of a provider.
pub const ISSUER: Key = Key::new(
    "issuer",
    Kind::Text(Form::Url),
    Need::Required("the issuer of the provider, such as https://op.example"),
    "Its issuer, octet for octet. Its metadata is fetched from `/.well-known/openid-configuration` below it. An \
     `http` URL may only lead to this machine.",
    "https://op.example",
);

/// Our client id.
pub const CLIENT_ID: Key = Key::new(
    "client_id",
    Kind::Text(Form::ClientId),
    Need::Required("our client id at the provider"),
    "Our client id there.",
    "silta",
);

/// How we authenticate.
pub const AUTHENTICATION: Key = Key::new(
    "authentication",
    Kind::choice::<Authentication>(),
    Need::Default("client_secret_basic"),
    "How we authenticate at its token endpoint.",
    "client_secret_basic",
);

/// Our secret.
pub const CLIENT_SECRET: Key = Key::new(
    "client_secret",
    Kind::Reference(Material::Secret),
    Need::Absent("required, but not with `private_key_jwt`"),
    "A reference to our secret there.",
    "env:SILTA_OP_SECRET",
);

/// Its levels.
pub const ACR_VALUES: Key = Key::new(
    "loa",
    Kind::List(&Kind::List(&Kind::Text(Form::Identifier))),
    Need::Required("its acr values, weakest first"),
    "The `acr` values it may assert, weakest first; an item may be a list of equally strong ones. Others, and \
     none, are refused. What was asserted becomes `acr`.",
    "[http://ftn.ficora.fi/2017/loa2, http://ftn.ficora.fi/2017/loa3]",
);

/// What is asked for.
pub const SCOPES: Key = Key::new(
    "scopes",
    Kind::List(&Kind::Text(Form::Identifier)),
    Need::Absent("none"),
    "The scopes that are asked for beside `openid`.",
    "[profile, email]",
);

/// Whether the userinfo endpoint is asked.
pub const USERINFO: Key = Key::new(
    "userinfo",
    Kind::Boolean,
    Need::Default("true"),
    "Whether claims are taken from its userinfo endpoint too. They add to those of the ID token, and replace none.",
    "true",
);

/// How it may sign ID tokens.
pub const ID_TOKEN_ALGORITHMS: Key = Key::new(
    "id_token_algorithms",
    Kind::List(&Kind::choice::<silta_oidc::SignatureAlgorithm>()),
    Need::Absent("all"),
    "Which algorithms it may sign with.",
    "[RS256]",
);

/// Where its endpoints may stand.
pub const ORIGINS: Key = Key::new(
    "origins",
    Kind::List(&Kind::Text(Form::Url)),
    Need::Absent("none"),
    "Where its endpoints may stand beside the issuer's own origin.",
    "[https://keys.op.example]",
);
