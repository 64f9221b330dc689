//! Keys that are agreed on by ECDH-ES: with foreign code in both directions, and nothing that is told to those
//! who touch a message.

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::nid::Nid;
use silta_testkit::forge::text;
use silta_testkit::keys::{IDP, IDP_P256, IDP_P384, KeyPair, SP};
use silta_testkit::peers::ecdh_es;
use silta_xml_security::AgreementError::{
    BitString, Curve, NoKeyOnCurve, NotOnCurve, Originator, PartOfOctet, PointForm, WrappedLength,
};
use silta_xml_security::algorithm::{
    DataCipher, DigestAlgorithm, EncryptionCipher, SignatureAlgorithm,
};
use silta_xml_security::xml::{self, Input};
use silta_xml_security::{
    AllowedAlgorithms, DecryptionError, DecryptionKey, DecryptionRules, EcdhEs, EncryptionKey,
    EncryptionParameters, KdfDigest, KeyError, KeyWrap, NamedAlgorithm, Recipient, SigningKey,
    VerificationKey, decode_base64, decrypt, encode_base64, encrypt,
};

#[test]
fn silta_and_cryptography_open_what_the_other_agreed_on() {
    let pairs = CURVES.map(|curve| KeyPair::ec("sp", curve));
    let cipher = EncryptionCipher::Aes256Gcm;
    let (mut lines, mut opened) = (vec![], vec![]);
    for pair in &pairs {
        for digest in KdfDigest::ALL {
            for wrap in KeyWrap::ALL {
                let way = EcdhEs { digest, wrap };
                let ours = agreed(pair, way, cipher);
                assert_eq!(open(&ours, &[pair.decryption()]).unwrap(), SECRET, "{way:?}");
                let (key, ours) = (encode_base64(&pair.key_pem()), encode_base64(ours.as_bytes()));
                lines.push(format!("open {key} {ours}"));
                opened.push(None);
                // The parties with pad bits make eight bits together.
                for (bits, u, v) in [(128, "00", "00"), (192, "00AB", "00"), (256, "03D8", "05A0")]
                {
                    let certificate = encode_base64(&pair.certificate_pem());
                    let (digest, wrap) = (digest.digest().uri(), wrap.uri());
                    let secret = encode_base64(SECRET.as_bytes());
                    lines.push(format!(
                        "seal {certificate} {digest} {wrap} {bits} {u} {v} {secret}"
                    ));
                    opened.push(Some(pair));
                }
            }
        }
    }
    let answers = ecdh_es(&lines);
    assert_eq!(answers.len(), lines.len());
    for (answer, opened) in answers.iter().zip(opened) {
        let answer = String::from_utf8(decode_base64(answer).unwrap()).unwrap();
        let read = match opened {
            None => answer,
            Some(pair) => open(&answer, &[pair.decryption()]).unwrap(),
        };
        assert_eq!(read, SECRET);
    }
}

#[test]
fn nobody_agrees_on_a_key_whose_rules_do_not_say_so() {
    let ours = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    for wraps in [&[][..], &[KeyWrap::Aes128]] {
        let refused = open_with(&ours, &[IDP_P256.decryption()], wraps).unwrap_err();
        let named = NamedAlgorithm::Known("kw-aes256");
        let allowed = AllowedAlgorithms::key_transports_and(wraps);
        assert_eq!(refused, DecryptionError::Algorithm { named, allowed });
    }
}

/// Whoever may touch a message learns nothing of our key from what becomes of it: what is no point of its curve
/// is seen without a key, and all the rest looks the same.
#[test]
fn every_octet_that_is_touched_is_refused_alike() {
    let ours = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    let keys = [IDP_P256.decryption()];
    for (nth, bits) in [(0, 40 * 8), (1, 256)] {
        for flip in 0..bits {
            let touched = text::octets(&ours, "xenc:CipherValue", nth, |mut octets| {
                let at = flip * octets.len() / bits;
                octets[at] ^= 1 << (flip % 8);
                octets
            });
            let refused = open(&touched, &keys).unwrap_err();
            assert_eq!(refused, DecryptionError::Undecryptable, "{nth} {flip}");
        }
    }
    for bit in 0..65 * 8 {
        let touched = text::octets(&ours, "dsig11:PublicKey", 0, |mut octets| {
            octets[bit / 8] ^= 1 << (bit % 8);
            octets
        });
        let expected = if bit < 8 { PointForm } else { NotOnCurve };
        assert_eq!(open(&touched, &keys).unwrap_err(), expected.into(), "{bit}");
    }
    for _ in 0..8 {
        let other = point(Nid::X9_62_PRIME256V1, PointConversionForm::UNCOMPRESSED);
        let touched = text::octets(&ours, "dsig11:PublicKey", 0, |_| other.clone());
        assert_eq!(open(&touched, &keys).unwrap_err(), DecryptionError::Undecryptable);
    }
    let other = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    let wrapped = text::element(&other, "xenc:EncryptedKey");
    let wrapped = text::element(wrapped, "xenc:CipherData");
    let own = text::element(text::element(&ours, "xenc:EncryptedKey"), "xenc:CipherData");
    let mixed = text::swapped(&ours, own, wrapped);
    assert_eq!(open(&mixed, &keys).unwrap_err(), DecryptionError::Undecryptable);
    // Another party is part of what is hashed.
    let named = text::swapped(&ours, "PartyUInfo=\"00\"", "PartyUInfo=\"00AB\"");
    assert_eq!(open(&named, &keys).unwrap_err(), DecryptionError::Undecryptable);
}

