//! A certificate authority for servers on this machine, and for keys that sign messages.

use std::net::IpAddr;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
};
use openssl::x509::{X509, X509Builder, X509Name, X509NameRef};

use crate::keys::{CERTIFIED_FROM, CERTIFIED_UNTIL, KeyPair};

/// A new certificate authority that nobody trusts yet: whoever shall, is given its certificate.
#[derive(Debug)]
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl Authority {
    /// An authority; `name` is the common name in its certificate.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (key, name) = (p256(), common_name(name));
        let mut certificate = begun(&key, &name, &name);
        let extensions = [
            BasicConstraints::new().critical().ca().build().unwrap(),
            KeyUsage::new().critical().key_cert_sign().build().unwrap(),
        ];
        for extension in extensions {
            certificate.append_extension(extension).unwrap();
        }
        certificate.sign(&key, MessageDigest::sha256()).unwrap();
        Self { certificate: certificate.build(), key }
    }

    /// Its certificate in PEM, for those who shall trust it.
    #[must_use]
    pub fn certificate_pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }

    /// A key on P-256 and a certificate for a server with these host names or addresses.
    #[must_use]
    pub fn server(&self, names: &[&str]) -> KeyPair {
        let key = p256();
        let subject = common_name(names.first().expect("a name"));
        let mut certificate = begun(&key, &subject, self.certificate.subject_name());
        let mut alternatives = SubjectAlternativeName::new();
        for name in names {
            match name.parse::<IpAddr>() {
                Ok(_) => alternatives.ip(name),
                Err(_) => alternatives.dns(name),
            };
        }
        let issuer = certificate.x509v3_context(Some(&self.certificate), None);
        let alternatives = alternatives.build(&issuer).unwrap();
        let usage = ExtendedKeyUsage::new().server_auth().build().unwrap();
        certificate.append_extension(alternatives).unwrap();
        certificate.append_extension(usage).unwrap();
        certificate.sign(&self.key, MessageDigest::sha256()).unwrap();
        KeyPair::of(key, certificate.build())
    }

    /// A new RSA key and a certificate for it; `name` is the common name there.
    #[must_use]
    pub fn rsa(&self, name: &str) -> KeyPair {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let issuer = self.certificate.subject_name();
        let mut certificate = begun(&key, &common_name(name), issuer);
        certificate.sign(&self.key, MessageDigest::sha256()).unwrap();
        KeyPair::of(key, certificate.build())
    }
}

fn p256() -> PKey<Private> {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap()
}

fn common_name(name: &str) -> X509Name {
    let mut built = X509Name::builder().unwrap();
    built.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    built.build()
}

/// A certificate over `key` that still wants its extensions and a signature.
fn begun(key: &PKey<Private>, subject: &X509NameRef, issuer: &X509NameRef) -> X509Builder {
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(64, MsbOption::ONE, false).unwrap();
    certificate.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    certificate.set_subject_name(subject).unwrap();
    certificate.set_issuer_name(issuer).unwrap();
    certificate.set_pubkey(key).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(CERTIFIED_FROM).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::from_unix(CERTIFIED_UNTIL).unwrap()).unwrap();
    certificate
}
