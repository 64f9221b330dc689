//! Encrypting as identity providers do, in CBC too, which Silta itself does not write.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::symm::{self, Cipher};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, EncryptionCipher, RsaOaep};
use silta_saml::namespace::SAML;
use silta_saml::{EncryptionParameters, Recipient, encrypt_assertion};

use crate::forge::text;
use crate::keys;

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

/// An `EncryptedID` or `EncryptedAttribute`, whichever is named, around the first element of this qualified name
/// in `xml`, encrypted to the broker by AES-256-GCM.
///
/// # Panics
/// When there is no such element, or OpenSSL refuses.
#[must_use]
pub fn encrypted_part(name: &str, qname: &str, xml: &str) -> String {
    let declared = format!("{qname} xmlns:saml=\"{SAML}\"");
    let plain = text::element(xml, qname).replacen(qname, &declared, 1);
    encrypted_by_itself(name, &plain, DataCipher::Aes256Gcm)
}

/// The same around any text, with this cipher.
///
/// # Panics
/// When OpenSSL refuses.
#[must_use]
pub fn encrypted_by_itself(name: &str, plaintext: &str, cipher: DataCipher) -> String {
    let sha256 = DigestAlgorithm::Sha256;
    let oaep = RsaOaep { digest: sha256, mgf: sha256 };
    let recipient = Recipient::by_rsa_oaep(&keys::SP.encryption(), oaep).unwrap();
    let encrypted = encrypted_assertion(plaintext, cipher, &recipient, [7; 48]);
    text::swapped(&encrypted, "saml:EncryptedAssertion", &format!("saml:{name}"))
}