#[test]
fn a_point_that_is_none_of_its_curve_is_refused_before_a_key_is_used() {
    let ours = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    let keys = [IDP_P256.decryption()];
    let at = |curve, form| point(curve, form);
    let (p256, uncompressed) = (Nid::X9_62_PRIME256V1, PointConversionForm::UNCOMPRESSED);
    let origin = [&[4][..], &[0; 64]].concat();
    let beyond_the_field = [&[4][..], &[0xff; 64]].concat();
    for (wrong, expected) in [
        (origin, NotOnCurve),
        (beyond_the_field, NotOnCurve),
        (at(Nid::BRAINPOOL_P256R1, uncompressed), NotOnCurve),
        (at(Nid::SECP256K1, uncompressed), NotOnCurve),
        (at(p256, PointConversionForm::COMPRESSED), PointForm),
        (at(p256, PointConversionForm::HYBRID), PointForm),
        (at(Nid::SECP384R1, uncompressed), PointForm),
        // At infinity.
        (vec![0], PointForm),
        ([&[0][..], &[0; 64]].concat(), PointForm),
        (vec![], PointForm),
        (vec![4; 300], PointForm),
    ] {
        let touched = text::octets(&ours, "dsig11:PublicKey", 0, |_| wrong.clone());
        assert_eq!(open(&touched, &keys).unwrap_err(), expected.into(), "{wrong:x?}");
    }
    let point = text::element(&ours, "dsig11:PublicKey");
    let none = "<dsig11:PublicKey>BA!</dsig11:PublicKey>";
    let touched = text::swapped(&ours, point, none);
    assert_eq!(open(&touched, &keys).unwrap_err(), PointForm.into());
}

#[test]
fn nothing_is_agreed_between_two_curves() {
    let ours = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    let (p256, keys) = ("urn:oid:1.2.840.10045.3.1.7", [IDP_P256.decryption()]);
    for curve in ["urn:oid:1.3.132.0.10", "", "1.2.840.10045.3.1.7", "urn:oid:1.2.840.10045.3.1.1"]
    {
        let touched = text::swapped(&ours, p256, curve);
        assert_eq!(open(&touched, &keys).unwrap_err(), Curve.into(), "{curve}");
    }
    let touched = text::swapped(&ours, &format!(" URI=\"{p256}\""), "");
    assert_eq!(open(&touched, &keys).unwrap_err(), Curve.into());
    let touched = text::swapped(&ours, p256, "urn:oid:1.3.132.0.34");
    assert_eq!(open(&touched, &keys).unwrap_err(), PointForm.into());
    let touched = text::swapped(&ours, p256, "urn:oid:1.3.36.3.3.2.8.1.1.7");
    assert_eq!(open(&touched, &keys).unwrap_err(), NotOnCurve.into());
    for keys in [vec![IDP_P384.decryption()], vec![SP.decryption()], vec![]] {
        assert_eq!(open(&ours, &keys).unwrap_err(), NoKeyOnCurve.into());
    }
    let both = [SP.decryption(), IDP_P384.decryption(), IDP_P256.decryption()];
    assert_eq!(open(&ours, &both).unwrap(), SECRET);
    // Another key of the same curve is not told from a touched message.
    let other = KeyPair::ec("sp", Nid::X9_62_PRIME256V1).decryption();
    assert_eq!(open(&ours, &[other]).unwrap_err(), DecryptionError::Undecryptable);
}

