//! What a file that is no text is, and how it becomes PEM.

use openssl::pkcs7::Pkcs7;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Req};

/// The format of a file that is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryFormat {
    Certificate,
    CertificateRequest,
    PrivateKey,
    PublicKey,
    Pkcs12,
    Pkcs7,
    JavaKeyStore,
    Utf16,
    RandomKey,
    Unknown,
}

impl BinaryFormat {
    pub(crate) fn of(octets: &[u8]) -> Self {
        if octets.starts_with(&[0xFF, 0xFE]) || octets.starts_with(&[0xFE, 0xFF]) {
            return Self::Utf16;
        }
        if octets.starts_with(&[0xFE, 0xED, 0xFE, 0xED]) {
            return Self::JavaKeyStore;
        }
        if let Some(der) = Self::of_der(octets) {
            return der;
        }
        if octets.len() == 32 { Self::RandomKey } else { Self::Unknown }
    }

    /// What a DER structure is, if it is one that belongs near a key.
    pub(super) fn of_der(octets: &[u8]) -> Option<Self> {
        // Encrypted or not, it is one; nobody is there to type a passphrase.
        let private = || {
            let mut asked = false;
            let key = PKey::private_key_from_pkcs8_callback(octets, |_| {
                asked = true;
                Ok(0)
            });
            asked || key.is_ok() || PKey::private_key_from_der(octets).is_ok()
        };
        if X509::from_der(octets).is_ok() {
            return Some(Self::Certificate);
        }
        if private() {
            return Some(Self::PrivateKey);
        }
        if PKey::public_key_from_der(octets).is_ok() {
            return Some(Self::PublicKey);
        }
        if X509Req::from_der(octets).is_ok() {
            return Some(Self::CertificateRequest);
        }
        if Pkcs12::from_der(octets).is_ok() {
            return Some(Self::Pkcs12);
        }
        Pkcs7::from_der(octets).is_ok().then_some(Self::Pkcs7)
    }

    /// What it is, and how to convert it to PEM; `FILE` stands for its path.
    pub(super) fn messages(self) -> (&'static str, &'static str) {
        match self {
            Self::Certificate => (
                "it is a certificate in DER",
                "convert it: openssl x509 -inform der -in FILE -out FILE.pem",
            ),
            Self::CertificateRequest => (
                "it is a certificate request in DER",
                "give the certificate that was made from it, in PEM",
            ),
            Self::PrivateKey => (
                "it is a private key in DER",
                "convert it: openssl pkey -inform der -in FILE -out FILE.pem",
            ),
            Self::PublicKey => (
                "it is a public key in DER",
                "give the private key or the certificate, as asked, in PEM",
            ),
            Self::Pkcs12 => (
                "it is a PKCS#12 store of certificate and key",
                "take them apart: openssl pkcs12 -in FILE -clcerts -nokeys -out FILE.crt, and with \
                 -nocerts -noenc -out FILE.key the key",
            ),
            Self::Pkcs7 => (
                "it is PKCS#7 in DER",
                "take the certificate out: openssl pkcs7 -inform der -in FILE -print_certs -out \
                 FILE.pem",
            ),
            Self::JavaKeyStore => (
                "it is a Java key store",
                "make PKCS#12 of it with keytool -importkeystore -deststoretype pkcs12, and PEM of \
                 that with openssl pkcs12",
            ),
            Self::Utf16 => (
                "it is UTF-16, as Windows PowerShell writes what it redirects",
                "save it as UTF-8 or ASCII",
            ),
            Self::RandomKey => {
                ("it is 32 octets and no text", "encode it: base64 -w 0 FILE, or openssl base64")
            }
            Self::Unknown => ("it is not text", "give PEM, or a secret of printable characters"),
        }
    }
}
