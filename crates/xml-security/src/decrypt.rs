//! Opening encrypted content: structure and algorithms first, then the likeliest of our keys, and one
//! error for every way that fails [XMLEnc11 §4.2].

use std::{fmt, vec};

use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};
use roxmltree::{Document, Node};
use zeroize::Zeroizing;

use crate::agreement_error::AgreementError;
use crate::algorithm::DataCipher;
use crate::decryption_error::DecryptionError;
use crate::decryption_rules::DecryptionRules;
use crate::encrypt::{ELEMENT_TYPE, GCM_TAG};
use crate::encrypted_key::{self, EncryptedKey, encrypted_keys};
use crate::encryption_structure::{check_children, cipher_value, required};
use crate::input::Input;
use crate::keys::DecryptionKey;
use crate::named_algorithm::{AllowedAlgorithms, NamedAlgorithm};
use crate::namespace::{DS, XENC};
use crate::signature::{self, CoveredCiphertext, SignedElement};
use crate::xml::{self, Occurs};

/// The octets of a new document, each line of which ends with one line feed, cleared when dropped.
pub struct Plaintext {
    octets: Zeroizing<Vec<u8>>,
    covered: Option<CoveredCiphertext>,
}

impl Plaintext {
    /// Ends of lines are made one here, so that what is parsed is this very text.
    fn of(octets: Zeroizing<Vec<u8>>, covered: Option<CoveredCiphertext>) -> Self {
        let changed = str::from_utf8(&octets).ok().and_then(|text| Input::of(text).changed());
        Self { octets: changed.map_or(octets, |text| Zeroizing::new(text.into_bytes())), covered }
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        str::from_utf8(&self.octets).ok()
    }

    /// The root of the parsed plaintext as a signed element, if a signature covered the ciphertext:
    /// then it vouches for every octet of this text. None when none did, or when `document` was
    /// parsed from another text.
    #[must_use]
    pub fn signed_root<'a, 'i>(&self, document: &'a Document<'i>) -> Option<SignedElement<'a, 'i>> {
        let parsed_from_this =
            std::ptr::eq(document.input_text().as_bytes(), self.octets.as_slice());
        self.covered
            .filter(|_| parsed_from_this)
            .map(|covered| signature::covered(covered, document.root_element()))
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes)", self.octets.len())
    }
}

/// Decrypts the `EncryptedData` inside `encrypted` in one piece: [`Decryption::of`] and all its steps.
///
/// # Errors
/// [`DecryptionError`].
pub fn decrypt(
    encrypted: Node<'_, '_>,
    signed: Option<SignedElement<'_, '_>>,
    rules: &DecryptionRules<'_>,
) -> Result<Plaintext, DecryptionError> {
    let mut decryption = Decryption::of(encrypted, signed, rules)?;
    loop {
        match decryption.step()? {
            DecryptionStep::Opened(plaintext) => return Ok(plaintext),
            DecryptionStep::Further(rest) => decryption = rest,
        }
    }
}

/// A ciphertext whose structure and algorithms are accepted, and what may still open it. Each step costs
/// one private operation, so that whoever takes the steps may serve others between them.
pub struct Decryption<'k> {
    body: EncryptedData,
    covered: Option<CoveredCiphertext>,
    encrypted_keys: Vec<EncryptedKey>,
    keys: &'k [DecryptionKey],
    attempts: vec::IntoIter<Attempt>,
}

/// What became of one private operation.
#[derive(Debug)]
pub enum DecryptionStep<'k> {
    /// It opened the content.
    Opened(Plaintext),
    /// It did not, for whatever reason, and another pair of keys is left to try.
    Further(Decryption<'k>),
}

impl<'k> Decryption<'k> {
    /// The `EncryptedData` inside `encrypted`, beside which `EncryptedKey` elements may stand. Nothing is
    /// decrypted yet.
    ///
    /// `signed` is the proof that a signature covers `encrypted`; a proof for another element counts for
    /// nothing. Only with it may the cipher be one that does not authenticate by itself, because only
    /// then can nobody play with the bits.
    ///
    /// # Errors
    /// [`DecryptionError`].
    pub fn of(
        encrypted: Node<'_, '_>,
        signed: Option<SignedElement<'_, '_>>,
        rules: &DecryptionRules<'k>,
    ) -> Result<Self, DecryptionError> {
        let covered = CoveredCiphertext::of(encrypted, signed);
        let data = encrypted_data(encrypted)?;
        let body = EncryptedData::read(data, rules)?;
        if !body.cipher.authenticates() && covered.is_none() {
            return Err(DecryptionError::CbcUnsigned);
        }
        let encrypted_keys = encrypted_keys(encrypted, data, (body.cipher, rules))?;
        let attempts = decryption_attempts(&encrypted_keys, rules.keys).into_iter();
        let agreed_on = encrypted_keys.iter().all(EncryptedKey::is_agreed_on);
        if attempts.len() == 0 && agreed_on && !encrypted_keys.is_empty() {
            return Err(AgreementError::NoKeyOnCurve.into());
        }
        Ok(Self { body, covered, encrypted_keys, keys: rules.keys, attempts })
    }

    /// Whether every key inside `encrypted` says that it is for somebody else than this recipient. Then
    /// nothing in it is for us, and nothing else of it is judged. Where keys stand otherwise than
    /// [`Decryption::of`] has it, they say nothing.
    #[must_use]
    pub fn is_for_others(encrypted: Node<'_, '_>, recipient: &str) -> bool {
        let named = encrypted_data(encrypted)
            .and_then(|data| encrypted_key::are_for_others(encrypted, data, recipient));
        named.unwrap_or(false)
    }

