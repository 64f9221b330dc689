//! Opening encrypted content: structure and algorithms first, then the likeliest of our keys, and one
//! error for every way that fails [XMLEnc11 §4.2].

use std::fmt;

use openssl::encrypt::Decrypter;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};
use roxmltree::{Document, Node};
use zeroize::Zeroizing;

use crate::algorithm::{DataCipher, DigestAlgorithm, RSA_OAEP, RSA_OAEP_MGF1P, RsaOaep};
use crate::base64_text::decode_base64;
use crate::decryption_error::DecryptionError;
use crate::encrypt::ELEMENT_TYPE;
use crate::key_hint::KeyHint;
use crate::keys::DecryptionKey;
use crate::namespace::{DS, XENC, XENC11};
use crate::signature::{self, CoveredCiphertext, SignedElement};
use crate::xml::{self, Occurs};

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
}

/// The octets of a new document, cleared when dropped.
pub struct Plaintext {
    octets: Zeroizing<Vec<u8>>,
    covered: Option<CoveredCiphertext>,
}

impl Plaintext {
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

/// Decrypts the `EncryptedData` inside `encrypted`, beside which `EncryptedKey` elements may stand.
///
/// `signed` is the proof that a signature covers `encrypted`; a proof for another element counts for
/// nothing. Only with it may the cipher be one that does not authenticate by itself, because only
/// then can nobody play with the bits.
///
/// # Errors
/// [`DecryptionError`].
pub fn decrypt(
    encrypted: Node<'_, '_>,
    signed: Option<SignedElement<'_, '_>>,
    rules: &DecryptionRules<'_>,
) -> Result<Plaintext, DecryptionError> {
    let covered = CoveredCiphertext::of(encrypted, signed);
    let children = [(XENC, "EncryptedData", Occurs::Once), (XENC, "EncryptedKey", Occurs::Many)];
    check_children(encrypted, &children)?;
    let data = required(encrypted, XENC, "EncryptedData")?;
    if xml::attribute(data, "Type").is_some_and(|kind| kind != ELEMENT_TYPE) {
        return Err(DecryptionError::Structure);
    }
    let body = EncryptedData::read(data, rules)?;
    if !body.cipher.authenticates() && covered.is_none() {
        return Err(DecryptionError::CbcUnsigned);
    }
    let encrypted_keys = encrypted_keys(encrypted, data, rules)?;
    let octets = decryption_attempts(&encrypted_keys, rules.keys)
        .into_iter()
        .find_map(|(encrypted_key, key)| body.decrypt(&encrypted_key.unwrap(key)?))
        .ok_or(DecryptionError::Undecryptable)?;
    Ok(Plaintext { octets, covered })
}

/// The pairs of session key and key of ours that are worth a private operation, likeliest first: what
/// the sender's hint names, then what it says nothing of, then what it names otherwise; among equals
/// our first key first. A hint can only waste the operations of its own message.
fn decryption_attempts<'t>(
    encrypted_keys: &'t [EncryptedKey],
    keys: &'t [DecryptionKey],
) -> Vec<(&'t EncryptedKey, &'t DecryptionKey)> {
    let mut pairs: Vec<_> = keys
        .iter()
        .flat_map(|key| encrypted_keys.iter().map(move |encrypted_key| (encrypted_key, key)))
        // What is not as long as the modulus was not wrapped for it [RFC 8017 §7.1.2].
        .filter(|(encrypted_key, key)| encrypted_key.wrapped.len() == key.size())
        .collect();
    pairs.sort_by_key(|(encrypted_key, key)| encrypted_key.hint.likelihood(key));
    pairs.truncate(PRIVATE_OPERATIONS);
    pairs
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
        ];
        check_children(data, &children)?;
        let method = required(data, XENC, "EncryptionMethod")?;
        let cipher = xml::attribute(method, "Algorithm")
            .and_then(DataCipher::by_uri)
            .filter(|cipher| rules.ciphers.contains(cipher))
            .ok_or(DecryptionError::Algorithm)?;
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

/// One session key, wrapped for one holder of a key.
struct EncryptedKey {
    hint: KeyHint,
    oaep: RsaOaep,
    wrapped: Vec<u8>,
}

impl EncryptedKey {
    fn unwrap(&self, key: &DecryptionKey) -> Option<Zeroizing<Vec<u8>>> {
        let mut decrypter = Decrypter::new(key.key()).ok()?;
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP).ok()?;
        decrypter.set_rsa_oaep_md(self.oaep.digest.openssl()).ok()?;
        decrypter.set_rsa_mgf1_md(self.oaep.mgf.openssl()).ok()?;
        let mut plain = Zeroizing::new(vec![0; decrypter.decrypt_len(&self.wrapped).ok()?]);
        let written = decrypter.decrypt(&self.wrapped, &mut plain).ok()?;
        plain.truncate(written);
        Some(plain)
    }
}

