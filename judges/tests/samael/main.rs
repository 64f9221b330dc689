//! Messages exchanged with samael, both ways: its types and its use of xmlsec1's library, a process of its
//! own because it initialises the library itself.

mod its_messages;
mod our_messages;

use jiff::Timestamp;
use samael::crypto::CertificateDer;
use silta_testkit::keys::KeyPair;

/// samael reads the real clock.
#[expect(clippy::disallowed_methods, reason = "and so must whoever talks with it")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn certificate(pair: &KeyPair) -> CertificateDer {
    let pem = pair.certificate_pem();
    CertificateDer::from(openssl::x509::X509::from_pem(&pem).unwrap().to_der().unwrap())
}

fn private_key(pair: &KeyPair) -> openssl::pkey::PKey<openssl::pkey::Private> {
    openssl::pkey::PKey::private_key_from_pem(&pair.key_pem()).unwrap()
}

/// In the form that its identity provider reads.
fn private_der(pair: &KeyPair) -> Vec<u8> {
    private_key(pair).rsa().unwrap().private_key_to_der().unwrap()
}
