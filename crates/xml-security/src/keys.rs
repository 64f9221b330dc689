//! Keys, parsed once: those we trust, and those that open what was meant for us.

use std::cmp::Ordering;
use std::fmt;

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};
use openssl::x509::X509;
use silta_pem::PemError;
use thiserror::Error;

use crate::algorithm::{RSA_BITS_MIN, Scheme, SignatureAlgorithm};
use crate::base64_text::encode_base64;
use crate::curve::Curve;
use crate::fingerprint::Fingerprint;

/// Why a key from configuration cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not PEM of the kind that is needed.
    #[error(
        "it is not PEM of the expected kind; give a certificate or a private key as asked, \
         with its BEGIN and END lines"
    )]
    NotPem,
    /// Not a certificate in DER, or one with more behind it.
    #[error("it is not a certificate in DER; give it as its owner has published it")]
    NotDer,
    /// Protected by a passphrase, which nobody is there to type.
    #[error("it is encrypted; decrypt it with: openssl pkey -in key.pem -out plain.pem")]
    Encrypted,
    /// More than one certificate where one is meant: the others would be ignored.
    #[error("it holds several certificates; leave only the one that belongs to the key")]
    SeveralCertificates,
    /// RSA below 2048 bits, or above 8192, which would let a peer spend our time.
    #[error("it is an RSA key of {bits} bits; use 2048 to 8192")]
    RsaSize {
        /// The size found.
        bits: u32,
    },
    /// An RSA public exponent below 3, with which a signature is no secret.
    #[error("its RSA public exponent is not usable; use a key with the exponent 65537")]
    RsaExponent,
    /// Neither RSA nor an elliptic curve of NIST's P-256, P-384 or P-521.
    #[error("it is neither RSA nor a NIST P-256, P-384 or P-521 key; use one of these")]
    Kind,
    /// The signature algorithm, or the way to encrypt to it, needs another kind of key.
    #[error(
        "it does not fit the algorithm; use RSA for rsa algorithms, \
         a NIST curve for ecdsa"
    )]
    Algorithm,
    /// The certificate is not for this private key.
    #[error("the certificate belongs to another key; give the one that was made for this key")]
    CertificateMismatch,
}

/// An X.509 certificate, used as the carrier of a public key: its dates and issuer decide nothing
/// [SAML2Meta §2.4.1.1, RFC 8409 MD12].
#[derive(Clone)]
pub struct Certificate {
    x509: X509,
    der: Vec<u8>,
}

impl Certificate {
    /// Reads the one certificate of a PEM file.
    ///
    /// # Errors
    /// [`KeyError::NotPem`], [`KeyError::SeveralCertificates`], or what is wrong with the key inside.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        Self::one_from_pem(pem, check)
    }

    /// Reads every certificate of a PEM file, at least one: a peer that changes its key may deliver
    /// both in one file. Each counts for itself, so no issuer belongs there.
    ///
    /// # Errors
    /// [`KeyError::NotPem`], or what is wrong with the first key that cannot be used.
    pub fn all_from_pem(pem: &[u8]) -> Result<Vec<Self>, KeyError> {
        certificates(pem)?.into_iter().map(|one| Self::of(one, check)).collect()
    }

    /// Reads a certificate in DER, as metadata carries it in base64.
    ///
    /// # Errors
    /// [`KeyError::NotDer`], or what is wrong with the key inside.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::whole_from_der(der, check)
    }

    /// Reads a certificate for encryption, of which the key may be on a curve that signs nothing here.
    ///
    /// # Errors
    /// As [`Certificate::from_pem`].
    pub(crate) fn for_encryption_from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        Self::one_from_pem(pem, check_for_encryption)
    }

    /// The same in DER.
    ///
    /// # Errors
    /// As [`Certificate::from_der`].
    pub(crate) fn for_encryption_from_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::whole_from_der(der, check_for_encryption)
    }

    /// Its key, if something may be encrypted to it.
    pub(crate) fn encryption_key(&self) -> Result<PKey<Public>, KeyError> {
        usable_key(&self.x509, check_for_encryption)
    }

    /// Whether its key is on an elliptic curve: whoever encrypts to such a key agrees on another with it.
    #[must_use]
    pub fn is_on_a_curve(&self) -> bool {
        self.x509.public_key().is_ok_and(|key| key.id() == Id::EC)
    }

    /// By what people tell it from others.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    /// The certificate's DER in base64, as metadata carries it.
    #[must_use]
    pub fn base64(&self) -> String {
        encode_base64(&self.der)
    }

    /// Whether it is for the key with this DER of `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn has_public_key(&self, public_der: &[u8]) -> bool {
        let given = PKey::public_key_from_der(public_der);
        let ours = self.x509.public_key();
        matches!((given, ours), (Ok(given), Ok(ours)) if ours.public_eq(&given))
    }

    /// When the certificate says it ends, in seconds since 1970: for warnings, never for trust.
    #[must_use]
    pub fn not_after(&self) -> Option<i64> {
        let epoch = openssl::asn1::Asn1Time::from_unix(0).ok()?;
        let span = epoch.diff(self.x509.not_after()).ok()?;
        Some(i64::from(span.days) * 86_400 + i64::from(span.secs))
    }

    /// Whether its issuer is somebody else than its subject: for advice, never for trust, as no signature is looked at.
    #[must_use]
    pub fn is_issued(&self) -> bool {
        let (subject, issuer) = (self.x509.subject_name(), self.x509.issuer_name());
        matches!(subject.try_cmp(issuer), Ok(Ordering::Less | Ordering::Greater))
    }

    /// Its key, which was judged when it was read.
    pub(crate) fn key(&self) -> Result<PKey<Public>, KeyError> {
        usable_key(&self.x509, check)
    }

    fn one_from_pem(pem: &[u8], check: CheckKey) -> Result<Self, KeyError> {
        let [one] =
            <[X509; 1]>::try_from(certificates(pem)?).map_err(|_| KeyError::SeveralCertificates)?;
        Self::of(one, check)
    }

    fn whole_from_der(der: &[u8], check: CheckKey) -> Result<Self, KeyError> {
        let certificate = Self::of(X509::from_der(der).map_err(|_| KeyError::NotDer)?, check)?;
        // OpenSSL leaves what follows unread.
        if certificate.der.len() == der.len() { Ok(certificate) } else { Err(KeyError::NotDer) }
    }

    fn of(x509: X509, check: CheckKey) -> Result<Self, KeyError> {
        usable_key(&x509, check)?;
        let der = x509.to_der().map_err(|_| KeyError::NotPem)?;
        Ok(Self { x509, der })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate")
    }
}

