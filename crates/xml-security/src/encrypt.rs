//! Encrypting text to the holder of a certificate [XMLEnc11 §4.1].

use openssl::encrypt::Encrypter;
use openssl::error::ErrorStack;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, encrypt_aead};
use thiserror::Error;

use crate::algorithm::{DataCipher, DigestAlgorithm, RSA_OAEP, RSA_OAEP_MGF1P, RsaOaep};
use crate::base64_text::encode_base64;
use crate::element::Element;
use crate::keys::{Certificate, KeyError};
use crate::namespace::{DS, XENC, XENC11};

/// How to encrypt for one peer.
#[derive(Debug, Clone, Copy)]
pub struct EncryptionParameters<'a> {
    /// The certificate from the peer's metadata.
    pub recipient: &'a Certificate,
    /// The cipher of the content.
    pub cipher: DataCipher,
    /// The digests of the key transport.
    pub oaep: RsaOaep,
}

/// Why something could not be encrypted: a defect of the caller, of the recipient's key or of
/// OpenSSL.
#[derive(Debug, Error)]
pub enum EncryptionError {
    /// The recipient's key cannot be used.
    #[error("the recipient's key cannot be used")]
    Recipient(#[from] KeyError),
    /// The cipher wants a longer session key or initialisation vector than the random octets give.
    #[error("the random octets are too few for the cipher")]
    Randomness,
    /// The cipher's blocks are longer than a padding octet can count.
    #[error("the cipher's blocks cannot be padded")]
    Padding,
    /// OpenSSL refused.
    #[error("encryption failed")]
    Crypto(#[from] ErrorStack),
}

/// Encrypts a serialised element into an `EncryptedData` that holds its own `EncryptedKey`.
///
/// `random` supplies the session key (its first 32 octets) and the initialisation vector (its last
/// 16): both must be fresh for every message.
///
/// # Errors
/// [`EncryptionError`].
pub fn encrypt(
    element: &str,
    parameters: EncryptionParameters<'_>,
    random: [u8; 48],
) -> Result<Element, EncryptionError> {
    let cipher = parameters.cipher.openssl();
    let (session_key, iv) = random.split_at(32);
    let session_key = session_key.get(..cipher.key_len()).ok_or(EncryptionError::Randomness)?;
    let iv_length = cipher.iv_len().ok_or(EncryptionError::Randomness)?;
    let iv = iv.get(..iv_length).ok_or(EncryptionError::Randomness)?;
    let body = encrypt_data(cipher, parameters.cipher, session_key, iv, element.as_bytes())?;
    let wrapped = encrypt_key(parameters, session_key)?;

    let mgf1p = parameters.oaep.mgf == DigestAlgorithm::Sha1;
    let mut method = Element::new("xenc:EncryptionMethod")
        .attribute("Algorithm", if mgf1p { RSA_OAEP_MGF1P } else { RSA_OAEP })
        .child(
            Element::new("ds:DigestMethod")
                .namespace("ds", DS)
                .attribute("Algorithm", parameters.oaep.digest.uri()),
        );
    if !mgf1p {
        method = method.child(
            Element::new("xenc11:MGF")
                .namespace("xenc11", XENC11)
                .attribute("Algorithm", parameters.oaep.mgf.mgf_uri()),
        );
    }
    let key = Element::new("xenc:EncryptedKey").child(method).child(cipher_data(&wrapped));
    let method = Element::new("xenc:EncryptionMethod");
    Ok(Element::new("xenc:EncryptedData")
        .namespace("xenc", XENC)
        .attribute("Type", ELEMENT_TYPE)
        .child(method.attribute("Algorithm", parameters.cipher.uri()))
        .child(Element::new("ds:KeyInfo").namespace("ds", DS).child(key))
        .child(cipher_data(&body)))
}

fn cipher_data(octets: &[u8]) -> Element {
    Element::new("xenc:CipherData")
        .child(Element::new("xenc:CipherValue").text(encode_base64(octets)))
}

/// Initialisation vector, ciphertext and, for GCM, the tag [XMLEnc11 §5.2.4].
fn encrypt_data(
    cipher: Cipher,
    kind: DataCipher,
    key: &[u8],
    iv: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, EncryptionError> {
    let mut sealed = iv.to_vec();
    if kind.authenticates() {
        let mut tag = [0; 16];
        sealed.extend(encrypt_aead(cipher, key, Some(iv), &[], plain, &mut tag)?);
        sealed.extend(tag);
        return Ok(sealed);
    }
    let padded = padded(plain, cipher.block_size())?;
    let mut crypter = Crypter::new(cipher, Mode::Encrypt, key, Some(iv))?;
    crypter.pad(false);
    let mut out = vec![0; padded.len() + cipher.block_size()];
    let written = crypter.update(&padded, &mut out)?;
    out.truncate(written);
    sealed.extend(out);
    Ok(sealed)
}

/// Fills the last block; its last octet counts the padding [XMLEnc11 §5.2.2].
fn padded(plain: &[u8], block: usize) -> Result<Vec<u8>, EncryptionError> {
    let used = plain.len().checked_rem(block).ok_or(EncryptionError::Padding)?;
    let padding = u8::try_from(block - used).map_err(|_| EncryptionError::Padding)?;
    let mut padded = plain.to_vec();
    padded.extend(std::iter::repeat_n(0, usize::from(padding) - 1));
    padded.push(padding);
    Ok(padded)
}

fn encrypt_key(
    parameters: EncryptionParameters<'_>,
    session_key: &[u8],
) -> Result<Vec<u8>, EncryptionError> {
    let recipient = parameters.recipient.key()?;
    let mut encrypter = Encrypter::new(&recipient)?;
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
    encrypter.set_rsa_oaep_md(parameters.oaep.digest.openssl())?;
    encrypter.set_rsa_mgf1_md(parameters.oaep.mgf.openssl())?;
    let mut wrapped = vec![0; encrypter.encrypt_len(session_key)?];
    let written = encrypter.encrypt(session_key, &mut wrapped)?;
    wrapped.truncate(written);
    Ok(wrapped)
}

pub(crate) const ELEMENT_TYPE: &str = "http://www.w3.org/2001/04/xmlenc#Element";

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_last_octet_counts_the_padding() {
        assert_eq!(padded(b"abc", 4).unwrap(), b"abc\x01");
        assert_eq!(padded(b"abcd", 4).unwrap(), b"abcd\x00\x00\x00\x04");
        assert_eq!(padded(b"", 4).unwrap(), b"\x00\x00\x00\x04");
    }

    /// Content that was left unpadded would open as other content, or not at all.
    #[test]
    fn a_block_that_cannot_be_padded_is_an_error_and_not_left_unpadded() {
        for block in [0, 300] {
            assert!(matches!(padded(b"abc", block), Err(EncryptionError::Padding)), "{block}");
        }
    }
}
