//! Keys that cannot be configured.

use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::symm::Cipher;
use silta_testkit::keys::{IDP, IDP_P256, KeyPair, ROGUE, SP, SP_NEXT, certificate_over};
use silta_xml_security::algorithm::{DigestAlgorithm, RsaOaep, SignatureAlgorithm};
use silta_xml_security::{
    Certificate, DecryptionKey, EncryptionKey, KeyError, Recipient, SigningKey, VerificationKey,
};

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
    for (bits, exponent, cause) in [
        (2048, 1, KeyError::RsaExponent),
        (1024, 65_537, KeyError::RsaSize { bits: 1024 }),
        (2047, 65_537, KeyError::RsaSize { bits: 2047 }),
        (8193, 65_537, KeyError::RsaSize { bits: 8193 }),
        (16_384, 65_537, KeyError::RsaSize { bits: 16_384 }),
    ] {
        let pem = certificate_over(&public(bits, exponent));
        assert_eq!(VerificationKey::from_certificate_pem(&pem).unwrap_err(), cause, "{bits}");
        assert_eq!(Certificate::from_pem(&pem).unwrap_err(), cause, "{bits}");
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
        assert_eq!(Certificate::from_pem(&certificate).unwrap_err(), KeyError::Kind);
        let pem = key.private_key_to_pem_pkcs8().unwrap();
        let signing = SigningKey::from_pem(&pem, &certificate, SignatureAlgorithm::EcdsaSha256);
        assert_eq!(signing.unwrap_err(), KeyError::Kind);
    }
}

#[test]
fn refuses_what_is_not_pem() {
    let [key, certificate] = [SP.key_pem(), SP.certificate_pem()];
    for junk in [&b""[..], b"junk", &key] {
        assert_eq!(Certificate::from_pem(junk).unwrap_err(), KeyError::NotPem);
        assert_eq!(DecryptionKey::from_pem(&key, junk).unwrap_err(), KeyError::NotPem);
    }
    let signing = SigningKey::from_pem(&certificate, &certificate, SignatureAlgorithm::RsaSha256);
    assert_eq!(signing.unwrap_err(), KeyError::NotPem);
}

/// A passphrase has nobody to ask: not on the terminal of a server.
#[test]
fn refuses_an_encrypted_key_without_asking_anybody() {
    let key = PKey::private_key_from_pem(&SP.key_pem()).unwrap();
    let cipher = Cipher::aes_256_cbc();
    for passphrase in [&b"secret"[..], b""] {
        let pkcs8 = key.private_key_to_pem_pkcs8_passphrase(cipher, passphrase).unwrap();
        let signing =
            SigningKey::from_pem(&pkcs8, &SP.certificate_pem(), SignatureAlgorithm::RsaSha256);
        assert_eq!(signing.unwrap_err(), KeyError::Encrypted);
    }
    let pkcs1 = key.rsa().unwrap().private_key_to_pem_passphrase(cipher, b"secret").unwrap();
    let decryption = DecryptionKey::from_pem(&pkcs1, &SP.certificate_pem());
    assert_eq!(decryption.unwrap_err(), KeyError::Encrypted);
}

/// The second one would be ignored, and nobody would know until the peer changes its key.
#[test]
fn refuses_several_certificates_where_one_is_meant() {
    let both = [SP.certificate_pem(), SP_NEXT.certificate_pem()].concat();
    assert_eq!(Certificate::from_pem(&both).unwrap_err(), KeyError::SeveralCertificates);
    let single = VerificationKey::from_certificate_pem(&both);
    assert_eq!(single.unwrap_err(), KeyError::SeveralCertificates);
    let decryption = DecryptionKey::from_pem(&SP.key_pem(), &both);
    assert_eq!(decryption.unwrap_err(), KeyError::SeveralCertificates);
}

#[test]
fn refuses_a_file_with_no_certificate_or_one_that_cannot_be_used() {
    let all = |pem: &[u8]| Certificate::all_from_pem(pem).unwrap_err();
    for junk in [&b""[..], b"junk", &SP.key_pem()] {
        assert_eq!(all(junk), KeyError::NotPem);
    }
    let cut = IDP.certificate_pem();
    let cut = &cut[..cut.len() / 2];
    assert_eq!(all(&[&IDP.certificate_pem()[..], cut].concat()), KeyError::NotPem);
    let edwards = certificate_over(&PKey::generate_ed25519().unwrap());
    assert_eq!(all(&[IDP.certificate_pem(), edwards].concat()), KeyError::Kind);
}