/// A public key that a peer signs with.
#[derive(Clone)]
pub struct VerificationKey {
    key: PKey<Public>,
    certificate: Fingerprint,
}

impl VerificationKey {
    /// Takes the key out of the one certificate of a PEM file.
    ///
    /// # Errors
    /// As [`Certificate::from_pem`].
    pub fn from_certificate_pem(pem: &[u8]) -> Result<Self, KeyError> {
        Self::of(&Certificate::from_pem(pem)?)
    }

    /// Takes the key out of a certificate.
    ///
    /// # Errors
    /// [`KeyError::Kind`], which a [`Certificate`] cannot cause.
    pub fn of(certificate: &Certificate) -> Result<Self, KeyError> {
        Ok(Self { key: certificate.key()?, certificate: certificate.fingerprint() })
    }

    /// The certificate that it was taken out of.
    #[must_use]
    pub fn certificate(&self) -> Fingerprint {
        self.certificate
    }

    /// Whether this key made `signature` over `data`. A key of another kind than the algorithm
    /// needs made nothing.
    #[must_use]
    pub fn verifies(&self, algorithm: SignatureAlgorithm, data: &[u8], signature: &[u8]) -> bool {
        verify(&self.key, algorithm, data, signature).unwrap_or(false)
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerificationKey")
    }
}

/// A private key that opens session keys encrypted to us.
#[derive(Clone)]
pub struct DecryptionKey {
    key: PKey<Private>,
    certificate: Certificate,
    identifiers: CertificateIdentifiers,
}

/// The ways in which a peer may say which certificate it used, written down once.
#[derive(Clone)]
pub(crate) struct CertificateIdentifiers {
    /// Its DER.
    pub(crate) certificate: Vec<u8>,
    /// Its subject key identifier, where it has one.
    pub(crate) subject_key: Option<Vec<u8>>,
    /// Its serial number in decimal.
    pub(crate) serial: String,
}

impl CertificateIdentifiers {
    fn of(certificate: &Certificate) -> Result<Self, KeyError> {
        let x509 = &certificate.x509;
        let serial = x509.serial_number().to_bn().and_then(|serial| serial.to_dec_str());
        Ok(Self {
            certificate: certificate.der.clone(),
            subject_key: x509.subject_key_id().map(|id| id.as_slice().to_vec()),
            serial: serial.map_err(|_| KeyError::NotPem)?.to_string(),
        })
    }
}

impl DecryptionKey {
    /// Reads a private key in PEM and the certificate that metadata announces for it: RSA, or on an elliptic curve,
    /// with which a peer agrees on a key by ECDH-ES. Beside NIST's curves it may be on brainpoolP256r1,
    /// brainpoolP384r1 or brainpoolP512r1, where OpenSSL has them.
    ///
    /// # Errors
    /// [`KeyError`] when either cannot be used or they do not belong together.
    pub fn from_pem(key: &[u8], certificate: &[u8]) -> Result<Self, KeyError> {
        let key = unchecked_private_key(key)?;
        check_for_encryption(&key)?;
        let certificate = Certificate::for_encryption_from_pem(certificate)?;
        check_pair(&certificate.encryption_key()?, &key)?;
        let identifiers = CertificateIdentifiers::of(&certificate)?;
        Ok(Self { key, certificate, identifiers })
    }