#[test]
fn a_session_key_that_does_not_fit_the_cipher_is_never_unwrapped() {
    let ours = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    let keys = [IDP_P256.decryption()];
    for length in [0, 8, 16, 24, 32, 39, 41, 48, 256, 512] {
        let touched = text::octets(&ours, "xenc:CipherValue", 0, |_| vec![7; length]);
        assert_eq!(open(&touched, &keys).unwrap_err(), WrappedLength.into(), "{length}");
    }
    for (cipher, length) in [(EncryptionCipher::Aes128Gcm, 24), (EncryptionCipher::Aes192Gcm, 32)] {
        let ours = agreed(&IDP_P256, WAY, cipher);
        assert_eq!(open(&ours, &keys).unwrap(), SECRET);
        let touched = text::octets(&ours, "xenc:CipherValue", 0, |_| vec![7; length]);
        assert_eq!(open(&touched, &keys).unwrap_err(), DecryptionError::Undecryptable);
        let touched = text::octets(&ours, "xenc:CipherValue", 0, |_| vec![7; 40]);
        assert_eq!(open(&touched, &keys).unwrap_err(), WrappedLength.into());
    }
}

#[test]
fn refuses_every_other_structure_of_an_agreement() {
    let ours = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    let structure = DecryptionError::Structure;
    let (bits, part, originator) =
        (BitString.into(), PartOfOctet.into(), DecryptionError::from(Originator));
    let long = format!("PartyUInfo=\"00{}\"", "ab".repeat(1_024));
    let private = format!("SuppPrivInfo=\"00{}\" PartyUInfo=\"00\"", "ab".repeat(1_024));
    let twice = DIGEST.repeat(2);
    let value = text::element(&ours, "ds:KeyValue");
    let certificate = text::element(&ours, "ds:X509Data").to_owned();
    let retrieval = "<ds:RetrievalMethod URI=\"#key\"/>".to_owned();
    let rsa = "<ds:KeyValue><ds:RSAKeyValue/></ds:KeyValue>".to_owned();
    let foreign = "<x/>".to_owned();
    for (from, to, expected) in [
        (DIGEST, &*twice, structure),
        ("PartyUInfo=\"00\"", "PartyUInfo=\"0\"", bits),
        ("PartyUInfo=\"00\"", "PartyUInfo=\"xx\"", bits),
        // Eight bits of padding, bits that are set, and seven of nothing.
        ("PartyUInfo=\"00\"", "PartyUInfo=\"0801\"", bits),
        ("PartyUInfo=\"00\"", "PartyUInfo=\"03D9\"", bits),
        ("PartyUInfo=\"00\"", "PartyUInfo=\"07\"", bits),
        ("PartyUInfo=\"00\"", "PartyUInfo=\"03D8\"", part),
        ("PartyUInfo=\"00\"", &long, bits),
        ("PartyUInfo=\"00\"", &private, bits),
        (value, &certificate, originator),
        (value, "<ds:KeyName>sp</ds:KeyName>", originator),
        (value, &retrieval, originator),
        (value, &rsa, originator),
        (value, &foreign, originator),
        (value, "", originator),
        ("<ds:KeyValue>", "<ds:KeyName/><ds:KeyValue>", originator),
        ("dsig11:NamedCurve", "dsig11:ECParameters", originator),
        ("<xenc:OriginatorKeyInfo>", "<xenc:KA-Nonce/><xenc:OriginatorKeyInfo>", structure),
        ("<xenc:AgreementMethod", "<ds:KeyName/><xenc:AgreementMethod", structure),
        ("AgreementMethod", "OtherMethod", structure),
        ("OriginatorKeyInfo", "OtherKeyInfo", structure),
        ("KeyDerivationMethod", "OtherMethod", structure),
        ("xenc11:ConcatKDFParams", "xenc11:PBKDF2-params", structure),
    ] {
        let all = from.ends_with("Method") || from.ends_with("Info") || from.ends_with("Params");
        let touched = if all { ours.replace(from, to) } else { text::swapped(&ours, from, to) };
        let refused = open(&touched, &[IDP_P256.decryption()]).unwrap_err();
        assert_eq!(refused, expected, "{from:.40} {to:.40}");
    }
    // With nothing said of the wrapping key it would be one that both hold already.
    let info = text::element(&ours, "ds:KeyInfo");
    let info = text::element(&info[1..], "ds:KeyInfo");
    let touched = text::swapped(&ours, info, "");
    assert_eq!(open(&touched, &[IDP_P256.decryption()]).unwrap_err(), structure);
}

#[test]
fn names_the_algorithm_of_an_agreement_that_is_not_accepted() {
    let ours = agreed(&IDP_P256, WAY, EncryptionCipher::Aes256Gcm);
    let digests = AllowedAlgorithms::signed_digests();
    let agreements = AllowedAlgorithms::key_agreements();
    let derivations = AllowedAlgorithms::key_derivations();
    let sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    let bare = "<ds:DigestMethod/>";
    let (known, absent) = (NamedAlgorithm::Known, NamedAlgorithm::Absent);
    for (from, to, named, allowed) in [
        (DIGEST, "", absent, digests),
        (DIGEST, bare, absent, digests),
        (sha256, sha1, known("sha1"), digests),
        (sha256, "http://www.w3.org/2001/04/xmldsig-more#sha224", known("sha224"), digests),
        (sha256, "urn:other", NamedAlgorithm::Unknown, digests),
        ("xmlenc11#ECDH-ES", "xmlenc11#dh-es", known("dh-es"), agreements),
        ("http://www.w3.org/2009/xmlenc11#ECDH-ES", "urn:x", NamedAlgorithm::Unknown, agreements),
        ("xmlenc11#ConcatKDF", "xmlenc11#pbkdf2", known("pbkdf2"), derivations),
    ] {
        let touched = text::swapped(&ours, from, to);
        let refused = open(&touched, &[IDP_P256.decryption()]).unwrap_err();
        assert_eq!(refused, DecryptionError::Algorithm { named, allowed }, "{from} {to}");
    }
}

