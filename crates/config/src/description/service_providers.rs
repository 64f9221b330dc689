//! `service_providers`.

use silta_broker::Matching;
use silta_broker::downstream::NameIdFormat;
use silta_saml::algorithm::SignatureAlgorithm;

use super::claims;
use super::clients::ONE_UPSTREAM_OR_SEVERAL;
use super::sessions;
use super::words::{Everyone, NameIdWord, Requests};
use super::{Form, Key, Kind, Material, Need, Rule, Section};

pub(super) const SECTION: Section = Section {
    name: "`service_providers`",
    before: "SAML service providers, such as [AWS Client VPN](../how-to/connect-aws-client-vpn.md). Towards them Silta is a SAML \
             identity provider: its entityID is `PUBLIC_URL/idp/metadata`, where its metadata is, and requests come to \
             `PUBLIC_URL/idp/sso`, by redirect or by POST. The Response and the assertion in it are both signed, with the \
             first key of `keys.saml_signing`.\n\nEach has a name of up to 32 lower-case letters, digits and hyphens, which no \
             client has. Logs and metrics show it as `client`.",
    keys: &[
        ENTITY_ID,
        ACS,
        REQUESTS,
        SIGNING_CERTIFICATES,
        SIGNATURE_ALGORITHMS,
        UPSTREAM,
        UPSTREAMS,
        MIN_ACR,
        ALLOW,
        NAME_ID,
        ATTRIBUTES,
        SECTOR,
        SESSION,
    ],
    rules: &[
        ONE_UPSTREAM_OR_SEVERAL,
        Rule::Together {
            one: "upstream",
            other: "min_acr",
            hint: "the weakest level of its upstream that will do",
        },
        Rule::NeededIf {
            key: "signing_certificates",
            other: "requests",
            word: "signed",
            what: "requests must be signed, but no certificate is given",
            instead: "add one, or allow unsigned ones",
        },
    ],
    after: "What a request may wish: `ForceAuthn` is passed on; `IsPassive` asks the upstream without a page where it has \
            `passive: true`, and is answered with `NoPassive` otherwise; `RequestedAuthnContext` with `exact` or `minimum` raises \
            the level above `min_acr`, and is answered with `NoAuthnContext` where the upstream has none of those levels, and \
            so are `better` and `maximum` always.",
};

/// Its entityID.
pub const ENTITY_ID: Key = Key::new(
    "entity_id",
    Kind::Text(Form::Uri),
    Need::Required("the entityID of its metadata"),
    "The entityID of its metadata, which it sends as `Issuer`. No two have the same.",
    "urn:amazon:webservices:clientvpn",
);

/// Where answers may go.
pub const ACS: Key = Key::new(
    "acs",
    Kind::List(&Kind::Either(&Kind::Text(Form::Url), &ACS_SECTION)),
    Need::Required("every ACS URL that its requests may name"),
    "Every ACS URL that its requests may name, compared byte for byte; the first counts where a request names \
     none. An item may be `{ url: URL, index: NUMBER }`, for requests that name it by the index of its metadata. \
     Only https, or http on the person's own machine: `http://127.0.0.1:35001`.",
    "http://127.0.0.1:35001",
);

const ACS_SECTION: Section =
    Section { name: "`acs`", before: "", keys: &[ACS_URL, INDEX], rules: &[], after: "" };

/// The URL of an ACS.
pub const ACS_URL: Key = Key::new(
    "url",
    Kind::Text(Form::Url),
    Need::Required("the URL of the ACS"),
    "The URL of the ACS.",
    "https://crm.example/acs",
);

/// Its index.
pub const INDEX: Key = Key::new(
    "index",
    Kind::Number { most: 65535 },
    Need::Required("the index of the ACS in its metadata"),
    "The index of the ACS in its metadata.",
    "0",
);

/// Whether it signs requests.
pub const REQUESTS: Key = Key::new(
    "requests",
    Kind::choice::<Requests>(),
    Need::Required("signed, or unsigned where it does not sign, as AWS Client VPN"),
    "Whether its requests are signed.",
    "unsigned",
);

/// What it signs with.
pub const SIGNING_CERTIFICATES: Key = Key::new(
    "signing_certificates",
    Kind::List(&Kind::Reference(Material::Certificates)),
    Need::Absent("required with `signed`; otherwise none, and then a signed request is refused"),
    "References to the certificates that its requests are signed with.",
    "[file:keys/crm.crt]",
);

/// How it may sign.
pub const SIGNATURE_ALGORITHMS: Key = Key::new(
    "signature_algorithms",
    Kind::List(&Kind::choice::<SignatureAlgorithm>()),
    Need::Absent("all"),
    "As of an upstream.",
    "[rsa-sha256]",
);

/// Where its people log in.
pub const UPSTREAM: Key = Key::new(
    "upstream",
    Kind::Text(Form::Upstream),
    Need::Absent("required"),
    "Where its people log in.",
    "suomifi",
);

/// The same in the form of clients.
pub const UPSTREAMS: Key = Key::new(
    "upstreams",
    Kind::Map { names: Form::Upstream, of: &Kind::Section(&ALLOWED) },
    Need::Absent(""),
    "The same in the form that clients have, with one upstream: SAML's way to choose among several is not read.",
    "{ suomifi: { min_acr: http://ftn.ficora.fi/2017/loa3 } }",
);

