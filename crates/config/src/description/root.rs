//! The top level of the file, and its small sections.

use silta_broker::Language;

use super::words::Memory;
use super::{Form, Key, Kind, LogLevel, Material, Need, Rule, Section};
use super::{attributes, clients, deny, keys, service_providers, tables, upstreams};

/// The whole file.
pub const ROOT: Section = Section {
    name: "Top level",
    before: "",
    keys: &[
        PUBLIC_URL,
        LISTEN,
        ADMIN_LISTEN,
        CONTROL,
        TRUSTED_PROXIES,
        STORE,
        KEYS,
        ATTRIBUTES,
        UPSTREAMS,
        CLIENTS,
        SERVICE_PROVIDERS,
        DENY,
        TABLES,
        LANGUAGE,
        SECRETS,
        TELEMETRY,
    ],
    rules: &[Rule::OneAtLeast {
        one: "clients",
        others: &["service_providers"],
        hint: "one client at least, or service_providers",
    }],
    after: "",
};

/// The issuer.
pub const PUBLIC_URL: Key = Key::new(
    "public_url",
    Kind::Text(Form::Url),
    Need::Required("the URL that browsers and clients use, such as https://login.example"),
    "The URL that browsers and clients use, and the issuer, exactly as clients compare it: https (or http on \
     this machine), no slash at the end. A host with letters beyond ASCII is written in punycode (`xn--…`), as \
     browsers send it. A path is allowed; everything is then served below it. The `Host` header is never looked at.",
    "https://login.example",
);

/// The language of everybody else.
pub const LANGUAGE: Key = Key::new(
    "language",
    Kind::choice::<Language>(),
    Need::Absent("English on our pages, the upstream's own at an upstream"),
    "The language of people where nothing says theirs. What counts is, in this order: `ui_locales` of the request, the \
     browser's `Accept-Language` by its weights, the client's `language`, this.",
    "fi",
);

/// The public listener.
pub const LISTEN: Key = Key::new(
    "listen",
    Kind::Text(Form::Socket),
    Need::Default("0.0.0.0:8080"),
    "Address and port.",
    "127.0.0.1:8080",
);

/// The listener of the operator.
pub const ADMIN_LISTEN: Key = Key::new(
    "admin_listen",
    Kind::Text(Form::Socket),
    Need::Absent("none"),
    "Address and port of the admin listener: `/health/live`, `/health/startup`, `/health/ready` and `/metrics` \
     (OpenMetrics). Never publish it.",
    "127.0.0.1:9000",
);

/// What operators ask a replica.
pub const CONTROL: Key = Key::new(
    "control",
    Kind::Section(&CONTROL_SECTION),
    Need::Absent("none"),
    "Where `silta plan` and `silta map coverage` ask this replica.",
    "",
);

const CONTROL_SECTION: Section =
    Section { name: "`control`", before: "", keys: &[SOCKET], rules: &[], after: "" };

/// The socket.
pub const SOCKET: Key = Key::new(
    "socket",
    Kind::Text(Form::Any),
    Need::Required("the path of a socket, such as /run/silta/control.sock"),
    "The path of a Unix socket that the replica makes, one for each replica of a machine; relative paths start at the \
     configuration's folder. The user that Silta runs as and root may ask there, and nobody else.",
    "/run/silta/control.sock",
);

/// The proxies in front.
pub const TRUSTED_PROXIES: Key = Key::new(
    "trusted_proxies",
    Kind::List(&Kind::Text(Form::Network)),
    Need::Absent("none: every peer counts as the source"),
    "Addresses and networks such as `10.0.0.0/16` of the proxies in front; `env:NAME` and `file:PATH` lead to \
     more, separated by commas. A request through one of them came from the last address in `X-Forwarded-For`, \
     any other from its peer. It decides only whose requests give way first under pressure; addresses are never \
     written down.",
    "[10.0.0.0/16]",
);

/// Where records are kept.
pub const STORE: Key = Key::new(
    "store",
    Kind::Either(&Kind::choice::<Memory>(), &REDIS),
    Need::Required("memory, or redis: and a reference to its URL"),
    "`memory` (one replica, forgets at restart, holds up to 320 MiB: 500 finished logins a second) or `{ redis: \
     REFERENCE }` to a URL `redis://` or `rediss://`, optionally with user, password and database.",
    "{ redis: env:SILTA_REDIS_URL }",
);

const REDIS: Section =
    Section { name: "`store`", before: "", keys: &[REDIS_URL], rules: &[], after: "" };

/// The URL of Redis.
pub const REDIS_URL: Key = Key::new(
    "redis",
    Kind::Reference(Material::Secret),
    Need::Required("a reference to its URL, such as env:SILTA_REDIS_URL"),
    "A reference to the URL of a Redis that all replicas share.",
    "env:SILTA_REDIS_URL",
);

