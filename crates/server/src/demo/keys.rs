//! Keys and certificates made on the spot.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};

/// A private key and its self-signed certificate, in PEM.
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) certificate: String,
}

/// An elliptic-curve pair for signing: made in an instant.
pub(super) fn signing(name: &str) -> Result<Pair, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    pair(name, &PKey::from_ec_key(EcKey::generate(&group)?)?)
}

/// An RSA pair, which encryption and RS256 need.
pub(super) fn rsa(name: &str) -> Result<Pair, ErrorStack> {
    pair(name, &PKey::from_rsa(Rsa::generate(2048)?)?)
}

fn pair(name: &str, key: &PKey<Private>) -> Result<Pair, ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_text("CN", name)?;
    let subject = subject.build();
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let mut certificate = X509::builder()?;
    certificate.set_version(2)?;
    certificate.set_serial_number(&*serial.to_asn1_integer()?)?;
    certificate.set_subject_name(&subject)?;
    certificate.set_issuer_name(&subject)?;
    certificate.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    certificate.set_not_after(&*Asn1Time::days_from_now(1)?)?;
    certificate.set_pubkey(key)?;
    certificate.sign(key, MessageDigest::sha256())?;
    let text = |pem: Vec<u8>| String::from_utf8(pem).unwrap_or_default();
    Ok(Pair {
        key: text(key.private_key_to_pem_pkcs8()?),
        certificate: text(certificate.build().to_pem()?),
    })
}
