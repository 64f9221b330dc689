//! Opening an encrypted assertion: structure and algorithms first, then the likeliest of our keys, and
//! one refusal for every way that fails [XMLEnc11 §4.2, SAML2Core §2.3.4].

use openssl::encrypt::Decrypter;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};
use roxmltree::Node;
use zeroize::Zeroizing;

use crate::algorithm::{DataCipher, DigestAlgorithm, RSA_OAEP, RSA_OAEP_MGF1P, RsaOaep};
use crate::encoding;
use crate::encrypt::ELEMENT_TYPE;
use crate::key_hint::KeyHint;
use crate::keys::DecryptionKey;
use crate::namespace::{DS, XENC, XENC11};
use crate::peer::{PeerProfile, ServiceProvider};
use crate::response_error::ResponseError;
use crate::xml::{self, Occurs};

/// Decrypts the content of an `EncryptedAssertion` into the octets of a new document. They and the
/// session keys are cleared when dropped.
///
/// `outer_verified` says that a verified signature covers the ciphertext; only then may the cipher
/// be one that does not authenticate by itself, because only then can nobody play with the bits.
pub(crate) fn assertion(
    encrypted: Node<'_, '_>,
    provider: &ServiceProvider,
    profile: &PeerProfile,
    outer_verified: bool,
) -> Result<Zeroizing<Vec<u8>>, ResponseError> {
    let children = [(XENC, "EncryptedData", Occurs::Once), (XENC, "EncryptedKey", Occurs::Many)];
    xml::sequence(encrypted, &children).map_err(|_| ResponseError::EncryptionStructure)?;
    let data = required(xml::child(encrypted, XENC, "EncryptedData"))?;
    if xml::attribute(data, "Type").is_some_and(|kind| kind != ELEMENT_TYPE) {
        return Err(ResponseError::EncryptionStructure);
    }
    let body = EncryptedData::read(data, profile)?;
    if !body.cipher.authenticates() && !outer_verified {
        return Err(ResponseError::CbcUnsigned);
    }
    let encrypted_keys = encrypted_keys(encrypted, data, &provider.entity_id, profile)?;
    let opened = decryption_attempts(&encrypted_keys, &provider.decryption_keys)
        .into_iter()
        .find_map(|(encrypted_key, key)| body.decrypt(&encrypted_key.unwrap(key)?));
    opened.ok_or(ResponseError::Undecryptable)
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
        .filter(|(encrypted_key, key)| encrypted_key.wrapped.len() == key.key().size())
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
    fn read(data: Node<'_, '_>, profile: &PeerProfile) -> Result<Self, ResponseError> {
        let children = [
            (XENC, "EncryptionMethod", Occurs::Once),
            (DS, "KeyInfo", Occurs::Optional),
            (XENC, "CipherData", Occurs::Once),
        ];
        xml::sequence(data, &children).map_err(|_| ResponseError::EncryptionStructure)?;
        let method = required(xml::child(data, XENC, "EncryptionMethod"))?;
        let cipher = xml::attribute(method, "Algorithm")
            .and_then(DataCipher::by_uri)
            .filter(|cipher| profile.ciphers.contains(cipher))
            .ok_or(ResponseError::EncryptionAlgorithm)?;
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
    entity_id: &str,
    profile: &PeerProfile,
) -> Result<Vec<EncryptedKey>, ResponseError> {
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
                return Err(ResponseError::EncryptionStructure);
            }
        }
    }
    if keys.is_empty() || keys.len() > KEY_LIMIT {
        return Err(ResponseError::EncryptionStructure);
    }
    keys.into_iter()
        .filter(|key| {
            xml::attribute(*key, "Recipient").is_none_or(|recipient| recipient == entity_id)
        })
        .map(|key| encrypted_key(key, profile))
        .collect()
}

/// The children of this name, if they are as few as keys may be.
fn bounded_children<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Vec<Node<'a, 'i>>, ResponseError> {
    let found: Vec<_> = xml::children(parent, namespace, name).take(KEY_LIMIT + 1).collect();
    if found.len() > KEY_LIMIT { Err(ResponseError::EncryptionStructure) } else { Ok(found) }
}

fn encrypted_key(key: Node<'_, '_>, profile: &PeerProfile) -> Result<EncryptedKey, ResponseError> {
    let children = [
        (XENC, "EncryptionMethod", Occurs::Once),
        (DS, "KeyInfo", Occurs::Optional),
        (XENC, "CipherData", Occurs::Once),
        (XENC, "ReferenceList", Occurs::Optional),
        (XENC, "CarriedKeyName", Occurs::Optional),
    ];
    xml::sequence(key, &children).map_err(|_| ResponseError::EncryptionStructure)?;
    let method = required(xml::child(key, XENC, "EncryptionMethod"))?;
    // A label (OAEPparams) has no place here, so it is not among the children, whose order the
    // schema leaves open [XMLEnc11 §3.2].
    let [digest, mgf] = [(DS, "DigestMethod", Occurs::Optional), (XENC11, "MGF", Occurs::Optional)];
    xml::sequence(method, &[digest, mgf])
        .or_else(|_| xml::sequence(method, &[mgf, digest]))
        .map_err(|_| ResponseError::EncryptionStructure)?;
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
    let allowed = |digest: &DigestAlgorithm| profile.oaep_digests.contains(digest);
    match (digest.filter(allowed), mgf.filter(allowed)) {
        (Some(digest), Some(mgf)) => {
            let hint = KeyHint::read(xml::child(key, DS, "KeyInfo"));
            Ok(EncryptedKey { hint, oaep: RsaOaep { digest, mgf }, wrapped: cipher_value(key)? })
        }
        _ => Err(ResponseError::EncryptionAlgorithm),
    }
}

fn cipher_value(parent: Node<'_, '_>) -> Result<Vec<u8>, ResponseError> {
    let data = required(xml::child(parent, XENC, "CipherData"))?;
    xml::sequence(data, &[(XENC, "CipherValue", Occurs::Once)])
        .map_err(|_| ResponseError::EncryptionStructure)?;
    let value = required(xml::child(data, XENC, "CipherValue"))?;
    let text = xml::text(value).map_err(|_| ResponseError::EncryptionStructure)?;
    encoding::decode(text).ok_or(ResponseError::EncryptionStructure)
}

fn required<'a, 'i>(node: Option<Node<'a, 'i>>) -> Result<Node<'a, 'i>, ResponseError> {
    node.ok_or(ResponseError::EncryptionStructure)
}

/// GCM's tag in octets [XMLEnc11 §5.2.4].
const GCM_TAG: usize = 16;
/// Peers that encrypt for several holders name two or three; each is read before any is tried.
const KEY_LIMIT: usize = 4;
/// A private operation costs more than all the rest of a message (RSA-2048: 0.7 ms), and anybody may
/// ask for it, so a garbled message may cost three honest ones. Three let one session key be tried
/// with the former, the present and the next key of ours without any hint, and three session keys
/// with our only one.
const PRIVATE_OPERATIONS: usize = 3;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
