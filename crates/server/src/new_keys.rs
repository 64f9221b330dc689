//! Keys, certificates and secrets made on the spot.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
#[cfg(feature = "demo")]
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
#[cfg(feature = "demo")]
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};
use silta_broker::ports::Entropy;

/// A private key and its self-signed certificate, in PEM.
pub(crate) struct Pair {
    pub(crate) key: Vec<u8>,
    pub(crate) certificate: Vec<u8>,
}

/// An elliptic-curve pair for signing: made in an instant.
#[cfg(feature = "demo")]
pub(crate) fn p256(name: &str, days: u32) -> Result<Pair, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    pair(name, &PKey::from_ec_key(EcKey::generate(&group)?)?, days)
}

/// An RSA pair, which encryption and RS256 need.
pub(crate) fn rsa(name: &str, bits: u32, days: u32) -> Result<Pair, ErrorStack> {
    pair(name, &PKey::from_rsa(Rsa::generate(bits)?)?, days)
}

fn pair(name: &str, key: &PKey<Private>, days: u32) -> Result<Pair, ErrorStack> {
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
    certificate.set_not_after(&*Asn1Time::days_from_now(days)?)?;
    certificate.set_pubkey(key)?;
    certificate.sign(key, MessageDigest::sha256())?;
    Ok(Pair { key: key.private_key_to_pem_pkcs8()?, certificate: certificate.build().to_pem()? })
}

/// 32 octets in base64, as keys that seal and hash are written.
pub(crate) fn octets32(entropy: &dyn Entropy) -> String {
    STANDARD.encode(random(entropy))
}

/// A secret of a client, of letters and digits alone: every software encodes those the same way.
pub(crate) fn client_secret(entropy: &dyn Entropy) -> String {
    random(entropy).iter().fold(String::new(), |mut text, octet| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn random(entropy: &dyn Entropy) -> [u8; 32] {
    let mut random = [0; 32];
    entropy.fill(&mut random);
    random
}

/// What RSA keys of ID tokens have: each token costs a signature.
pub(crate) const TOKEN_BITS: u32 = 2048;