    /// The certificate to publish for encryption.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The octets of its modulus: a session key that is encrypted for it has as many.
    #[must_use]
    pub fn size(&self) -> usize {
        self.key.size()
    }

    /// What keys that are tried on the same session keys have in common: `2048 bits` of RSA keys, or the curve.
    #[must_use]
    pub fn kind(&self) -> String {
        match self.curve() {
            Some(curve) => curve.name().to_owned(),
            None => format!("{} bits", 8 * self.size()),
        }
    }

    /// The curve of a key that is agreed with.
    pub(crate) fn curve(&self) -> Option<Curve> {
        Curve::of(&self.key)
    }

    pub(crate) fn key(&self) -> &PKey<Private> {
        &self.key
    }

    pub(crate) fn identifiers(&self) -> &CertificateIdentifiers {
        &self.identifiers
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey")
    }
}

pub(crate) fn private_key(pem: &[u8]) -> Result<PKey<Private>, KeyError> {
    let key = unchecked_private_key(pem)?;
    check(&key)?;
    Ok(key)
}

fn unchecked_private_key(pem: &[u8]) -> Result<PKey<Private>, KeyError> {
    silta_pem::private_key(pem).map_err(|error| match error {
        PemError::NotPem => KeyError::NotPem,
        PemError::Encrypted => KeyError::Encrypted,
    })
}

/// A curve that is agreed on, or what every key must be.
fn check_for_encryption<T: HasPublic>(key: &PKeyRef<T>) -> Result<(), KeyError> {
    if Curve::of(key).is_some() { Ok(()) } else { check(key) }
}

/// Every certificate of a PEM file, at least one.
fn certificates(pem: &[u8]) -> Result<Vec<X509>, KeyError> {
    let all = X509::stack_from_pem(pem).map_err(|_| KeyError::NotPem)?;
    if all.is_empty() { Err(KeyError::NotPem) } else { Ok(all) }
}

/// What a public key must be.
type CheckKey = fn(&PKeyRef<Public>) -> Result<(), KeyError>;

fn usable_key(certificate: &X509, check: CheckKey) -> Result<PKey<Public>, KeyError> {
    let key = certificate.public_key().map_err(|_| KeyError::Kind)?;
    check(&key)?;
    Ok(key)
}

/// A pair that does not belong together would be found out only by the peers.
pub(crate) fn check_pair(certified: &PKey<Public>, key: &PKey<Private>) -> Result<(), KeyError> {
    if certified.public_eq(key) { Ok(()) } else { Err(KeyError::CertificateMismatch) }
}

/// What every key must be, whoever holds it.
fn check<T: HasPublic>(key: &PKeyRef<T>) -> Result<(), KeyError> {
    match key.id() {
        Id::RSA => {
            let bits = key.bits();
            if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
                return Err(KeyError::RsaSize { bits });
            }
            let rsa = key.rsa().map_err(|_| KeyError::Kind)?;
            let three = BigNum::from_u32(3).map_err(|_| KeyError::Kind)?;
            if *rsa.e() < *three { Err(KeyError::RsaExponent) } else { Ok(()) }
        }
        Id::EC => coordinate_width(key).map(|_| ()).ok_or(KeyError::Kind),
        _ => Err(KeyError::Kind),
    }
}

/// The octets of one coordinate on a curve that is accepted.
pub(crate) fn coordinate_width<T: HasPublic>(key: &PKeyRef<T>) -> Option<i32> {
    match key.ec_key().ok()?.group().curve_name()? {
        Nid::X9_62_PRIME256V1 => Some(32),
        Nid::SECP384R1 => Some(48),
        Nid::SECP521R1 => Some(66),
        _ => None,
    }
}

fn verify(
    key: &PKeyRef<Public>,
    algorithm: SignatureAlgorithm,
    data: &[u8],
    signature: &[u8],
) -> Result<bool, openssl::error::ErrorStack> {
    let digest = algorithm.digest().openssl();
    match (algorithm.scheme(), key.id()) {
        (Scheme::Pkcs1, Id::RSA) => Verifier::new(digest, key)?.verify_oneshot(signature, data),
        (Scheme::Pss, Id::RSA) => {
            let mut verifier = Verifier::new(digest, key)?;
            verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
            verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            verifier.set_rsa_mgf1_md(digest)?;
            verifier.verify_oneshot(signature, data)
        }
        (Scheme::Ecdsa, Id::EC) => {
            let width = coordinate_width(key).and_then(|width| usize::try_from(width).ok());
            let Some((r, s)) = width
                .filter(|width| signature.len() == 2 * width)
                .and_then(|width| signature.split_at_checked(width))
            else {
                return Ok(false);
            };
            let (r, s) = (BigNum::from_slice(r)?, BigNum::from_slice(s)?);
            let signature = EcdsaSig::from_private_components(r, s)?.to_der()?;
            Verifier::new(digest, key)?.verify_oneshot(&signature, data)
        }
        _ => Ok(false),
    }
}

/// Verifying with larger keys costs more than any peer needs.
const RSA_BITS_MAX: u32 = 8192;