#[test]
fn a_certificate_in_der_is_the_same_one_and_nothing_stands_behind_it() {
    let der = silta_xml_security::decode_base64(&IDP.certificate().base64()).unwrap();
    let read = Certificate::from_der(&der).unwrap();
    assert_eq!(read.base64(), IDP.certificate().base64());
    assert_eq!(read.fingerprint(), IDP.certificate().fingerprint());
    assert_ne!(read.fingerprint(), SP.certificate().fingerprint());
    for junk in [&der[..der.len() - 1], &[&der[..], b"\0"].concat(), b"", b"junk"] {
        assert_eq!(Certificate::from_der(junk).unwrap_err(), KeyError::NotDer);
    }
}

/// The configuration reader shows an error as what is wrong and what to do instead.
#[test]
fn every_error_says_what_to_do_instead() {
    for cause in [
        KeyError::NotPem,
        KeyError::NotDer,
        KeyError::Encrypted,
        KeyError::SeveralCertificates,
        KeyError::RsaSize { bits: 1024 },
        KeyError::RsaExponent,
        KeyError::Kind,
        KeyError::Algorithm,
        KeyError::CertificateMismatch,
    ] {
        // Without a rest: a new variant belongs into the list above.
        match cause {
            KeyError::NotPem
            | KeyError::NotDer
            | KeyError::Encrypted
            | KeyError::SeveralCertificates
            | KeyError::RsaSize { .. }
            | KeyError::RsaExponent
            | KeyError::Kind
            | KeyError::Algorithm
            | KeyError::CertificateMismatch => {}
        }
        let sentence = cause.to_string();
        let (what, instead) = sentence.split_once("; ").unwrap();
        assert!(!what.is_empty() && !instead.is_empty() && !instead.contains("; "), "{sentence}");
    }
}

#[test]
fn refuses_a_key_that_does_not_fit_its_use() {
    let signing = |pair: &KeyPair, algorithm| {
        SigningKey::from_pem(&pair.key_pem(), &pair.certificate_pem(), algorithm).unwrap_err()
    };
    for algorithm in SignatureAlgorithm::ALL {
        let elliptic = algorithm.name().starts_with("ecdsa");
        let other = if elliptic { &IDP } else { &IDP_P256 };
        assert_eq!(signing(other, algorithm), KeyError::Algorithm);
        let fitting =
            if elliptic { SignatureAlgorithm::EcdsaSha256 } else { SignatureAlgorithm::RsaSha256 };
        let key = if elliptic { &IDP_P256 } else { &IDP }.signing(fitting);
        assert_eq!(key.with_algorithm(algorithm).unwrap().credential().algorithm(), algorithm);
        let other =
            if elliptic { SignatureAlgorithm::RsaSha256 } else { SignatureAlgorithm::EcdsaSha256 };
        assert_eq!(key.with_algorithm(other).unwrap_err(), KeyError::Algorithm);
    }
    // What decrypts may be of either kind, and says which.
    assert_eq!(SP.decryption().kind(), "2048 bits");
    assert_eq!(IDP_P256.decryption().kind(), "P-256");
}

#[test]
fn what_wraps_a_session_key_fits_the_key_that_it_is_wrapped_for() {
    let sha256 = DigestAlgorithm::Sha256;
    let oaep = RsaOaep { digest: sha256, mgf: sha256 };
    let elliptic = Recipient::by_rsa_oaep(&IDP_P256.encryption(), oaep);
    assert_eq!(elliptic.unwrap_err(), KeyError::Algorithm);
    let recipient = Recipient::by_rsa_oaep(&SP.encryption(), oaep).unwrap();
    assert_eq!(format!("{:?} {recipient:?}", SP.encryption()), "EncryptionKey Recipient(rsa-oaep)");
}

/// The weak one opens nothing that is secret.
#[test]
fn nothing_is_encrypted_to_a_key_that_is_not_accepted() {
    let weak = KeyPair::rsa_of(1024, "weak").certificate_pem();
    let refused = EncryptionKey::from_certificate_pem(&weak).unwrap_err();
    assert_eq!(refused, KeyError::RsaSize { bits: 1024 });
    assert_eq!(EncryptionKey::from_certificate_der(b"x").unwrap_err(), KeyError::NotDer);
    assert_eq!(EncryptionKey::from_certificate_pem(b"x").unwrap_err(), KeyError::NotPem);
}

#[test]
fn refuses_a_certificate_of_another_key() {
    let mixed = DecryptionKey::from_pem(&SP.key_pem(), &IDP.certificate_pem());
    assert_eq!(mixed.unwrap_err(), KeyError::CertificateMismatch);
    let algorithm = SignatureAlgorithm::RsaSha256;
    // The same name in both certificates.
    let mixed = SigningKey::from_pem(&IDP.key_pem(), &ROGUE.certificate_pem(), algorithm);
    assert_eq!(mixed.unwrap_err(), KeyError::CertificateMismatch);
}

#[test]
fn the_end_of_a_certificate_is_told_and_decides_nothing() {
    // 2036-01-01T00:00:00Z.
    assert_eq!(IDP.certificate().not_after(), Some(2_082_758_400));
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