/// Our keys.
pub const KEYS: Key = Key::new(
    "keys",
    Kind::Section(&keys::SECTION),
    Need::Required(
        "id_token, seal and subject below, and with SAML saml_signing and saml_encryption",
    ),
    "The keys that sign, decrypt, seal and hash, see below.",
    "",
);

/// More attributes.
pub const ATTRIBUTES: Key = Key::new(
    "attributes",
    Kind::Map { names: Form::NewAttribute, of: &Kind::Section(&attributes::SECTION) },
    Need::Absent("none"),
    "Attributes of all upstreams, beside those of their profiles, see below.",
    "",
);

/// The identity providers.
pub const UPSTREAMS: Key = Key::new(
    "upstreams",
    Kind::Map { names: Form::ShortName, of: &Kind::Variants(&upstreams::VARIANTS) },
    Need::Required("one identity provider at least"),
    "Identity providers, see below.",
    "",
);

/// The relying parties by OpenID Connect.
pub const CLIENTS: Key = Key::new(
    "clients",
    Kind::Map { names: Form::ClientId, of: &Kind::Section(&clients::SECTION) },
    Need::Absent("required, or `service_providers`"),
    "OpenID Connect clients, see below.",
    "",
);

/// The relying parties by SAML.
pub const SERVICE_PROVIDERS: Key = Key::new(
    "service_providers",
    Kind::Map { names: Form::ShortName, of: &Kind::Section(&service_providers::SECTION) },
    Need::Absent("none"),
    "SAML service providers, see below.",
    "",
);

/// Secrets that change while the process runs.
pub const SECRETS: Key = Key::new(
    "secrets",
    Kind::Section(&SECRETS_SECTION),
    Need::Default("{}"),
    "How secrets that may change are followed.",
    "",
);

const SECRETS_SECTION: Section =
    Section { name: "`secrets`", before: "", keys: &[REFRESH], rules: &[], after: "" };

/// How often they are fetched.
pub const REFRESH: Key = Key::new(
    "refresh",
    // Three calls a minute and secret: less than a dollar a month.
    Kind::Duration { least: 1, most: 3600 },
    Need::Default("1m"),
    "How often secrets and keys that others keep are fetched, a fifth more or less by chance.",
    "1m",
);

/// What an operator is told.
pub const TELEMETRY: Key = Key::new(
    "telemetry",
    Kind::Section(&TELEMETRY_SECTION),
    Need::Default("{}"),
    "What an operator is told, and how.",
    "",
);

const TELEMETRY_SECTION: Section =
    Section { name: "`telemetry`", before: "", keys: &[LOG, TRACES, EMF], rules: &[], after: "" };

/// How much is logged.
pub const LOG: Key = Key::new(
    "log",
    Kind::choice::<LogLevel>(),
    Need::Default("info"),
    "How much is logged. Audit events are always written.",
    "info",
);

/// Where spans go.
pub const TRACES: Key = Key::new(
    "traces",
    Kind::Section(&TRACES_SECTION),
    Need::Absent("none"),
    "Where [spans of logins](logs.md#spans) go.",
    "",
);

const TRACES_SECTION: Section =
    Section { name: "`telemetry.traces`", before: "", keys: &[OTLP], rules: &[], after: "" };

/// The collector.
pub const OTLP: Key = Key::new(
    "otlp",
    Kind::Text(Form::Url),
    Need::Required("where a collector listens, such as http://127.0.0.1:4318"),
    "An http URL where a collector takes spans by OTLP over HTTP; `/v1/traces` is added.",
    "http://127.0.0.1:4318",
);

/// Metrics in the log.
pub const EMF: Key = Key::new(
    "emf",
    Kind::Section(&EMF_SECTION),
    Need::Absent("none"),
    "Whether the [metrics](logs.md#metrics-for-cloudwatch) are written to standard output every minute, for \
     CloudWatch.",
    "",
);

const EMF_SECTION: Section =
    Section { name: "`telemetry.emf`", before: "", keys: &[NAMESPACE], rules: &[], after: "" };

/// Their namespace.
pub const NAMESPACE: Key = Key::new(
    "namespace",
    Kind::Text(Form::Any),
    Need::Required("the CloudWatch namespace, such as Silta"),
    "The CloudWatch namespace of these metrics.",
    "Silta",
);

/// Who is kept out.
pub const DENY: Key = Key::new(
    "deny",
    Kind::List(&Kind::Section(&deny::SECTION)),
    Need::Absent("nobody is"),
    "Rules that keep people out, see below.",
    "",
);

/// The tables.
pub const TABLES: Key = Key::new(
    "tables",
    Kind::Map { names: Form::ShortName, of: &tables::TABLE },
    Need::Absent("none"),
    "Tables for the operator `lookup`, see below.",
    "",
);
