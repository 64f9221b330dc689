//! A digest for what is neither signed nor encrypted here.

/// SHA-256.
#[must_use]
pub fn sha256(octets: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(octets)
}