/// Brainpool's curves are for agreement alone.
#[test]
fn a_key_on_a_curve_that_signs_nothing_here_is_agreed_with_and_nothing_else() {
    let brainpool = KeyPair::ec("sp", Nid::BRAINPOOL_P256R1);
    let (key, certificate) = (brainpool.key_pem(), brainpool.certificate_pem());
    assert_eq!(VerificationKey::from_certificate_pem(&certificate).unwrap_err(), KeyError::Kind);
    let published = brainpool.decryption();
    assert_eq!(VerificationKey::of(published.certificate()).unwrap_err(), KeyError::Kind);
    assert_eq!(published.kind(), "brainpoolP256r1");
    assert!(published.certificate().is_on_a_curve() && !SP.certificate().is_on_a_curve());
    let signing = SigningKey::from_pem(&key, &certificate, SignatureAlgorithm::EcdsaSha256);
    assert_eq!(signing.unwrap_err(), KeyError::Kind);
    let ec = |key: &KeyPair, certificate: &KeyPair| {
        DecryptionKey::from_pem(&key.key_pem(), &certificate.certificate_pem()).unwrap_err()
    };
    assert_eq!(ec(&IDP, &brainpool), KeyError::CertificateMismatch);
    assert_eq!(ec(&IDP_P256, &brainpool), KeyError::CertificateMismatch);
    let koblitz = KeyPair::ec("sp", Nid::SECP256K1);
    assert_eq!(ec(&koblitz, &koblitz), KeyError::Kind);
    let refused = EncryptionKey::from_certificate_pem(&koblitz.certificate_pem());
    assert_eq!(refused.unwrap_err(), KeyError::Kind);
    assert_eq!(Recipient::by_ecdh_es(&IDP.encryption(), WAY).unwrap_err(), KeyError::Algorithm);
    let recipient = Recipient::by_ecdh_es(&brainpool.encryption(), WAY).unwrap();
    assert_eq!(format!("{recipient:?}"), "Recipient(ecdh-es)");
}

fn agreed(pair: &KeyPair, way: EcdhEs, cipher: EncryptionCipher) -> String {
    let recipient = Recipient::by_ecdh_es(&pair.encryption(), way).unwrap();
    let parameters = EncryptionParameters { recipient: &recipient, cipher };
    encrypt(SECRET, parameters, [7; 48]).unwrap().to_xml()
}

fn open(encrypted: &str, keys: &[DecryptionKey]) -> Result<String, DecryptionError> {
    open_with(encrypted, keys, &KeyWrap::ALL)
}

fn open_with(
    encrypted: &str,
    keys: &[DecryptionKey],
    key_wraps: &[KeyWrap],
) -> Result<String, DecryptionError> {
    let message = format!("<Secret>{encrypted}</Secret>");
    let message = Input::of(&message);
    let document = xml::parse(&message).unwrap();
    let rules = DecryptionRules {
        recipient: "us",
        keys,
        ciphers: &DataCipher::ALL,
        oaep_digests: &DigestAlgorithm::ALL,
        key_wraps,
    };
    let plaintext = decrypt(document.root_element(), None, &rules)?;
    Ok(plaintext.text().unwrap().to_owned())
}

fn point(curve: Nid, form: PointConversionForm) -> Vec<u8> {
    let group = EcGroup::from_curve_name(curve).unwrap();
    let key = EcKey::generate(&group).unwrap();
    key.public_key().to_bytes(&group, form, &mut BigNumContext::new().unwrap()).unwrap()
}

const DIGEST: &str = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";
const SECRET: &str = "<secret>åäö</secret>";
const WAY: EcdhEs = EcdhEs { digest: KdfDigest::Sha256, wrap: KeyWrap::Aes256 };
const CURVES: [Nid; 6] = [
    Nid::X9_62_PRIME256V1,
    Nid::SECP384R1,
    Nid::SECP521R1,
    Nid::BRAINPOOL_P256R1,
    Nid::BRAINPOOL_P384R1,
    Nid::BRAINPOOL_P512R1,
];
