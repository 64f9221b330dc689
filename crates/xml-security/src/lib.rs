//! XML Signature and XML Encryption for messages that strangers send: octets, one DOM, the node
//! that a signature covers.
//!
//! Everything here is a pure function of its arguments: no I/O, no clock, no randomness, and no
//! knowledge of the messages that are signed.
//!
//! The way through:
//!
//! 1. [`xml::Input`] is the text as it is read. [`xml::parse`] refuses a DTD, a comment, and every shape that would cost more than an honest
//!    message of its length, then parses once.
//! 2. [`verify_enveloped`] judges the signature of one element. Its proof is a [`SignedElement`],
//!    which nothing else makes.
//! 3. [`Decryption`] opens an `EncryptedData`, one private operation a step;
//!    [`Plaintext::signed_root`] carries a proof over to what was inside, when the signature covered
//!    the ciphertext.
//!
//! For the other direction [`enveloped_signature`] prepares what a key must sign, wherever the key
//! is kept, and [`encrypt()`] encrypts for a [`Recipient`].

mod agreement_error;
mod agreement_method;
pub mod algorithm;
mod base64_text;
mod bit_strings;
pub mod c14n;
mod cost;
mod curve;
mod decrypt;
mod decryption_error;
mod decryption_rules;
mod digest;
mod element;
mod encrypt;
mod encrypted_key;
mod encryption_structure;
mod fingerprint;
mod input;
mod key_agreement;
mod key_hint;
mod keys;
mod named_algorithm;
mod named_transform;
pub mod namespace;
mod recipient;
mod scan;
mod sign;
mod sign_error;
mod signature;
mod signature_error;
mod signing_key;
mod start_tag;
mod structure_error;
pub mod xml;
mod xml_error;

pub use agreement_error::AgreementError;
pub use base64_text::{decode_base64, encode_base64};
pub use c14n::CanonicalizationError;
pub use decrypt::{Decryption, DecryptionStep, PRIVATE_OPERATIONS, Plaintext, decrypt};
pub use decryption_error::DecryptionError;
pub use decryption_rules::DecryptionRules;
pub use digest::sha256;
pub use element::{Element, LocalName};
pub use encrypt::{EncryptionError, EncryptionParameters, encrypt};
pub use fingerprint::Fingerprint;
pub use key_agreement::{EcdhEs, KdfDigest, KeyWrap};
pub use keys::{Certificate, DecryptionKey, KeyError, VerificationKey};
pub use named_algorithm::{AllowedAlgorithms, NamedAlgorithm};
pub use named_transform::NamedTransform;
pub use recipient::{EncryptionKey, Recipient};
pub use sign::{SignaturePlace, ToBeSigned, enveloped_signature, sign_enveloped};
pub use sign_error::SignError;
pub use signature::{SignedElement, verify_enveloped, verify_root};
pub use signature_error::SignatureError;
pub use signing_key::{SigningCredential, SigningKey};
pub use structure_error::StructureError;
pub use xml_error::XmlError;
