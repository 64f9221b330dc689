//! Key pairs with certificates; those that have a name here are self-signed, and made once per
//! process.

use std::fmt;
use std::sync::LazyLock;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, PKey, PKeyRef, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use openssl::x509::{X509, X509Name};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{Certificate, DecryptionKey, EncryptionKey, SigningKey, VerificationKey};

/// The identity provider's RSA key.
pub static IDP: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("idp"));
/// The identity provider's key on P-256.
pub static IDP_P256: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::ec("idp", Nid::X9_62_PRIME256V1));
/// The identity provider's key on P-384.
pub static IDP_P384: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::SECP384R1));
/// The identity provider's key on P-521.
pub static IDP_P521: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::SECP521R1));
/// A key that nobody trusts, in a certificate of the same subject as [`IDP`].
pub static ROGUE: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("idp"));
/// The service provider's key for decryption.
pub static SP: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("sp"));
/// The service provider's key on P-256, with which a peer agrees on a key.
pub static SP_P256: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("sp", Nid::X9_62_PRIME256V1));
/// The service provider's next key for decryption, published beside [`SP`] during a rollover.
pub static SP_NEXT: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("sp"));
/// A key for decryption that belongs to another service provider.
pub static OTHER_SP: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("other"));

/// A private key and a certificate for it that is valid for ten years.
pub struct KeyPair {
    key: PKey<Private>,
    certificate: X509,
}

impl KeyPair {
    /// A new RSA key of 2048 bits; `name` is the common name of its certificate.
    #[must_use]
    pub fn rsa(name: &str) -> Self {
        Self::rsa_of(2048, name)
    }

    /// A new RSA key of so many bits.
    #[must_use]
    pub fn rsa_of(bits: u32, name: &str) -> Self {
        Self::certified(PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap(), name)
    }

    /// A new key on a named curve.
    #[must_use]
    pub fn ec(name: &str, curve: Nid) -> Self {
        let key = EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap();
        Self::certified(PKey::from_ec_key(key).unwrap(), name)
    }

    fn certified(key: PKey<Private>, name: &str) -> Self {
        let certificate = certificate(&key, name, &key);
        Self { key, certificate }
    }

    /// A key and the certificate that somebody issued for it.
    #[cfg(feature = "programs")]
    pub(crate) fn of(key: PKey<Private>, certificate: X509) -> Self {
        Self { key, certificate }
    }

    /// The private key in PEM, PKCS#8.
    #[must_use]
    pub fn key_pem(&self) -> Vec<u8> {
        self.key.private_key_to_pem_pkcs8().unwrap()
    }

    /// The certificate in PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }

    /// The certificate as Silta holds it.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        Certificate::from_pem(&self.certificate_pem()).unwrap()
    }

    /// The key for signing with `algorithm`, which must fit its kind.
    #[must_use]
    pub fn signing(&self, algorithm: SignatureAlgorithm) -> SigningKey {
        SigningKey::from_pem(&self.key_pem(), &self.certificate_pem(), algorithm).unwrap()
    }

    /// The key as its owner's peers know it.
    #[must_use]
    pub fn verification(&self) -> VerificationKey {
        VerificationKey::from_certificate_pem(&self.certificate_pem()).unwrap()
    }

    /// The key for opening what was encrypted to it.
    #[must_use]
    pub fn decryption(&self) -> DecryptionKey {
        DecryptionKey::from_pem(&self.key_pem(), &self.certificate_pem()).unwrap()
    }

    /// The key as its owner's peers know it who encrypt to it.
    #[must_use]
    pub fn encryption(&self) -> EncryptionKey {
        EncryptionKey::from_certificate_pem(&self.certificate_pem()).unwrap()
    }

    /// A signature over any octets, in OpenSSL's own form: RSA with PKCS#1 padding, ECDSA in DER.
    /// For forgeries that Silta's own code would not make.
    #[must_use]
    pub fn raw_signature(&self, digest: MessageDigest, octets: &[u8]) -> Vec<u8> {
        Signer::new(digest, &self.key).unwrap().sign_oneshot_to_vec(octets).unwrap()
    }
}

/// A certificate in PEM over any key at all, signed by somebody else: for keys that must be refused.
///
/// # Panics
/// When OpenSSL cannot write it.
#[must_use]
pub fn certificate_over<T: HasPublic>(key: &PKeyRef<T>) -> Vec<u8> {
    certificate(key, "odd", &IDP.key).to_pem().unwrap()
}

/// A certificate in PEM for a key of which only the public half is known, as DER.
///
/// # Panics
/// When it is no key.
#[must_use]
pub fn certificate_of(public_der: &[u8]) -> Vec<u8> {
    certificate_over(&PKey::public_key_from_der(public_der).expect("a public key"))
}

fn certificate<T: HasPublic>(key: &PKeyRef<T>, name: &str, issuer: &PKey<Private>) -> X509 {
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    let subject = subject.build();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    let serial = BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap();
    certificate.set_serial_number(&serial).unwrap();
    certificate.set_subject_name(&subject).unwrap();
    certificate.set_issuer_name(&subject).unwrap();
    certificate.set_pubkey(key).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(CERTIFIED_FROM).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::from_unix(CERTIFIED_UNTIL).unwrap()).unwrap();
    certificate.sign(issuer, MessageDigest::sha256()).unwrap();
    certificate.build()
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({:?})", self.certificate.subject_name())
    }
}

/// 2026-01-01T00:00:00Z.
pub(crate) const CERTIFIED_FROM: i64 = 1_767_225_600;
/// 2036-01-01T00:00:00Z.
pub(crate) const CERTIFIED_UNTIL: i64 = 2_082_758_400;