/// Every `EncryptedKey` that may be for us, inside `KeyInfo` or beside the data.
fn encrypted_keys(
    encrypted: Node<'_, '_>,
    data: Node<'_, '_>,
    rules: &DecryptionRules<'_>,
) -> Result<Vec<EncryptedKey>, DecryptionError> {
    // Both kinds are counted before either is looked for in the other.
    let beside = bounded_children(encrypted, XENC, "EncryptedKey")?;
    let mut keys = beside.clone();
    if let Some(info) = xml::child(data, DS, "KeyInfo") {
        keys.extend(bounded_children(info, XENC, "EncryptedKey")?);
        for method in bounded_children(info, DS, "RetrievalMethod")? {
            // Only a key beside the data can be meant: nothing is fetched, nothing is searched.
            let id = xml::attribute(method, "URI").and_then(|uri| uri.strip_prefix('#'));
            let here = beside.iter().any(|key| id.is_some() && xml::attribute(*key, "Id") == id);
            if !here || method.children().any(|child| child.is_element()) {
                return Err(DecryptionError::Structure);
            }
        }
    }
    if keys.is_empty() || keys.len() > KEY_LIMIT {
        return Err(DecryptionError::Structure);
    }
    keys.into_iter()
        .filter(|key| {
            xml::attribute(*key, "Recipient").is_none_or(|recipient| recipient == rules.recipient)
        })
        .map(|key| encrypted_key(key, rules))
        .collect()
}

/// The children of this name, if they are as few as keys may be.
fn bounded_children<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Vec<Node<'a, 'i>>, DecryptionError> {
    let found: Vec<_> = xml::children(parent, namespace, name).take(KEY_LIMIT + 1).collect();
    if found.len() > KEY_LIMIT { Err(DecryptionError::Structure) } else { Ok(found) }
}

fn encrypted_key(
    key: Node<'_, '_>,
    rules: &DecryptionRules<'_>,
) -> Result<EncryptedKey, DecryptionError> {
    let children = [
        (XENC, "EncryptionMethod", Occurs::Once),
        (DS, "KeyInfo", Occurs::Optional),
        (XENC, "CipherData", Occurs::Once),
        (XENC, "ReferenceList", Occurs::Optional),
        (XENC, "CarriedKeyName", Occurs::Optional),
    ];
    check_children(key, &children)?;
    let method = required(key, XENC, "EncryptionMethod")?;
    // A label (OAEPparams) has no place here, so it is not among the children, whose order the
    // schema leaves open [XMLEnc11 §3.2].
    let [digest, mgf] = [(DS, "DigestMethod", Occurs::Optional), (XENC11, "MGF", Occurs::Optional)];
    xml::sequence(method, &[digest, mgf])
        .or_else(|_| xml::sequence(method, &[mgf, digest]))
        .map_err(|_| DecryptionError::Structure)?;
    let algorithm = |child: Option<Node<'_, '_>>, read: fn(&str) -> Option<DigestAlgorithm>| {
        child.map_or(Some(DigestAlgorithm::Sha1), |child| read(xml::attribute(child, "Algorithm")?))
    };
    // Where DigestMethod or MGF is absent, SHA-1 is meant [XMLEnc11 §5.5.2].
    let digest = algorithm(xml::child(method, DS, "DigestMethod"), DigestAlgorithm::by_uri);
    let mgf = xml::child(method, XENC11, "MGF");
    let mgf = match (xml::attribute(method, "Algorithm"), mgf) {
        (Some(RSA_OAEP_MGF1P), None) => Some(DigestAlgorithm::Sha1),
        (Some(RSA_OAEP), mgf) => algorithm(mgf, DigestAlgorithm::by_mgf_uri),
        _ => None,
    };
    let allowed = |digest: &DigestAlgorithm| rules.oaep_digests.contains(digest);
    match (digest.filter(allowed), mgf.filter(allowed)) {
        (Some(digest), Some(mgf)) => {
            let hint = KeyHint::read(xml::child(key, DS, "KeyInfo"));
            Ok(EncryptedKey { hint, oaep: RsaOaep { digest, mgf }, wrapped: cipher_value(key)? })
        }
        _ => Err(DecryptionError::Algorithm),
    }
}

fn cipher_value(parent: Node<'_, '_>) -> Result<Vec<u8>, DecryptionError> {
    let data = required(parent, XENC, "CipherData")?;
    check_children(data, &[(XENC, "CipherValue", Occurs::Once)])?;
    let value = required(data, XENC, "CipherValue")?;
    let text = xml::text(value).map_err(|_| DecryptionError::Structure)?;
    decode_base64(text).ok_or(DecryptionError::Structure)
}

fn check_children(
    parent: Node<'_, '_>,
    children: &[xml::ChildRule],
) -> Result<(), DecryptionError> {
    xml::sequence(parent, children).map_err(|_| DecryptionError::Structure)
}

fn required<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>, DecryptionError> {
    xml::child(parent, namespace, name).ok_or(DecryptionError::Structure)
}

/// GCM's tag in octets [XMLEnc11 §5.2.4].
const GCM_TAG: usize = 16;
/// Peers that encrypt for several holders name two or three; each is read before any is tried.
const KEY_LIMIT: usize = 4;
/// A private operation costs more than all the rest of a message (RSA-2048: 0.7 ms), and anybody may
/// ask for it, so a garbled message may cost three honest ones. Three let one session key be tried
/// with the former, the present and the next key of ours without any hint, and three session keys
/// with our only one.
pub const PRIVATE_OPERATIONS: usize = 3;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
