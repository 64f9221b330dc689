//! HMAC with SHA-256 [RFC 2104].

use openssl::sha::Sha256;

use crate::length_prefix::length_prefix;

/// The HMAC under `key` of these parts, each with its length in front.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    let mut inner = begun(key, 0x36);
    for part in parts {
        inner.update(&length_prefix(part.as_bytes()));
        inner.update(part.as_bytes());
    }
    let mut outer = begun(key, 0x5c);
    outer.update(&inner.finish());
    outer.finish()
}

/// A hash that begins with the key, filled up to a block of 64 octets, and this octet added to each.
fn begun(key: &[u8; 32], pad: u8) -> Sha256 {
    let mut hash = Sha256::new();
    hash.update(&key.map(|octet| octet ^ pad));
    hash.update(&[pad; 32]);
    hash
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::sign::Signer;

    use super::*;

    #[test]
    fn it_is_the_hmac_of_openssl_and_no_two_lists_run_together() {
        let key = [7; 32];
        let octets = [&length_prefix(b"ab")[..], b"ab", &length_prefix(b"c"), b"c"].concat();
        let theirs = PKey::hmac(&key).unwrap();
        let mut theirs = Signer::new(MessageDigest::sha256(), &theirs).unwrap();
        assert_eq!(hmac(&key, &["ab", "c"]).to_vec(), theirs.sign_oneshot_to_vec(&octets).unwrap());
        assert_ne!(hmac(&key, &["ab", "c"]), hmac(&key, &["a", "bc"]));
        assert_ne!(hmac(&key, &["ab", "c"]), hmac(&[8; 32], &["ab", "c"]));
    }
}
