//! `metadata` of an upstream.

use super::super::words::Tls;
use super::super::{Form, Key, Kind, Material, Need, Section};

/// Its metadata.
pub const METADATA: Key = Key::new(
    "metadata",
    Kind::Either(&Kind::Text(Form::FileOrAddress), &SECTION),
    Need::Absent("`sso` and `signing_certificates` say it"),
    "Its metadata, `file:PATH`: keys and addresses come from it, in the place of `sso`, `single_logout` and \
     `signing_certificates`, and so does `entity_id` where it describes one entity. Or a section, see \
     [below](#metadata).",
    "file:idp-metadata.xml",
);

const SECTION: Section = Section {
    name: "`metadata`",
    before: "Metadata says which keys an identity provider signs with, and where messages for it go. What it must sign and \
             encrypt, and with what, is said by the other keys alone. It is a file, which is read at the start, or an \
             address, which is fetched ahead of the logins and again and again \
             ([ADR 57](../adr/0057-metadata-that-is-fetched.md)). `silta metadata lint` shows what is read of it.",
    keys: &[METADATA_FROM, SIGNERS, TRUST, HOSTS],
    rules: &[],
    after: "",
};

/// Where it is.
pub const METADATA_FROM: Key = Key::new(
    "from",
    Kind::Text(Form::FileOrAddress),
    Need::Required("file:PATH or https://…"),
    "Where it is: `file:PATH`, or an address by https, which needs `entity_id`, and `signers` or `trust: tls`.",
    "https://federation.example/metadata.xml",
);

/// Who signs it.
pub const SIGNERS: Key = Key::new(
    "signers",
    Kind::List(&Kind::Reference(Material::Certificates)),
    Need::Absent("nobody"),
    "References to the certificates of those of whom one must have signed its root. What is fetched from an address \
     must then have a `validUntil`, because an old document could be presented for ever, unless `trust: tls` stands \
     beside.",
    "[file:keys/federation.crt]",
);

/// Whether TLS vouches for it.
pub const TRUST: Key = Key::new(
    "trust",
    Kind::choice::<Tls>(),
    Need::Absent("`signers` vouch for it"),
    "What vouches for an address beside `signers`, or in their place, of which `silta check` warns: whoever controls its \
     host or its name can then let anybody in as anybody.",
    "tls",
);

/// Where the services may be.
pub const HOSTS: Key = Key::new(
    "hosts",
    Kind::List(&Kind::Text(Form::Host)),
    Need::Absent("of an address its own host; of a file any"),
    "The hosts at which its services may be. Metadata that sends people or messages elsewhere is refused.",
    "[idp.example]",
);
