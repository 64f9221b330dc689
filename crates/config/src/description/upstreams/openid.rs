//! Upstreams with `protocol: oidc`.

use super::super::words::Authentication;
use super::super::{Form, Key, Kind, Material, Need, Rule, Section};
use super::subject::{SUBJECT_ATTRIBUTES, SUBJECT_SECTION};
use super::{CLOCK_SKEW, DICTIONARY, PASSIVE, PROTOCOL, SESSION, TEST_PERSONS};

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
        DICTIONARY,
        OIDC_SUBJECT,
        TEST_PERSONS,
        PASSIVE,
        SESSION,
        LOGOUT,
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

/// What the people of a provider are known by.
pub const OIDC_SUBJECT: Key = Key::new(
    "subject",
    Kind::Either(&SUBJECT_ATTRIBUTES, &SUBJECT_SECTION),
    Need::Required("attributes that identify a person"),
    "As above; `oidc:sub`, the attribute `providerSubject`, counts only where you name it.",
    "[nationalIdentificationNumber]",
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

/// Whether we log out there.
pub const LOGOUT: Key = Key::new(
    "logout",
    Kind::Boolean,
    Need::Default("false"),
    "Whether sessions end there and here together ([how logging out works](logout.md)): its metadata must have an \
     `end_session_endpoint`, from which browsers return to `/oidc/NAME/logged_out`, and its back-channel logout is \
     taken at `/oidc/NAME/backchannel_logout`. The ID token of each session is kept for it.",
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
