//! What may be opened, with what.

use crate::algorithm::{DataCipher, DigestAlgorithm};
use crate::key_agreement::KeyWrap;
use crate::keys::DecryptionKey;

/// What may be opened, with what.
#[derive(Debug, Clone, Copy)]
pub struct DecryptionRules<'a> {
    /// Our name in `EncryptedKey/@Recipient`; a key for somebody else is left alone.
    pub recipient: &'a str,
    /// Every private key that may open it, the likeliest first.
    pub keys: &'a [DecryptionKey],
    /// Ciphers that the peer may use. CBC counts only where a signature covers the ciphertext.
    pub ciphers: &'a [DataCipher],
    /// Digests that the peer may use inside RSA-OAEP, for the label and for MGF1.
    pub oaep_digests: &'a [DigestAlgorithm],
    /// Wraps that the peer may use behind an agreement by ECDH-ES. With none it may not agree on a key.
    pub key_wraps: &'a [KeyWrap],
}
