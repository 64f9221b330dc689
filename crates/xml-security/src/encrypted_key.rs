//! Session keys inside or beside an `EncryptedData`, read and bounded before any is tried.

use openssl::encrypt::Decrypter;
use openssl::rsa::Padding;
use roxmltree::Node;
use zeroize::Zeroizing;

use crate::agreement_error::AgreementError;
use crate::agreement_method;
use crate::algorithm::{DataCipher, DigestAlgorithm, RSA_OAEP, RSA_OAEP_MGF1P, RsaOaep};
use crate::decryption_error::DecryptionError;
use crate::decryption_rules::DecryptionRules;
use crate::encryption_structure::{check_children, cipher_value, required};
use crate::key_agreement::{Agreement, KeyWrap, WRAP_BLOCK};
use crate::key_hint::KeyHint;
use crate::keys::DecryptionKey;
use crate::named_algorithm::{AllowedAlgorithms, NamedAlgorithm};
use crate::namespace::{DS, XENC, XENC11};
use crate::xml::{self, Occurs};

/// One session key, wrapped for one holder of a key.
pub(crate) struct EncryptedKey {
    pub(crate) hint: KeyHint,
    pub(crate) transport: Transport,
    pub(crate) wrapped: Vec<u8>,
}

/// How it is wrapped.
pub(crate) enum Transport {
    RsaOaep(RsaOaep),
    EcdhEs(Agreement),
}

impl EncryptedKey {
    /// Whether it is wrapped by a key that is agreed on.
    pub(crate) fn is_agreed_on(&self) -> bool {
        matches!(self.transport, Transport::EcdhEs(_))
    }

    /// Whether it is worth a private operation with this key. What is not as long as the modulus was not
    /// wrapped for it [RFC 8017 §7.1.2], and nothing is agreed between keys of two curves.
    pub(crate) fn fits(&self, key: &DecryptionKey) -> bool {
        match (&self.transport, key.curve()) {
            (Transport::RsaOaep(_), None) => self.wrapped.len() == key.size(),
            (Transport::EcdhEs(agreement), Some(curve)) => agreement.curve == curve,
            (Transport::RsaOaep(_), Some(_)) | (Transport::EcdhEs(_), None) => false,
        }
    }

    /// Opens it, at the cost of one private operation.
    pub(crate) fn unwrap(&self, key: &DecryptionKey) -> Option<Zeroizing<Vec<u8>>> {
        let oaep = match &self.transport {
            Transport::RsaOaep(oaep) => oaep,
            Transport::EcdhEs(agreement) => return agreement.unwrap(key.key(), &self.wrapped),
        };
        let mut decrypter = Decrypter::new(key.key()).ok()?;
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP).ok()?;
        decrypter.set_rsa_oaep_md(oaep.digest.openssl()).ok()?;
        decrypter.set_rsa_mgf1_md(oaep.mgf.openssl()).ok()?;
        let mut plain = Zeroizing::new(vec![0; decrypter.decrypt_len(&self.wrapped).ok()?]);
        let written = decrypter.decrypt(&self.wrapped, &mut plain).ok()?;
        plain.truncate(written);
        Some(plain)
    }
}

