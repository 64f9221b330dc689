//! `keys`.

use silta_saml::algorithm::SignatureAlgorithm;

use super::{Feature, Key, Kind, Material, Need, Section};

pub(super) const SECTION: Section = Section {
    name: "`keys`",
    before: "The first of each list signs or seals; the others are there for a rotation ([rotate a \
             secret](../how-to/rotate-a-secret.md)).",
    keys: &[ID_TOKEN, SAML_SIGNING, SAML_ENCRYPTION, SEAL, SUBJECT],
    rules: &[],
    after: "",
};

/// The keys of ID tokens.
pub const ID_TOKEN: Key = Key::new(
    "id_token",
    Kind::List(&Kind::Reference(Material::SigningKey)),
    Need::Required("a list of references to RSA private keys; the first one signs"),
    "References to private keys in PEM: RSA of 2048 bits or more, and for ES256 EC on P-256. The first RSA key and the \
     first EC key sign ID tokens, all are published at `/jwks`. With a client whose `id_token_alg` is PS256 each RSA key \
     is published a second time, for PS256.",
    "[file:keys/id-token.pem]",
);

/// The keys that sign SAML messages.
pub const SAML_SIGNING: Key = Key::new(
    "saml_signing",
    Kind::List(&Kind::Section(&SIGNING)),
    Need::RequiredWith(
        Feature::Saml,
        "a list of key: and certificate: references; the first signs",
    ),
    "Keys with certificates. The first signs requests and answers, all are in our metadata.",
    "",
);

const SIGNING: Section = Section {
    name: "`keys.saml_signing`",
    before: "",
    keys: &[SIGNING_KEY, CERTIFICATE, ALGORITHM],
    rules: &[],
    after: "",
};

/// A key that signs.
pub const SIGNING_KEY: Key = Key::new(
    "key",
    Kind::Reference(Material::SigningKey),
    Need::Required("a reference to the private key in PEM, or to one that signs where it is"),
    "A reference to the private key in PEM, or to one that stays where it is and signs there.",
    "file:keys/saml-signing.pem",
);

/// The certificate of a key.
pub const CERTIFICATE: Key = Key::new(
    "certificate",
    Kind::Reference(Material::Certificates),
    Need::Required("a reference to its certificate"),
    "A reference to its certificate in PEM.",
    "file:keys/saml-signing.crt",
);

/// How a key signs.
pub const ALGORITHM: Key = Key::new(
    "algorithm",
    Kind::choice::<SignatureAlgorithm>(),
    Need::Absent("`rsa-sha256` or `ecdsa-sha256`, by the kind of key"),
    "How it signs.",
    "rsa-sha256",
);

/// The keys that assertions are encrypted for.
pub const SAML_ENCRYPTION: Key = Key::new(
    "saml_encryption",
    Kind::List(&Kind::Section(&DECRYPTION)),
    Need::RequiredWith(
        Feature::SamlUpstream,
        "a list of key: and certificate: references; all decrypt",
    ),
    "RSA keys with certificates; all are in our metadata. Beside them keys on an elliptic curve (P-256, P-384, P-521, \
     brainpoolP256r1, brainpoolP384r1, brainpoolP512r1), which are in our metadata for upstreams with `key_wraps`. On an \
     assertion three are tried at most, first the one whose certificate it names, then in this order. `silta check` warns \
     of more than three of the same size or curve, pending and previous ones counted.",
    "",
);

const DECRYPTION: Section = Section {
    name: "`keys.saml_encryption`",
    before: "",
    keys: &[DECRYPTION_KEY, DECRYPTION_CERTIFICATE],
    rules: &[],
    after: "",
};

/// A key that decrypts.
pub const DECRYPTION_KEY: Key = Key::new(
    "key",
    Kind::Reference(Material::PrivateKey),
    Need::Required("a reference to the private key in PEM"),
    "A reference to the private key in PEM.",
    "file:keys/saml-encryption.pem",
);

/// The certificate of a key that decrypts.
pub const DECRYPTION_CERTIFICATE: Key =
    Key { example: "file:keys/saml-encryption.crt", ..CERTIFICATE };

/// The keys that seal records.
pub const SEAL: Key = Key::new(
    "seal",
    Kind::List(&Kind::Reference(Material::Octets32)),
    Need::Required("a list of references to 32 octets in base64; the first one seals"),
    "References to 32 octets in base64 (`openssl rand -base64 32`). The first seals records in the store, all \
     open them. The same for every replica.",
    "[env:SILTA_SEAL]",
);

/// The key of every `sub`.
pub const SUBJECT: Key = Key::new(
    "subject",
    Kind::Reference(Material::Octets32),
    Need::Required("a reference to 32 octets in base64; it must never change"),
    "A reference to 32 octets in base64. Every `sub` is made with it: **when it changes, everybody becomes \
     somebody else**. A running replica therefore never follows a change of it, says so in the log, and keeps all \
     of its last good values until the old one is back; one that starts meanwhile cannot know the old one, and \
     uses the new.",
    "env:SILTA_SUBJECT",
);
