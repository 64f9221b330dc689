//! `clients`, and what service providers have in common with them.

use silta_broker::Language;
use silta_oidc::Preset;

use super::words::{ClientProof, ErrorsShownBy};
use super::{Form, Key, Kind, Material, Need, Rule, Section};
use super::{claims, sessions};

pub(super) const SECTION: Section = Section {
    name: "`clients`",
    before: "Each has its client id as name.",
    keys: &[
        AUTHENTICATION,
        SECRET,
        ALSO_ACCEPTED_SECRET,
        KEYS,
        JWKS_URI,
        REDIRECT_URIS,
        POST_LOGOUT_REDIRECT_URIS,
        BACKCHANNEL_LOGOUT_URI,
        PRESET,
        ERRORS,
        UPSTREAM,
        UPSTREAMS,
        CLAIMS,
        MIN_ACR,
        SECTOR,
        LANGUAGE,
        REQUIRE_PKCE,
        ID_TOKEN_LIFE,
        ID_TOKEN_ALG,
        ACCESS_TOKEN_LIFE,
        REFRESH_TOKENS,
        SESSION,
    ],
    rules: &[
        Rule::OneWith {
            keys: &["secret"],
            other: "authentication",
            word: "secret",
            hint: "a reference to its secret, such as env:NAME",
        },
        Rule::OneWith {
            keys: &["keys", "jwks_uri"],
            other: "authentication",
            word: "private_key_jwt",
            hint: "a reference to its public keys as a JWK Set, such as file:keys/my-app.json",
        },
        Rule::NothingWithout {
            key: "also_accepted_secret",
            other: "secret",
            instead: "leave it out",
        },
        ONE_UPSTREAM_OR_SEVERAL,
        Rule::NothingWithout {
            key: "min_acr",
            other: "upstream",
            instead: "write it below each of upstreams for which it holds",
        },
    ],
    after: "",
};

pub(super) const ONE_UPSTREAM_OR_SEVERAL: Rule = Rule::OneOrOther {
    one: "upstream",
    other: "upstreams",
    hint: "the name of one of the upstreams",
};

/// How it proves who it is.
pub const AUTHENTICATION: Key = Key::new(
    "authentication",
    Kind::choice::<ClientProof>(),
    Need::Default("secret"),
    "How it proves who it is, at every endpoint that it calls by itself.",
    "secret",
);

/// Its secret.
pub const SECRET: Key = Key::new(
    "secret",
    Kind::Reference(Material::Secret),
    Need::Absent("required with `authentication: secret`"),
    "A reference to its secret, 16 printable ASCII characters or more.",
    "env:MY_APP_SECRET",
);

/// A second one.
pub const ALSO_ACCEPTED_SECRET: Key = Key::new(
    "also_accepted_secret",
    Kind::Reference(Material::Secret),
    Need::Absent("none"),
    "A reference to a second one, during a rotation.",
    "env:MY_APP_NEXT_SECRET",
);

/// Its public keys.
pub const KEYS: Key = Key::new(
    "keys",
    Kind::Reference(Material::PublicKeys),
    Need::Absent("required with `authentication: private_key_jwt`, or `jwks_uri`"),
    "A reference to its public keys as a JWK Set [RFC 7517 §5]: RSA of 2048 bits or more, or EC on P-256. All \
     count, so that a new one can be added before it signs.",
    "file:keys/my-app.json",
);

/// Where it publishes its keys.
pub const JWKS_URI: Key = Key::new(
    "jwks_uri",
    Kind::Text(Form::Url),
    Need::Absent("none"),
    "Instead of `keys`, the URL at which it publishes them. They are fetched by HTTPS when an assertion needs them, \
     again after five minutes, and at most once a minute for a key that is not among them; while its server does \
     not answer they count for an hour. An `http` URL may only lead to this machine.",
    "https://app.example/jwks",
);

/// Where answers may go.
pub const REDIRECT_URIS: Key = Key::new(
    "redirect_uris",
    Kind::List(&Kind::Text(Form::Url)),
    Need::Required("the URIs that answers may go to, exactly as the client sends them"),
    "The URIs that answers may go to, compared byte for byte.",
    "[https://app.example/callback]",
);

/// Where people may go after a logout.
pub const POST_LOGOUT_REDIRECT_URIS: Key = Key::new(
    "post_logout_redirect_uris",
    Kind::List(&Kind::Text(Form::Url)),
    Need::Absent("none: after a logout the person sees our page"),
    "The URIs that a person may go to after a logout that the client asks for, compared byte for byte. The first is \
     that of the client's fixed address `/logout/NAME`. See [how logging out works](logout.md).",
    "[https://app.example/logged-out]",
);

/// Where it is told of logouts.
pub const BACKCHANNEL_LOGOUT_URI: Key = Key::new(
    "backchannel_logout_uri",
    Kind::Text(Form::Url),
    Need::Absent("it is not told"),
    "Where it is told, behind the browser, that a session has ended, whoever ended it: by a logout token that it has to \
     verify (OpenID Connect Back-Channel Logout). http only on this machine.",
    "https://app.example/backchannel-logout",
);

