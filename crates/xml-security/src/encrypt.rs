//! Encrypting an element to somebody [XMLEnc11 §4.1].

use openssl::encrypt::Encrypter;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Padding;
use openssl::symm::encrypt_aead;
use thiserror::Error;

use crate::agreement_method::CONCAT_KDF;
use crate::algorithm::{
    DigestAlgorithm, ECDH_ES, EncryptionCipher, RSA_OAEP, RSA_OAEP_MGF1P, RsaOaep,
};
use crate::base64_text::encode_base64;
use crate::curve::Curve;
use crate::element::Element;
use crate::key_agreement::{self, EcdhEs};
use crate::namespace::{DS, DSIG11, XENC, XENC11};
use crate::recipient::{Recipient, Wrapping};

/// How to encrypt for one peer.
#[derive(Debug, Clone, Copy)]
pub struct EncryptionParameters<'a> {
    /// Whom for.
    pub recipient: &'a Recipient,
    /// The cipher of the content.
    pub cipher: EncryptionCipher,
}

/// Why something could not be encrypted: a defect of the caller or of OpenSSL.
#[derive(Debug, Error)]
pub enum EncryptionError {
    /// The cipher wants a longer session key or initialisation vector than the random octets give.
    #[error("the random octets are too few for the cipher")]
    Randomness,
    /// OpenSSL refused.
    #[error("encryption failed")]
    Crypto(#[from] ErrorStack),
}

/// Encrypts a serialised element into an `EncryptedData` that holds its own `EncryptedKey`.
///
/// `random` supplies the session key (its first 32 octets) and the initialisation vector (its last
/// 16): both must be fresh for every message. What wrapping needs beside them OpenSSL draws itself, as
/// it does where it signs.
///
/// # Errors
/// [`EncryptionError`].
pub fn encrypt(
    element: &str,
    parameters: EncryptionParameters<'_>,
    random: [u8; 48],
) -> Result<Element, EncryptionError> {
    let kind = parameters.cipher.data_cipher();
    let cipher = kind.openssl();
    let (session_key, iv) = random.split_at(32);
    let session_key = session_key.get(..cipher.key_len()).ok_or(EncryptionError::Randomness)?;
    let iv_length = cipher.iv_len().ok_or(EncryptionError::Randomness)?;
    let iv = iv.get(..iv_length).ok_or(EncryptionError::Randomness)?;
    // Initialisation vector, ciphertext and tag [XMLEnc11 §5.2.4].
    let mut body = iv.to_vec();
    let mut tag = [0; GCM_TAG];
    body.extend(encrypt_aead(cipher, session_key, Some(iv), &[], element.as_bytes(), &mut tag)?);
    body.extend(tag);

    let method = Element::new("xenc:EncryptionMethod").attribute("Algorithm", kind.uri());
    let key = encrypted_key(parameters.recipient, session_key)?;
    Ok(Element::new("xenc:EncryptedData")
        .namespace("xenc", XENC)
        .attribute("Type", ELEMENT_TYPE)
        .child(method)
        .child(Element::new("ds:KeyInfo").namespace("ds", DS).child(key))
        .child(cipher_data(&body)))
}

fn encrypted_key(recipient: &Recipient, session_key: &[u8]) -> Result<Element, EncryptionError> {
    let key = Element::new("xenc:EncryptedKey");
    match &recipient.wrapping {
        Wrapping::RsaOaep { key: public, oaep } => {
            let wrapped = wrapped_by_oaep(public, *oaep, session_key)?;
            Ok(key.child(oaep_method(*oaep)).child(cipher_data(&wrapped)))
        }
        Wrapping::EcdhEs { key: public, curve, certificate, way } => {
            let (point, wrapped) = key_agreement::wrap(public, *curve, *way, session_key)?;
            let method =
                Element::new("xenc:EncryptionMethod").attribute("Algorithm", way.wrap.uri());
            let agreement = agreement(*way, *curve, &point, certificate.as_deref());
            let info = Element::new("ds:KeyInfo").namespace("ds", DS).child(agreement);
            Ok(key.child(method).child(info).child(cipher_data(&wrapped)))
        }
    }
}

/// By which key the session key is wrapped [XMLEnc11 §5.6.4]. Nothing is said of the parties: the three strings
/// are empty, each with its octet that counts padding.
fn agreement(way: EcdhEs, curve: Curve, point: &[u8], certificate: Option<&str>) -> Element {
    let parameters = ["AlgorithmID", "PartyUInfo", "PartyVInfo"]
        .into_iter()
        .fold(Element::new("xenc11:ConcatKDFParams"), |element, name| element.attribute(name, "00"))
        .child(Element::new("ds:DigestMethod").attribute("Algorithm", way.digest.digest().uri()));
    let derivation = Element::new("xenc11:KeyDerivationMethod")
        .namespace("xenc11", XENC11)
        .attribute("Algorithm", CONCAT_KDF)
        .child(parameters);
    let value = Element::new("dsig11:ECKeyValue")
        .namespace("dsig11", DSIG11)
        .child(Element::new("dsig11:NamedCurve").attribute("URI", curve.uri()))
        .child(Element::new("dsig11:PublicKey").text(encode_base64(point)));
    let originator =
        Element::new("xenc:OriginatorKeyInfo").child(Element::new("ds:KeyValue").child(value));
    let recipient = certificate.map(|certificate| {
        let certificate = Element::new("ds:X509Certificate").text(certificate);
        Element::new("xenc:RecipientKeyInfo").child(Element::new("ds:X509Data").child(certificate))
    });
    Element::new("xenc:AgreementMethod")
        .attribute("Algorithm", ECDH_ES)
        .child(derivation)
        .child(originator)
        .children(recipient)
}

/// MGF1 with SHA-1 goes by the older name, which everybody reads [XMLEnc11 §5.5.2].
fn oaep_method(oaep: RsaOaep) -> Element {
    let mgf1p = oaep.mgf == DigestAlgorithm::Sha1;
    let method = Element::new("xenc:EncryptionMethod")
        .attribute("Algorithm", if mgf1p { RSA_OAEP_MGF1P } else { RSA_OAEP })
        .child(
            Element::new("ds:DigestMethod")
                .namespace("ds", DS)
                .attribute("Algorithm", oaep.digest.uri()),
        );
    if mgf1p {
        return method;
    }
    method.child(
        Element::new("xenc11:MGF")
            .namespace("xenc11", XENC11)
            .attribute("Algorithm", oaep.mgf.mgf_uri()),
    )
}

fn wrapped_by_oaep(
    recipient: &PKey<Public>,
    oaep: RsaOaep,
    session_key: &[u8],
) -> Result<Vec<u8>, EncryptionError> {
    let mut encrypter = Encrypter::new(recipient)?;
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
    encrypter.set_rsa_oaep_md(oaep.digest.openssl())?;
    encrypter.set_rsa_mgf1_md(oaep.mgf.openssl())?;
    let mut wrapped = vec![0; encrypter.encrypt_len(session_key)?];
    let written = encrypter.encrypt(session_key, &mut wrapped)?;
    wrapped.truncate(written);
    Ok(wrapped)
}

fn cipher_data(octets: &[u8]) -> Element {
    Element::new("xenc:CipherData")
        .child(Element::new("xenc:CipherValue").text(encode_base64(octets)))
}

pub(crate) const ELEMENT_TYPE: &str = "http://www.w3.org/2001/04/xmlenc#Element";
/// GCM's tag in octets [XMLEnc11 §5.2.4].
pub(crate) const GCM_TAG: usize = 16;
