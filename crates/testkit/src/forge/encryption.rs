//! Encrypting with more placements, holders and algorithm names than Silta itself would write.

use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::namespace::{DS, SAML, XENC};
use silta_saml::{EcdhEs, EncryptionKey, KdfDigest, KeyWrap, Recipient};

use crate::forge::{encrypted_assertion, text};
use crate::keys::{self, KeyPair};

/// How an assertion is encrypted.
#[derive(Debug)]
pub(super) struct Encryption {
    pub(super) cipher: DataCipher,
    /// For RSA keys.
    pub(super) oaep: RsaOaep,
    /// For keys on curves.
    pub(super) ecdh_es: EcdhEs,
    pub(super) holders: Vec<(EncryptionKey, Option<String>)>,
    pub(super) beside: bool,
}

impl Default for Encryption {
    fn default() -> Self {
        Self {
            cipher: DataCipher::Aes256Gcm,
            oaep: RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 },
            ecdh_es: EcdhEs { digest: KdfDigest::Sha256, wrap: KeyWrap::Aes256 },
            holders: vec![(keys::SP.encryption(), None)],
            beside: false,
        }
    }
}

impl Encryption {
    /// Wraps the session key for each of these holders, with its `Recipient` attribute or none.
    pub(super) fn hold(&mut self, holders: &[(&KeyPair, Option<&str>)]) {
        self.holders = holders
            .iter()
            .map(|(pair, recipient)| (pair.encryption(), recipient.map(str::to_owned)))
            .collect();
    }

    /// An `EncryptedAssertion` around any text.
    pub(super) fn encrypt(&self, plaintext: &str) -> String {
        let each = self.holders.iter().map(|(key, recipient)| {
            let holder = Recipient::by_rsa_oaep(key, self.oaep)
                .or_else(|_| Recipient::by_ecdh_es(key, self.ecdh_es))
                .unwrap();
            // One session key for all holders, and the same one in every run.
            let encrypted = encrypted_assertion(plaintext, self.cipher, &holder, [7; 48]);
            (encrypted, recipient)
        });
        let each: Vec<_> = each.collect();
        let data = &each.first().expect("at least one holder").0;
        let keys: Vec<String> = each
            .iter()
            .enumerate()
            .map(|(number, (encrypted, recipient))| {
                let id = if self.beside { format!(" Id=\"_key{number}\"") } else { String::new() };
                let recipient = recipient.as_ref().map(|name| format!(" Recipient=\"{name}\""));
                let recipient = recipient.unwrap_or_default();
                let start = format!("<xenc:EncryptedKey xmlns:xenc=\"{XENC}\"{id}{recipient}");
                let key = text::element(encrypted, "xenc:EncryptedKey");
                text::swapped(key, "<xenc:EncryptedKey", &start)
            })
            .collect();
        if !self.beside {
            return text::replaced(data, "xenc:EncryptedKey", &keys.concat());
        }
        let pointers: Vec<String> = (0..keys.len())
            .map(|number| {
                format!(
                    "<ds:RetrievalMethod xmlns:ds=\"{DS}\" \
                     Type=\"http://www.w3.org/2001/04/xmlenc#EncryptedKey\" URI=\"#_key{number}\"/>"
                )
            })
            .collect();
        let pointers = pointers.concat();
        let data = text::replaced(data, "xenc:EncryptedKey", &pointers);
        text::after(&data, "</xenc:EncryptedData>", &keys.concat())
    }
}

/// An `EncryptedID` or `EncryptedAttribute`, whichever is named, around the first element of this qualified name
/// in `xml`, encrypted to this key.
///
/// # Panics
/// When there is no such element, or OpenSSL refuses.
#[must_use]
pub fn encrypted_part(name: &str, qname: &str, xml: &str, to: (&KeyPair, DataCipher)) -> String {
    let declared = format!("{qname} xmlns:saml=\"{SAML}\"");
    encrypted_by_itself(name, &text::element(xml, qname).replacen(qname, &declared, 1), to)
}

/// The same around any text.
///
/// # Panics
/// When OpenSSL refuses.
#[must_use]
pub fn encrypted_by_itself(
    name: &str,
    plaintext: &str,
    (key, cipher): (&KeyPair, DataCipher),
) -> String {
    encrypted_for(name, plaintext, &[(key, None)], cipher)
}

/// The same for each of these holders, with its `Recipient` attribute or none.
///
/// # Panics
/// When OpenSSL refuses.
#[must_use]
pub fn encrypted_for(
    name: &str,
    plaintext: &str,
    holders: &[(&KeyPair, Option<&str>)],
    cipher: DataCipher,
) -> String {
    let mut encryption = Encryption { cipher, ..Encryption::default() };
    encryption.hold(holders);
    text::swapped(&encryption.encrypt(plaintext), "EncryptedAssertion", name)
}