/// Every `EncryptedKey` that may be for us, inside `KeyInfo` or beside the data. A key for somebody else
/// than the recipient is left alone.
pub(crate) fn encrypted_keys(
    encrypted: Node<'_, '_>,
    data: Node<'_, '_>,
    (cipher, rules): (DataCipher, &DecryptionRules<'_>),
) -> Result<Vec<EncryptedKey>, DecryptionError> {
    let keys = key_elements(encrypted, data)?.into_iter();
    keys.filter(|key| may_be_for(*key, rules.recipient))
        .map(|key| encrypted_key(key, cipher, rules))
        .collect()
}

/// Whether there are keys, and each says that it is for somebody else than this recipient.
pub(crate) fn are_for_others(
    encrypted: Node<'_, '_>,
    data: Node<'_, '_>,
    recipient: &str,
) -> Result<bool, DecryptionError> {
    Ok(!key_elements(encrypted, data)?.into_iter().any(|key| may_be_for(key, recipient)))
}

/// A key that names nobody may be for anybody [XMLEnc11 §3.5.1].
fn may_be_for(key: Node<'_, '_>, recipient: &str) -> bool {
    xml::attribute(key, "Recipient").is_none_or(|named| named == recipient)
}

/// Every `EncryptedKey` inside `KeyInfo` or beside the data, one at least and few at most.
fn key_elements<'a, 'i>(
    encrypted: Node<'a, 'i>,
    data: Node<'a, 'i>,
) -> Result<Vec<Node<'a, 'i>>, DecryptionError> {
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
    Ok(keys)
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
    cipher: DataCipher,
    rules: &DecryptionRules<'_>,
) -> Result<EncryptedKey, DecryptionError> {
    let oaep_digests = rules.oaep_digests;
    let children = [
        (XENC, "EncryptionMethod", Occurs::Once),
        (DS, "KeyInfo", Occurs::Optional),
        (XENC, "CipherData", Occurs::Once),
        (XENC, "EncryptionProperties", Occurs::Optional),
        (XENC, "ReferenceList", Occurs::Optional),
        (XENC, "CarriedKeyName", Occurs::Optional),
    ];
    check_children(key, &children)?;
    let method = required(key, XENC, "EncryptionMethod")?;
    let wrap = xml::attribute(method, "Algorithm").and_then(KeyWrap::by_uri);
    if let Some(wrap) = wrap.filter(|wrap| rules.key_wraps.contains(wrap)) {
        check_children(method, &[(XENC, "KeySize", Occurs::Optional)])?;
        let (agreement, hint) = agreement_method::read(key, wrap)?;
        let wrapped = cipher_value(key)?;
        if wrapped.len() != cipher.openssl().key_len() + WRAP_BLOCK {
            return Err(AgreementError::WrappedLength.into());
        }
        return Ok(EncryptedKey { hint, transport: Transport::EcdhEs(agreement), wrapped });
    }
    check_method(method)?;
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
    let allowed = |digest: &DigestAlgorithm| oaep_digests.contains(digest);
    match (digest.filter(allowed), mgf.filter(allowed)) {
        (Some(digest), Some(mgf)) => {
            let hint = KeyHint::read(xml::child(key, DS, "KeyInfo"));
            let transport = Transport::RsaOaep(RsaOaep { digest, mgf });
            Ok(EncryptedKey { hint, transport, wrapped: cipher_value(key)? })
        }
        (digest, _) => Err(refused_algorithm(method, digest.is_some(), rules)),
    }
}

/// The parameters of a key transport, each once at most and in any order, which peers do not agree
/// about [XMLEnc11 §3.2, §5.5.2]. `KeySize` says what RSA does not need to be told; an empty label is
/// the one that is meant where there is none, and another one is not understood here.
fn check_method(method: Node<'_, '_>) -> Result<(), DecryptionError> {
    let parameters =
        [(XENC, "KeySize"), (XENC, "OAEPparams"), (DS, "DigestMethod"), (XENC11, "MGF")];
    xml::sequence_then(method, &[], &parameters).map_err(|_| DecryptionError::Structure)?;
    let twice = |(namespace, name)| xml::children(method, namespace, name).nth(1).is_some();
    let labelled = xml::child(method, XENC, "OAEPparams")
        .is_some_and(|label| xml::text(label).map_or(true, |label| !label.trim_ascii().is_empty()));
    if labelled || parameters.into_iter().any(twice) {
        return Err(DecryptionError::Structure);
    }
    Ok(())
}

/// What is not allowed of the method of a key: its digest, its mask, or itself.
fn refused_algorithm(
    method: Node<'_, '_>,
    digest_is_allowed: bool,
    rules: &DecryptionRules<'_>,
) -> DecryptionError {
    let named = |element: Option<Node<'_, '_>>| match element {
        Some(element) => NamedAlgorithm::of(xml::attribute(element, "Algorithm")),
        // Where DigestMethod or MGF is absent, SHA-1 is meant [XMLEnc11 §5.5.2].
        None => NamedAlgorithm::Known(DigestAlgorithm::Sha1.name()),
    };
    let digests = AllowedAlgorithms::oaep_digests(rules.oaep_digests);
    let mgf = xml::child(method, XENC11, "MGF");
    let (named, allowed) = match xml::attribute(method, "Algorithm") {
        Some(RSA_OAEP | RSA_OAEP_MGF1P) if !digest_is_allowed => {
            (named(xml::child(method, DS, "DigestMethod")), digests)
        }
        Some(RSA_OAEP) => (named(mgf), digests),
        Some(RSA_OAEP_MGF1P) if mgf.is_none() => (named(mgf), digests),
        Some(RSA_OAEP_MGF1P) => (named(Some(method)).with_parameter(), digests),
        _ => (named(Some(method)), AllowedAlgorithms::key_transports_and(rules.key_wraps)),
    };
    DecryptionError::Algorithm { named, allowed }
}

/// Peers that encrypt for several holders name two or three; each is read before any is tried.
const KEY_LIMIT: usize = 4;
