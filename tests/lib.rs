//! What flows over HTTP against the built binary share with the programs in `examples/`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests and examples use this crate, and a panic is how they fail"
)]

pub mod fargate_like;
pub mod person;
pub mod search;
pub mod siege;
pub mod tutorial;
pub mod user_pool;

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value};

/// The time, as the replicas see it too.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the broker's process has a clock of its own")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The secret `silta/keys` that `examples/fargate` refers to, of keys in a folder; `client_secret` is
/// the name of a file, too.
#[must_use]
pub fn secret_for_fargate(keys: &Path, client_secret: &str) -> String {
    let members = [
        ("id_token", "id-token.pem"),
        ("saml_signing_key", "saml-signing.pem"),
        ("saml_signing_certificate", "saml-signing.crt"),
        ("saml_encryption_key", "saml-encryption.pem"),
        ("saml_encryption_certificate", "saml-encryption.crt"),
        ("idp_certificates", "idp.crt"),
        ("client_secret", client_secret),
    ];
    let content = |file: &str| fs::read_to_string(keys.join(file)).unwrap();
    let members = members.map(|(member, file)| (member.to_owned(), content(file).into()));
    Value::Object(Map::from_iter(members)).to_string()
}
