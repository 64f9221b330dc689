//! Keys and peers that cannot be configured.

use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AuthnContextLadder, Certificate, DecryptionKey, EmptyLadder, IdentityProvider, KeyFault,
    Narrowing, NoKey, SigningKey, VerificationKey,
};
use silta_testkit::keys::{IDP, IDP_P256, KeyPair, ROGUE, SP, certificate_over};

/// An exponent of one makes every message its own signature; a huge key makes every check a burden.
#[test]
fn refuses_rsa_keys_that_protect_nothing_or_cost_too_much() {
    let public = |bits: i32, exponent: u32| {
        let mut modulus = BigNum::new().unwrap();
        modulus.set_bit(bits - 1).unwrap();
        modulus.set_bit(0).unwrap();
        let exponent = BigNum::from_u32(exponent).unwrap();
        PKey::from_rsa(Rsa::from_public_components(modulus, exponent).unwrap()).unwrap()
    };
    for (bits, exponent, fault) in [
        (2048, 1, KeyFault::RsaExponent),
        (1024, 65_537, KeyFault::RsaSize { bits: 1024 }),
        (2047, 65_537, KeyFault::RsaSize { bits: 2047 }),
        (8193, 65_537, KeyFault::RsaSize { bits: 8193 }),
        (16_384, 65_537, KeyFault::RsaSize { bits: 16_384 }),
    ] {
        let pem = certificate_over(&public(bits, exponent));
        assert_eq!(VerificationKey::from_certificate_pem(&pem).unwrap_err(), fault, "{bits}");
        assert_eq!(Certificate::from_pem(&pem).unwrap_err(), fault, "{bits}");
    }
    VerificationKey::from_certificate_pem(&certificate_over(&public(8192, 3))).unwrap();
}

#[test]
fn refuses_keys_of_other_kinds() {
    let koblitz = EcGroup::from_curve_name(Nid::SECP256K1).unwrap();
    let koblitz = PKey::from_ec_key(EcKey::generate(&koblitz).unwrap()).unwrap();
    let edwards = PKey::generate_ed25519().unwrap();
    for key in [koblitz, edwards] {
        let certificate = certificate_over(&key);
        assert_eq!(Certificate::from_pem(&certificate).unwrap_err(), KeyFault::Kind);
        let pem = key.private_key_to_pem_pkcs8().unwrap();
        let signing = SigningKey::from_pem(&pem, &certificate, SignatureAlgorithm::EcdsaSha256);
        assert_eq!(signing.unwrap_err(), KeyFault::Kind);
    }
}

#[test]
fn refuses_what_is_not_pem() {
    let [key, certificate] = [SP.key_pem(), SP.certificate_pem()];
    for junk in [&b""[..], b"junk", &key] {
        assert_eq!(Certificate::from_pem(junk).unwrap_err(), KeyFault::NotPem);
        assert_eq!(DecryptionKey::from_pem(&key, junk).unwrap_err(), KeyFault::NotPem);
    }
    let signing = SigningKey::from_pem(&certificate, &certificate, SignatureAlgorithm::RsaSha256);
    assert_eq!(signing.unwrap_err(), KeyFault::NotPem);
}

#[test]
fn refuses_a_key_that_does_not_fit_its_use() {
    let signing = |pair: &KeyPair, algorithm| {
        SigningKey::from_pem(&pair.key_pem(), &pair.certificate_pem(), algorithm).unwrap_err()
    };
    for algorithm in SignatureAlgorithm::ALL {
        let elliptic = algorithm.name().starts_with("ecdsa");
        let other = if elliptic { &IDP } else { &IDP_P256 };
        assert_eq!(signing(other, algorithm), KeyFault::Algorithm);
        let fitting =
            if elliptic { SignatureAlgorithm::EcdsaSha256 } else { SignatureAlgorithm::RsaSha256 };
        let key = if elliptic { &IDP_P256 } else { &IDP }.signing(fitting);
        assert_eq!(key.with_algorithm(algorithm).unwrap().algorithm(), algorithm);
        let other =
            if elliptic { SignatureAlgorithm::RsaSha256 } else { SignatureAlgorithm::EcdsaSha256 };
        assert_eq!(key.with_algorithm(other).unwrap_err(), KeyFault::Algorithm);
    }
    let decryption = DecryptionKey::from_pem(&IDP_P256.key_pem(), &IDP_P256.certificate_pem());
    assert_eq!(decryption.unwrap_err(), KeyFault::Algorithm);
}

#[test]
fn refuses_a_certificate_of_another_key() {
    let mixed = DecryptionKey::from_pem(&SP.key_pem(), &IDP.certificate_pem());
    assert_eq!(mixed.unwrap_err(), KeyFault::CertificateMismatch);
    let algorithm = SignatureAlgorithm::RsaSha256;
    // The same name in both certificates.
    let mixed = SigningKey::from_pem(&IDP.key_pem(), &ROGUE.certificate_pem(), algorithm);
    assert_eq!(mixed.unwrap_err(), KeyFault::CertificateMismatch);
}

/// "No key, no check" cannot be configured, nor "any level will do".
#[test]
fn refuses_a_peer_without_a_key_and_a_ladder_without_rungs() {
    assert_eq!(AuthnContextLadder::new(vec![]).unwrap_err(), EmptyLadder);
    let ladder = AuthnContextLadder::new(vec![vec!["urn:low".to_owned()]]).unwrap();
    let peer = IdentityProvider::new("https://x", vec![], ladder, Narrowing::default());
    assert_eq!(peer.unwrap_err(), NoKey);
}

#[test]
fn contexts_on_one_rung_are_equally_strong() {
    let rungs = [&["low"][..], &["card", "mobile"], &["high"]];
    let rungs = rungs.map(|rung| rung.iter().map(|one| (*one).to_owned()).collect());
    let ladder = AuthnContextLadder::new(rungs.to_vec()).unwrap();
    let ranks = ["low", "card", "mobile", "high", "Card", ""].map(|context| ladder.rank(context));
    assert_eq!(ranks, [Some(0), Some(1), Some(1), Some(2), None, None]);
    assert_eq!(ladder.rung(1), ["card", "mobile"]);
    assert_eq!(ladder.from_rank(1), ["card", "mobile", "high"]);
    assert!(ladder.rung(3).is_empty() && ladder.from_rank(3).is_empty());
    assert_eq!(AuthnContextLadder::new(vec![vec![], vec![]]).unwrap_err(), EmptyLadder);
}

#[test]
fn the_end_of_a_certificate_is_told_and_decides_nothing() {
    let until = "2036-01-01T00:00:00Z".parse().ok();
    assert_eq!(IDP.certificate().not_after(), until);
}

#[test]
fn keys_are_not_printed() {
    let printed = format!(
        "{:?} {:?} {:?} {:?}",
        SP.decryption(),
        IDP.signing(SignatureAlgorithm::RsaSha256),
        IDP.verification(),
        IDP.certificate()
    );
    assert_eq!(printed, "DecryptionKey SigningKey(rsa-sha256) VerificationKey Certificate");
}
