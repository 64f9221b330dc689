//! The hash that binds an access token to the ID token issued with it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::sha::sha256;

/// The left half of the access token's SHA-256, for an ID token that is signed with an algorithm of
/// SHA-256 [OIDC Core §3.1.3.6].
pub(crate) fn at_hash(access_token: &str) -> String {
    let digest = sha256(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.split_at(16).0)
}