/// What its software takes.
pub const PRESET: Key = Key::new(
    "preset",
    Kind::choice::<Preset>(),
    Need::Absent("none"),
    "Its software. `silta check` then refuses what that cannot take: redirect URIs other than its own, PKCE, and for \
     Cognito long names of claims, lists, and claims that would be left out instead of sent blank. It warns where an \
     upstream logs out and the software's own session would live on. A login that says more of a person than it takes \
     (Cognito: 2,048 octets a claim; a load balancer: 10 KiB in all) is refused, never cut.",
    "cognito",
);

/// Who shows errors.
pub const ERRORS: Key = Key::new(
    "errors",
    Kind::choice::<ErrorsShownBy>(),
    Need::Absent("`page` with `preset: alb`, otherwise `client`"),
    "Who shows the person an error of a login. A load balancer answers an error with a page of its own, without our \
     reference. A request with `prompt=none` is always answered to the client.",
    "client",
);

/// Where its people log in.
pub const UPSTREAM: Key = Key::new(
    "upstream",
    Kind::Text(Form::Upstream),
    Need::Absent("required, or `upstreams`"),
    "Where its people log in.",
    "suomifi",
);

/// Several of them.
pub const UPSTREAMS: Key = Key::new(
    "upstreams",
    Kind::Map { names: Form::Upstream, of: &Kind::Section(&ALLOWED) },
    Need::Absent(""),
    "Several upstreams by name, each with a section that may hold `min_acr`; the first is the default. A request \
     chooses by `idp_hint` with the name; a name that the client may not use counts as none. What identifies people \
     at one of them is not believed from another that does not know its people by it.",
    "{ suomifi: {}, op: { min_acr: http://ftn.ficora.fi/2017/loa3 } }",
);

const ALLOWED: Section = Section {
    name: "`upstreams` of a client",
    before: "",
    keys: &[MIN_ACR],
    rules: &[],
    after: "",
};

/// What it is told.
pub const CLAIMS: Key = Key::new(
    "claims",
    Kind::Map { names: Form::ClaimName, of: &claims::RULE },
    Need::Required("claim names, each with the attribute it comes from"),
    "What it is told of a person, see below.",
    "",
);

/// The weakest level that will do.
pub const MIN_ACR: Key = Key::new(
    "min_acr",
    Kind::Text(Form::Level),
    Need::Absent("the weakest"),
    "The weakest level that it accepts: one of its upstream's `loa`.",
    "http://ftn.ficora.fi/2017/loa3",
);

/// Who sees the same `sub`.
pub const SECTOR: Key = Key::new(
    "sector",
    Kind::Text(Form::Any),
    Need::Derived("{name}"),
    "Clients of one sector see the same `sub` for the same person.",
    "my-organisation",
);

/// The language of its people.
pub const LANGUAGE: Key = Key::new(
    "language",
    Kind::choice::<Language>(),
    Need::Absent("that of the installation"),
    "The language of its people where neither `ui_locales` nor their browser says theirs.",
    "sv",
);

/// Whether requests need a challenge.
pub const REQUIRE_PKCE: Key = Key::new(
    "require_pkce",
    Kind::Boolean,
    Need::Default("false"),
    "Refuses requests without a challenge. Cognito and the ALB send none.",
    "true",
);

/// How long ID tokens hold.
pub const ID_TOKEN_LIFE: Key = Key::new(
    "id_token_life",
    // Some relying parties count a token of a minute as already expired. Whoever needs one for longer than the
    // most refreshes it.
    Kind::Duration { least: 60, most: 3600 },
    // Enough for a redirect and a userinfo call.
    Need::Default("5m"),
    "How long its ID tokens hold.",
    "5m",
);

/// How ID tokens are signed.
pub const ID_TOKEN_ALG: Key = Key::new(
    "id_token_alg",
    Kind::choice::<silta_oidc::SignatureAlgorithm>(),
    Need::Default("RS256"),
    "How its ID tokens are signed: RS256 and PS256 by the first RSA key of `keys.id_token`, ES256 by the first EC key.",
    "ES256",
);

/// How long access tokens hold.
pub const ACCESS_TOKEN_LIFE: Key = Key::new(
    "access_token_life",
    Kind::Duration { least: 60, most: 3600 },
    Need::Default("5m"),
    "How long its access tokens hold.",
    "5m",
);

/// How long its sessions last.
pub const SESSION: Key = Key::new(
    "session",
    Kind::Section(&sessions::SECTION),
    Need::Default("{}"),
    "How long the sessions last that begin with its logins, see [below](#session).",
    "",
);

/// Whether it gets refresh tokens.
pub const REFRESH_TOKENS: Key = Key::new(
    "refresh_tokens",
    Kind::Boolean,
    Need::Default("false"),
    "It gets a refresh token with each code, and `offline_access` is taken. Each use gives the next one; one that is used \
     again later than a minute ends them all. They last as long as the session, which each use prolongs.",
    "true",
);
