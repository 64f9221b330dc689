//! What of requests to a SAML identity provider is encrypted.

use silta_saml::algorithm::{DigestAlgorithm, EncryptionCipher};
use silta_saml::{IdentityFlavour, KdfDigest, KeyWrap};

use super::super::{Form, Key, Kind, Material, Need, Section};

/// What its parts of requests are encrypted to.
pub const ENCRYPTION_CERTIFICATE: Key = Key::new(
    "encryption_certificate",
    Kind::Reference(Material::Certificates),
    Need::Absent("needed where something in requests is encrypted"),
    "A reference to its one certificate that parts of requests are encrypted to: an RSA key, or one on an elliptic curve. \
     With `metadata` it is the first of its keys with the use `encryption`, or without a use, that `request_encryption` fits.",
    "file:keys/idp-encryption.crt",
);

/// By which algorithms.
pub const REQUEST_ENCRYPTION: Key = Key::new(
    "request_encryption",
    Kind::Section(&REQUEST_ENCRYPTION_SECTION),
    Need::Default("{}"),
    "By which algorithms parts of requests are encrypted. Where its metadata names `EncryptionMethod`s, they must be among \
     these; others are never chosen instead.",
    "{ cipher: aes128-gcm, oaep_digest: sha256, oaep_mgf: sha256, key_wrap: kw-aes256, kdf_digest: sha256 }",
);

const REQUEST_ENCRYPTION_SECTION: Section = Section {
    name: "`request_encryption`",
    before: "",
    keys: &[CIPHER, OAEP_DIGEST, OAEP_MGF, KEY_WRAP, KDF_DIGEST],
    rules: &[],
    after: "",
};

/// The cipher.
pub const CIPHER: Key = Key::new(
    "cipher",
    Kind::choice::<EncryptionCipher>(),
    Need::Default("aes256-gcm"),
    "The cipher.",
    "aes128-gcm",
);

/// The digest of RSA-OAEP.
pub const OAEP_DIGEST: Key = Key::new(
    "oaep_digest",
    Kind::choice::<DigestAlgorithm>(),
    Need::Default("sha256"),
    "The digest of RSA-OAEP, for an RSA key.",
    "sha256",
);

/// The digest of its MGF1.
pub const OAEP_MGF: Key = Key::new(
    "oaep_mgf",
    Kind::choice::<DigestAlgorithm>(),
    Need::Default("sha256"),
    "The digest of MGF1 inside RSA-OAEP. With `sha1` it is called `rsa-oaep-mgf1p`, which older products alone know.",
    "sha256",
);

/// The wrap behind an agreement.
pub const KEY_WRAP: Key = Key::new(
    "key_wrap",
    Kind::choice::<KeyWrap>(),
    Need::Default("kw-aes256"),
    "The wrap of a session key behind an agreement by ECDH-ES, for a key on an elliptic curve.",
    "kw-aes256",
);

/// The digest of the derivation.
pub const KDF_DIGEST: Key = Key::new(
    "kdf_digest",
    Kind::choice::<KdfDigest>(),
    Need::Default("sha256"),
    "The digest of ConcatKDF in that agreement.",
    "sha256",
);

/// How a client's hint goes along.
pub const LOGIN_HINT_FORMAT: Key = Key::new(
    "login_hint_format",
    Kind::Text(Form::Uri),
    Need::Absent("a `login_hint` does not go along"),
    "The format of the NameID that a client's `login_hint` goes along as: encrypted, as the `Subject` of the request, and never \
     otherwise. A hint of more than 256 octets, or with control characters, is as if there were none. Where `metadata` has no \
     key that `request_encryption` fits, no hint goes along. Who then logs in is not compared with it.",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
);

/// What an eID-Server is asked for.
pub const ESAML: Key = Key::new(
    "esaml",
    Kind::Section(&ESAML_SECTION),
    Need::Absent("none"),
    "What a German eID-Server is asked for by eSAML [BSI TR-03130-1 §5], in an encrypted extension of each request. It needs \
     `sso` by `post`, and `encryption_certificate`. The level that it is asked for is the weakest that will do, of its `loa`. \
     Neither signature nor extension carries a certificate.",
    "{ attributes: [LegalName, LegalPersonIdentifier], optional_attributes: [LEI], identity_flavour: legal_person, \
     sending_member_state: ES }",
);

const ESAML_SECTION: Section = Section {
    name: "`esaml`",
    before: "Extension and signature follow the text of the guideline (version 2.4.0). It has no example of a request to \
             another country: that a server takes this one is not confirmed.",
    keys: &[ESAML_ATTRIBUTES, ESAML_OPTIONAL, IDENTITY_FLAVOUR, SENDING_MEMBER_STATE],
    rules: &[],
    after: "",
};

/// What it must send.
pub const ESAML_ATTRIBUTES: Key = Key::new(
    "attributes",
    Kind::List(&Kind::Text(Form::Identifier)),
    Need::Required("the names of the attributes without which nobody logs in"),
    "The names of the attributes without which nobody logs in (`eid:RequiredAttribute=\"true\"`): plain words.",
    "[GivenNames, FamilyNames, DateOfBirth, RestrictedID]",
);

/// What it may send.
pub const ESAML_OPTIONAL: Key = Key::new(
    "optional_attributes",
    Kind::List(&Kind::Text(Form::Identifier)),
    Need::Absent("none"),
    "The names of the attributes that are asked for besides.",
    "[PlaceOfBirth, BirthName]",
);

/// Who logs in.
pub const IDENTITY_FLAVOUR: Key = Key::new(
    "identity_flavour",
    Kind::choice::<IdentityFlavour>(),
    Need::Default("natural_person"),
    "Who logs in.",
    "natural_person",
);

/// From which country.
pub const SENDING_MEMBER_STATE: Key = Key::new(
    "sending_member_state",
    Kind::Text(Form::Identifier),
    Need::Absent("the server asks the person"),
    "The country of the eID, by two capital letters. An answer from another one is refused; `EL` and `GR` are both Greece.",
    "ES",
);
