//! Encrypting an assertion to a service provider [SAML2Core §2.3.4, XMLEnc11 §4.2].

use openssl::encrypt::Encrypter;
use openssl::error::ErrorStack;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, encrypt_aead};

use crate::algorithm::{DataCipher, DigestAlgorithm, RSA_OAEP, RSA_OAEP_MGF1P, RsaOaep};
use crate::element::Element;
use crate::encoding;
use crate::keys::{Certificate, public_key};
use crate::namespace::{DS, SAML, XENC, XENC11};

/// How to encrypt for one peer.
#[derive(Debug, Clone, Copy)]
pub struct EncryptionParameters<'a> {
    /// The certificate from the peer's metadata.
    pub recipient: &'a Certificate,
    /// The cipher of the assertion.
    pub cipher: DataCipher,
    /// The digests of the key transport.
    pub oaep: RsaOaep,
}

/// Encrypts a serialised `Assertion` into an `EncryptedAssertion`.
///
/// `random` supplies the session key (its first 32 octets) and the initialisation vector (its last
/// 16): both must be fresh for every message.
///
/// # Errors
/// OpenSSL's, when the recipient's key cannot encrypt.
pub fn encrypt_assertion(
    assertion: &str,
    choice: EncryptionParameters<'_>,
    random: [u8; 48],
) -> Result<Element, ErrorStack> {
    let cipher = choice.cipher.openssl();
    let (session_key, iv) = random.split_at(32);
    let session_key = session_key.get(..cipher.key_len()).unwrap_or(session_key);
    let iv = iv.get(..cipher.iv_len().unwrap_or(16)).unwrap_or(iv);
    let body = encrypt_data(cipher, choice.cipher, session_key, iv, assertion.as_bytes())?;
    let wrapped = encrypt_key(choice, session_key)?;

    let mgf1p = choice.oaep.mgf == DigestAlgorithm::Sha1;
    let mut transport = Element::new("xenc:EncryptionMethod")
        .attribute("Algorithm", if mgf1p { RSA_OAEP_MGF1P } else { RSA_OAEP })
        .child(
            Element::new("ds:DigestMethod")
                .namespace("ds", DS)
                .attribute("Algorithm", choice.oaep.digest.uri()),
        );
    if !mgf1p {
        transport = transport.child(
            Element::new("xenc11:MGF")
                .namespace("xenc11", XENC11)
                .attribute("Algorithm", choice.oaep.mgf.mgf_uri()),
        );
    }
    let key = Element::new("xenc:EncryptedKey").child(transport).child(cipher_data(&wrapped));
    let data = Element::new("xenc:EncryptedData")
        .namespace("xenc", XENC)
        .attribute("Type", ELEMENT_TYPE)
        .child(Element::new("xenc:EncryptionMethod").attribute("Algorithm", choice.cipher.uri()))
        .child(Element::new("ds:KeyInfo").namespace("ds", DS).child(key))
        .child(cipher_data(&body));
    Ok(Element::new("saml:EncryptedAssertion").namespace("saml", SAML).child(data))
}

fn cipher_data(octets: &[u8]) -> Element {
    Element::new("xenc:CipherData")
        .child(Element::new("xenc:CipherValue").text(encoding::encode(octets)))
}

/// Initialisation vector, ciphertext and, for GCM, the tag [XMLEnc11 §5.2.4].
fn encrypt_data(
    cipher: Cipher,
    kind: DataCipher,
    key: &[u8],
    iv: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, ErrorStack> {
    let mut sealed = iv.to_vec();
    if kind.authenticates() {
        let mut tag = [0; 16];
        sealed.extend(encrypt_aead(cipher, key, Some(iv), &[], plain, &mut tag)?);
        sealed.extend(tag);
        return Ok(sealed);
    }
    let block = cipher.block_size();
    let padding = block - plain.len() % block;
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + padding, 0);
    if let (Some(last), Ok(count)) = (padded.last_mut(), u8::try_from(padding)) {
        *last = count;
    }
    let mut crypter = Crypter::new(cipher, Mode::Encrypt, key, Some(iv))?;
    crypter.pad(false);
    let mut out = vec![0; padded.len() + block];
    let written = crypter.update(&padded, &mut out)?;
    out.truncate(written);
    sealed.extend(out);
    Ok(sealed)
}

fn encrypt_key(
    choice: EncryptionParameters<'_>,
    session_key: &[u8],
) -> Result<Vec<u8>, ErrorStack> {
    let Some(recipient) = public_key(choice.recipient) else { return Err(ErrorStack::get()) };
    let mut encrypter = Encrypter::new(&recipient)?;
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
    encrypter.set_rsa_oaep_md(choice.oaep.digest.openssl())?;
    encrypter.set_rsa_mgf1_md(choice.oaep.mgf.openssl())?;
    let mut wrapped = vec![0; encrypter.encrypt_len(session_key)?];
    let written = encrypter.encrypt(session_key, &mut wrapped)?;
    wrapped.truncate(written);
    Ok(wrapped)
}

pub(crate) const ELEMENT_TYPE: &str = "http://www.w3.org/2001/04/xmlenc#Element";
