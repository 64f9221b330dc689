//! What stands before each part where several are hashed one after the other.

/// The length of `part` in octets, in eight octets: behind it, no two lists of parts run together
/// into the same octets.
pub(crate) fn length_prefix(part: &[u8]) -> [u8; 8] {
    // No part has 2^64 octets.
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}
