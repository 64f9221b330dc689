//! The cryptography of a login, which no broker can avoid.

use std::hint::black_box;

use openssl::encrypt::{Decrypter, Encrypter};
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::sign::{Signer, Verifier};
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};

use crate::fixture::Fixture;

/// The primitives of one login, on material of the same sizes.
pub(crate) struct Floor {
    key: PKey<Private>,
    signature: Vec<u8>,
    wrapped: Vec<u8>,
    sealed: Vec<u8>,
    tag: [u8; 16],
}

impl Floor {
    pub(crate) fn new(fixture: &Fixture) -> Self {
        let key = PKey::private_key_from_pem(&fixture.encryption.key_pem()).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let signature = signer.sign_oneshot_to_vec(SIGNED_INFO).unwrap();
        let wrapping = key.clone();
        let mut encrypter = Encrypter::new(&wrapping).unwrap();
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
        let mut wrapped = vec![0; 256];
        encrypter.encrypt(&[7; 32], &mut wrapped).unwrap();
        let mut tag = [0; 16];
        let (cipher, plain) = (Cipher::aes_256_gcm(), vec![b'x'; ASSERTION]);
        let sealed = encrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], &plain, &mut tag).unwrap();
        Self { key, signature, wrapped, sealed, tag }
    }

    pub(crate) fn sign(&self) {
        for _ in 0..2 {
            let mut signer = Signer::new(MessageDigest::sha256(), &self.key).unwrap();
            black_box(signer.sign_oneshot_to_vec(SIGNED_INFO).unwrap());
        }
    }

    pub(crate) fn unwrap(&self) {
        let mut decrypter = Decrypter::new(&self.key).unwrap();
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
        let mut plain = vec![0; 256];
        black_box(decrypter.decrypt(&self.wrapped, &mut plain).unwrap());
    }

    pub(crate) fn verify(&self) {
        for _ in 0..2 {
            let mut verifier = Verifier::new(MessageDigest::sha256(), &self.key).unwrap();
            assert!(verifier.verify_oneshot(&self.signature, SIGNED_INFO).unwrap());
        }
    }

    /// The assertion is opened once; five records are sealed and five opened.
    pub(crate) fn aes(&self) {
        let cipher = Cipher::aes_256_gcm();
        let plain =
            decrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], &self.sealed, &self.tag).unwrap();
        let record = &plain[..RECORD];
        for _ in 0..5 {
            let mut tag = [0; 16];
            let sealed =
                encrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], record, &mut tag).unwrap();
            black_box(decrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], &sealed, &tag).unwrap());
        }
    }

    /// Both canonical forms, and twenty short inputs: handles, codes, record keys, `sub`.
    pub(crate) fn digest(&self) {
        for size in [2 * ASSERTION, ASSERTION] {
            black_box(hash(MessageDigest::sha256(), &self.sealed.repeat(2)[..size]).unwrap());
        }
        for _ in 0..20 {
            black_box(hash(MessageDigest::sha256(), &self.sealed[..64]).unwrap());
        }
    }
}

/// The size of a signed assertion of the benchmark, and of the records that it becomes.
const ASSERTION: usize = 6_000;
const RECORD: usize = 900;
const SIGNED_INFO: &[u8] = &[b'x'; 700];