const ALLOWED: Section = Section {
    name: "`upstreams` of a service provider",
    before: "",
    keys: &[ALLOWED_MIN_ACR],
    rules: &[],
    after: "",
};

/// The weakest level that will do, inside `upstreams`.
pub const ALLOWED_MIN_ACR: Key = Key::new(
    "min_acr",
    Kind::Text(Form::Level),
    Need::Required("the weakest level of its upstream that will do"),
    "The weakest level that it accepts: one of this upstream's.",
    "http://ftn.ficora.fi/2017/loa3",
);

/// The weakest level that will do.
pub const MIN_ACR: Key = Key::new(
    "min_acr",
    Kind::Text(Form::Level),
    Need::Absent("required"),
    "The weakest level that it accepts: one of its upstream's.",
    "http://ftn.ficora.fi/2017/loa3",
);

/// Who may use it.
pub const ALLOW: Key = Key::new(
    "allow",
    Kind::Either(&Kind::choice::<Everyone>(), &ALLOW_SECTION),
    Need::Required("everyone, or an attribute and its values"),
    "Who may use it: `everyone`, or `{ attribute: ATTRIBUTE, values: [..] }`: whoever has this attribute of the \
     dictionary with one of these values, compared byte for byte; see `match` for people who have several.",
    "everyone",
);

const ALLOW_SECTION: Section = Section {
    name: "`allow`",
    before: "",
    keys: &[ALLOW_ATTRIBUTE, VALUES, MATCH],
    rules: &[],
    after: "",
};

/// The attribute that decides.
pub const ALLOW_ATTRIBUTE: Key = Key::new(
    "attribute",
    Kind::Text(Form::Attribute),
    Need::Required("an attribute of the dictionary"),
    "An attribute of the dictionary.",
    "employeeNumber",
);

/// The values of it that will do.
pub const VALUES: Key = Key::new(
    "values",
    Kind::List(&Kind::Text(Form::Personal)),
    Need::Required("the values that let somebody in"),
    "The values that let somebody in.",
    "['1234', '5678']",
);

/// How many of a person's values must be among them.
pub const MATCH: Key = Key::new(
    "match",
    Kind::choice::<Matching>(),
    Need::Default("any"),
    "How many of the values that a person has must be among them. Whoever has none is not let in.",
    "all",
);

/// How the NameID is made.
pub const NAME_ID: Key = Key::new(
    "name_id",
    Kind::Either(&Kind::choice::<NameIdWord>(), &NAME_ID_SECTION),
    Need::Default("persistent"),
    "How the NameID is made, or a section, see below.",
    "{ attribute: mail, format: email }",
);

const NAME_ID_SECTION: Section = Section {
    name: "`name_id`",
    before: "",
    keys: &[NAME_ID_ATTRIBUTE, FORMAT, EMAIL_DOMAIN],
    rules: &[
        Rule::ExactlyOne {
            keys: &["attribute", "email_domain"],
            what: "it needs exactly one source",
            instead: "write attribute: and one of its attributes, or email_domain: and a domain",
        },
        Rule::Together {
            one: "attribute",
            other: "format",
            hint: "email, persistent or unspecified",
        },
    ],
    after: "A NameID has up to 255 octets. A request that asks for another format than its service provider has is answered with \
            `InvalidNameIDPolicy`; `unspecified` gets what there is.",
};

/// The SAML attribute whose value it is.
pub const NAME_ID_ATTRIBUTE: Key = Key::new(
    "attribute",
    Kind::Text(Form::ClaimName),
    Need::Absent("this or `email_domain`"),
    "The one value of this attribute, which is one of its `attributes`; a login without one is refused.",
    "mail",
);

/// The format of that.
pub const FORMAT: Key = Key::new(
    "format",
    Kind::choice::<NameIdFormat>(),
    Need::Absent("required with `attribute`"),
    "Its format.",
    "email",
);

/// The domain of an address that nobody reads mail at.
pub const EMAIL_DOMAIN: Key = Key::new(
    "email_domain",
    Kind::Text(Form::Identifier),
    Need::Absent("this or `attribute`"),
    "The NameID is `sub@` and this domain, with the format `emailAddress`, which nobody reads mail at: for a \
     service provider that wants an e-mail address of people who have none.",
    "vpn.example.fi",
);

/// What it is told.
pub const ATTRIBUTES: Key = Key::new(
    "attributes",
    Kind::Map { names: Form::ClaimName, of: &claims::RULE },
    Need::Required("attribute names, each with the attribute it comes from"),
    "Its SAML attributes, by the rules of [`claims`](#claims). A name with a colon is sent with the name format \
     `uri`, any other with `basic`. A list becomes one value for each item; a number or a boolean its text.",
    "{ mail: mail }",
);

/// Who sees the same persistent name.
pub const SECTOR: Key = Key::new(
    "sector",
    Kind::Text(Form::Any),
    Need::Derived("{name}"),
    "As of a client: whoever is of one sector sees the same persistent name for the same person.",
    "my-organisation",
);

/// What becomes of its sessions.
pub const SESSION: Key = Key::new(
    "session",
    Kind::Section(&sessions::SECTION),
    Need::Default("{}"),
    "As of a client.",
    "",
);