    /// Tries the likeliest pair of keys that is left: at most one private operation. What comes next
    /// depends on nothing but whether the content was opened and how many pairs are left: neither the
    /// padding of a session key nor its length decides anything.
    ///
    /// # Errors
    /// [`DecryptionError::Undecryptable`] when that was the last one.
    pub fn step(mut self) -> Result<DecryptionStep<'k>, DecryptionError> {
        let opened = self.attempts.next().and_then(|attempt| {
            let encrypted_key = self.encrypted_keys.get(attempt.encrypted_key)?;
            self.body.decrypt(&encrypted_key.unwrap(self.keys.get(attempt.key)?)?)
        });
        match opened {
            Some(octets) => Ok(DecryptionStep::Opened(Plaintext::of(octets, self.covered))),
            None if self.attempts.len() == 0 => Err(DecryptionError::Undecryptable),
            None => Ok(DecryptionStep::Further(self)),
        }
    }
}

impl fmt::Debug for Decryption<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decryption({} attempts left)", self.attempts.len())
    }
}

/// The `EncryptedData` of an element, beside which keys may stand and nothing else.
fn encrypted_data<'a, 'i>(encrypted: Node<'a, 'i>) -> Result<Node<'a, 'i>, DecryptionError> {
    let children = [(XENC, "EncryptedData", Occurs::Once), (XENC, "EncryptedKey", Occurs::Many)];
    check_children(encrypted, &children)?;
    let data = required(encrypted, XENC, "EncryptedData")?;
    if xml::attribute(data, "Type").is_some_and(|kind| kind != ELEMENT_TYPE) {
        return Err(DecryptionError::Structure);
    }
    Ok(data)
}

/// One pair of keys, by their numbers in their lists.
struct Attempt {
    encrypted_key: usize,
    key: usize,
}

/// The pairs of session key and key of ours that are worth a private operation, likeliest first: what
/// the sender's hint names, then what it says nothing of, then what it names otherwise; among equals
/// our first key first. A hint can only waste the operations of its own message.
fn decryption_attempts(encrypted_keys: &[EncryptedKey], keys: &[DecryptionKey]) -> Vec<Attempt> {
    let pairs = keys.iter().enumerate().flat_map(|(key, ours)| {
        let theirs = encrypted_keys.iter().enumerate();
        let fitting = theirs.filter(|(_, theirs)| theirs.fits(ours));
        fitting.map(move |(encrypted_key, theirs)| {
            (theirs.hint.likelihood(ours), Attempt { encrypted_key, key })
        })
    });
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by_key(|(likelihood, _)| *likelihood);
    pairs.into_iter().take(PRIVATE_OPERATIONS).map(|(_, attempt)| attempt).collect()
}

/// The ciphertext and its cipher.
struct EncryptedData {
    cipher: DataCipher,
    octets: Vec<u8>,
}

impl EncryptedData {
    fn read(data: Node<'_, '_>, rules: &DecryptionRules<'_>) -> Result<Self, DecryptionError> {
        let children = [
            (XENC, "EncryptionMethod", Occurs::Once),
            (DS, "KeyInfo", Occurs::Optional),
            (XENC, "CipherData", Occurs::Once),
            // Whatever they say of how or when it was encrypted [XMLEnc11 §3.7].
            (XENC, "EncryptionProperties", Occurs::Optional),
        ];
        check_children(data, &children)?;
        let method = required(data, XENC, "EncryptionMethod")?;
        let uri = xml::attribute(method, "Algorithm");
        let cipher = uri
            .and_then(DataCipher::by_uri)
            .filter(|cipher| rules.ciphers.contains(cipher))
            .ok_or_else(|| DecryptionError::Algorithm {
                named: NamedAlgorithm::of(uri),
                allowed: AllowedAlgorithms::ciphers(rules.ciphers),
            })?;
        Ok(Self { cipher, octets: cipher_value(data)? })
    }

    fn decrypt(&self, session_key: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let cipher = self.cipher.openssl();
        if session_key.len() != cipher.key_len() {
            return None;
        }
        let (iv, rest) = self.octets.split_at_checked(cipher.iv_len()?)?;
        if self.cipher.authenticates() {
            // The tag is always 128 bits [XMLEnc11 §5.2.4]; a shorter one is not looked for.
            let (body, tag) = rest.split_at_checked(rest.len().checked_sub(GCM_TAG)?)?;
            decrypt_aead(cipher, session_key, Some(iv), &[], body, tag).ok().map(Zeroizing::new)
        } else {
            decrypt_cbc(cipher, session_key, iv, rest)
        }
    }
}

/// CBC with the padding of XML Encryption: only the last octet is defined [XMLEnc11 §5.2.2].
fn decrypt_cbc(cipher: Cipher, key: &[u8], iv: &[u8], body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let block = cipher.block_size();
    if body.is_empty() || !body.len().is_multiple_of(block) {
        return None;
    }
    let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(iv)).ok()?;
    crypter.pad(false);
    let mut plain = Zeroizing::new(vec![0; body.len() + block]);
    let written = crypter.update(body, &mut plain).ok()?;
    plain.truncate(written);
    let padding = usize::from(*plain.last()?);
    if padding == 0 || padding > block {
        return None;
    }
    let end = plain.len().checked_sub(padding)?;
    plain.truncate(end);
    Some(plain)
}

/// A private operation costs more than all the rest of a message (RSA-2048: 0.7 ms), and anybody may
/// ask for it, so a garbled message may cost three honest ones. Three let one session key be tried
/// with the former, the present and the next key of ours without any hint, and three session keys
/// with our only one.
pub const PRIVATE_OPERATIONS: usize = 3;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;
