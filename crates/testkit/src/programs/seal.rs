//! The seal of records in the store, made again here: for records as another release writes them.

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};

/// Opens the record at `key` that was sealed with `seal_key`.
///
/// # Panics
/// When it was not.
#[must_use]
pub fn open(seal_key: &[u8; 32], key: &str, sealed: &[u8]) -> Vec<u8> {
    let (nonce, rest) = sealed.split_at(NONCE);
    let (body, tag) = rest.split_at(rest.len() - TAG);
    let key_of_record = key_of_record(seal_key, key);
    let cipher = Cipher::aes_256_gcm();
    decrypt_aead(cipher, &key_of_record, Some(nonce), key.as_bytes(), body, tag).expect("our seal")
}

/// Seals a record for the place `key`.
///
/// # Panics
/// Never with a key of 32 octets.
#[must_use]
pub fn seal(seal_key: &[u8; 32], key: &str, plain: &[u8]) -> Vec<u8> {
    let (nonce, mut tag) = ([9; NONCE], [0; TAG]);
    let key_of_record = key_of_record(seal_key, key);
    let cipher = Cipher::aes_256_gcm();
    let sealed =
        encrypt_aead(cipher, &key_of_record, Some(&nonce), key.as_bytes(), plain, &mut tag);
    [&nonce[..], &sealed.expect("a key of 32 octets"), &tag].concat()
}

fn key_of_record(seal_key: &[u8; 32], key: &str) -> Vec<u8> {
    let hmac = PKey::hmac(seal_key).expect("a key");
    let mut signer = Signer::new(MessageDigest::sha256(), &hmac).expect("HMAC");
    signer.sign_oneshot_to_vec(key.as_bytes()).expect("HMAC")
}

const NONCE: usize = 12;
const TAG: usize = 16;
