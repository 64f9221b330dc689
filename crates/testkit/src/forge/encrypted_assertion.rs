//! Encrypting as identity providers do, in CBC too, which Silta itself does not write.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::symm::{self, Cipher};
use silta_saml::algorithm::{DataCipher, EncryptionCipher};
use silta_saml::{EncryptionParameters, Recipient, encrypt_assertion};

use crate::forge::text;

/// An `EncryptedAssertion` around any text. `random` is as for
/// [`encrypt_assertion`](silta_saml::encrypt_assertion).
///
/// # Panics
/// When OpenSSL refuses.
#[must_use]
pub fn encrypted_assertion(
    plaintext: &str,
    cipher: DataCipher,
    recipient: &Recipient,
    random: [u8; 48],
) -> String {
    let (in_gcm, in_cbc) = match cipher {
        DataCipher::Aes128Gcm => (EncryptionCipher::Aes128Gcm, None),
        DataCipher::Aes192Gcm => (EncryptionCipher::Aes192Gcm, None),
        DataCipher::Aes256Gcm => (EncryptionCipher::Aes256Gcm, None),
        DataCipher::Aes128Cbc => (EncryptionCipher::Aes128Gcm, Some(Cipher::aes_128_cbc())),
        DataCipher::Aes192Cbc => (EncryptionCipher::Aes192Gcm, Some(Cipher::aes_192_cbc())),
        DataCipher::Aes256Cbc => (EncryptionCipher::Aes256Gcm, Some(Cipher::aes_256_cbc())),
    };
    let parameters = EncryptionParameters { recipient, cipher: in_gcm };
    let encrypted = encrypt_assertion(plaintext, parameters, random).unwrap().to_xml();
    let Some(in_cbc) = in_cbc else { return encrypted };
    // The session key is as long for both, so its `EncryptedKey` stays.
    let (key, iv) = random.split_at(32);
    let key = &key[..in_cbc.key_len()];
    // PKCS #7 pads as XML Encryption does: only the last octet is defined there [XMLEnc11 §5.2.2].
    let body = symm::encrypt(in_cbc, key, Some(iv), plaintext.as_bytes()).unwrap();
    let (head, data) = encrypted.rsplit_once("<xenc:CipherValue>").unwrap();
    let (_, tail) = data.split_once('<').unwrap();
    let head = text::swapped(head, in_gcm.data_cipher().uri(), cipher.uri());
    let value = STANDARD.encode([iv, &body].concat());
    format!("{head}<xenc:CipherValue>{value}<{tail}")
}
