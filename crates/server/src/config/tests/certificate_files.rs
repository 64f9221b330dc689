//! Files of certificates as identity providers hand them out.

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::X509;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_testkit::forge::{FakeIdp, ForgedResponse};
use silta_testkit::keys::{IDP, IDP_P256, KeyPair};

use super::mistakes::Files;
use super::saml_upstream::{judged, load_with_file, only_peer};

#[test]
fn a_certificate_is_read_however_its_file_was_made() {
    let pem = text(IDP.certificate_pem());
    let (bag, name) =
        ("Bag Attributes\n    localKeyID: 01\nsubject=CN = idp\n", "X509 CERTIFICATE");
    for file in [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.trim_end().to_owned(),
        format!("\n\n{pem}\n\n"),
        format!("{bag}{pem}"),
        format!("\u{FEFF}{bag}{pem}").replace('\n', "\r\n"),
        // As some editors of Windows save it.
        format!("\u{FEFF}{pem}"),
        format!("\u{FEFF}{pem}").replace('\n', "\r\n"),
        pem.replace(" CERTIFICATE", &format!(" {name}")),
        in_one_line(&pem),
        pem.replace("-----\n", "-----  \n"),
        text(ended().to_pem().unwrap()),
    ] {
        assert_eq!(trusted(&file, &[&IDP]), [true], "{file:?}");
    }
}

/// A peer that changes its key hands out both.
#[test]
fn every_certificate_of_a_file_is_read() {
    let [rsa, curve] = [&*IDP, &*IDP_P256].map(|pair| text(pair.certificate_pem()));
    for file in [
        format!("{rsa}{curve}"),
        format!("{curve}{rsa}").replace('\n', "\r\n"),
        format!("\u{FEFF}{rsa}\r\n\r\n{curve}"),
        format!("old\n{rsa}new\n{curve}"),
    ] {
        assert_eq!(trusted(&file, &[&IDP, &IDP_P256]), [true, true], "{file:?}");
    }
    assert_eq!(trusted(&rsa, &[&IDP, &IDP_P256]), [true, false]);
}

/// Whether each of these may sign for the upstream whose `idp.crt` is this.
fn trusted(file: &str, signers: &[&KeyPair]) -> Vec<bool> {
    let peer = only_peer(load_with_file(PEER, &Files::new().with("idp.crt", file)).unwrap());
    signers.iter().map(|signer| judged(&peer, &answer(signer)).is_ok()).collect()
}

fn answer(signer: &KeyPair) -> ForgedResponse {
    let on_curve = signer.certificate().is_on_a_curve();
    let algorithm =
        if on_curve { SignatureAlgorithm::EcdsaSha256 } else { SignatureAlgorithm::RsaSha256 };
    FakeIdp::default()
        .signing_with(signer, algorithm)
        .response()
        .audience("https://broker.example/saml/idp/metadata")
        .acs_url("https://broker.example/saml/idp/acs")
}

/// All of its base64 in one line.
fn in_one_line(pem: &str) -> String {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
}

/// A certificate of the same key that has ended: its dates decide nothing.
fn ended() -> X509 {
    let key = PKey::private_key_from_pem(&IDP.key_pem()).unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::from_unix(86_400).unwrap()).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    certificate.build()
}

fn text(pem: Vec<u8>) -> String {
    String::from_utf8(pem).unwrap()
}

const PEER: &str = "entity_id: https://idp.example/entity
     sso: { redirect: https://idp.example/sso }
     loa: [urn:example:loa:substantial]";
