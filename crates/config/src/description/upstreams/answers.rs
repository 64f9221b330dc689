//! What is accepted of the answers of a SAML identity provider, and what they mean.

use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::{EncryptionRule, KeyWrap, Requirement, SignedParts, StatusMeaning};

use super::super::{Form, Key, Kind, Need, Section};

/// Its assurance levels.
pub const LOA: Key = Key::new(
    "loa",
    Kind::List(&Kind::List(&Kind::Text(Form::Uri))),
    Need::RequiredOrProfile("its AuthnContextClassRef URIs, weakest first"),
    "The `AuthnContextClassRef` URIs it may assert, weakest first; an item may be a list of equally strong ones. \
     The URI of an `AuthnContextDeclRef` counts where no class in the answer is listed. Others are refused. What was \
     asserted becomes `acr`.",
    "[http://ftn.ficora.fi/2017/loa2, http://ftn.ficora.fi/2017/loa3]",
);

/// The attribute that says the level.
pub const LOA_ATTRIBUTE: Key = Key::new(
    "loa_attribute",
    Kind::Section(&LOA_ATTRIBUTE_SECTION),
    Need::Absent("none: its `AuthnContext`"),
    "The attribute that says the level, where the context does not. It must have one value.",
    "{ name: 'https://data.gov.dk/concept/core/nsis/loa', prefix: 'https://data.gov.dk/concept/core/nsis/loa/' }",
);

const LOA_ATTRIBUTE_SECTION: Section = Section {
    name: "`loa_attribute`",
    before: "",
    keys: &[LEVEL_NAME, LEVEL_PREFIX],
    rules: &[],
    after: "",
};

/// What that attribute is called.
pub const LEVEL_NAME: Key = Key::new(
    "name",
    Kind::Text(Form::Uri),
    Need::Required("the Name of the attribute"),
    "Its `Name`.",
    "urn:oid:1.2.40.0.10.2.1.1.261.94",
);

/// What makes a level of its value.
pub const LEVEL_PREFIX: Key = Key::new(
    "prefix",
    Kind::Text(Form::Uri),
    Need::Absent("nothing"),
    "What stands before its value to make one of `loa`.",
    "https://data.gov.dk/concept/core/nsis/loa/",
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

/// Whether it may agree on keys.
pub const KEY_WRAPS: Key = Key::new(
    "key_wraps",
    Kind::List(&Kind::choice::<KeyWrap>()),
    Need::Absent("none: it agrees on no keys"),
    "Which wraps of a session key it may use behind an agreement by ECDH-ES with ConcatKDF (SHA-256, -384, -512). Where \
     this names one, our metadata for it also has the keys of `keys.saml_encryption` that are on an elliptic curve.",
    "[kw-aes256]",
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

/// What its answers must have.
pub const REQUIRE: Key = Key::new(
    "require",
    Kind::List(&Kind::choice::<Requirement>()),
    Need::Absent("none"),
    "What every answer must have that SAML leaves free and its federation demands. An answer without one is refused, by a \
     reason that names it.",
    "[issuer_format, not_before]",
);

/// What it says of a failed login in words of its own.
pub const STATUSES: Key = Key::new(
    "statuses",
    Kind::Map { names: Form::Any, of: &Kind::choice::<StatusMeaning>() },
    Need::Absent("none: SAML's own codes alone"),
    "What a failed Response says beyond SAML's own codes, each with its meaning: a URI is the value of a `StatusCode`, \
     anything else are words in `StatusMessage`, which stand there whole, as they are written, and as the only ones of these. \
     They count before SAML's codes. Of the rest of a message nothing is kept. Those of the profile count too.",
    "{ 'http://id.elegnamnden.se/status/1.0/cancel': cancelled }",
)
.joining_profile();
