//! The keys and secrets of a new configuration.

use openssl::error::ErrorStack;
use silta_broker::ports::Entropy;

use super::folder::NewFile;
use crate::new_keys::{self, TOKEN_BITS};

/// All of them, with this before their names.
pub(super) fn made(folder: &str, entropy: &dyn Entropy) -> Result<Vec<NewFile>, ErrorStack> {
    let id_token = new_keys::rsa("silta, ID tokens", TOKEN_BITS, DAYS)?;
    let signing = new_keys::rsa("silta, SAML signing", SAML_BITS, DAYS)?;
    let encryption = new_keys::rsa("silta, SAML encryption", SAML_BITS, DAYS)?;
    let contents = [
        id_token.key,
        signing.key,
        signing.certificate,
        encryption.key,
        encryption.certificate,
        new_keys::octets32(entropy).into_bytes(),
        new_keys::octets32(entropy).into_bytes(),
        // Without a newline, which some programs would take for a part of it.
        new_keys::client_secret(entropy).into_bytes(),
    ];
    let files = NAMES
        .iter()
        .zip(contents)
        .map(|(name, content)| NewFile { path: format!("{folder}{name}"), content });
    Ok(files.collect())
}

/// Their names, as every example has them.
pub(super) const NAMES: [&str; 8] = [
    "id-token.pem",
    "saml-signing.pem",
    "saml-signing.crt",
    "saml-encryption.pem",
    "saml-encryption.crt",
    "seal",
    "subject",
    "client.secret",
];

/// As long as NIST takes them to be good beyond 2030 [SP 800-57 Part 1 §5.6.1].
const SAML_BITS: u32 = 3072;
/// Two years: `silta check` warns before they end.
const DAYS: u32 = 730;
