use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::X509;
use openssl::x509::extension::SubjectKeyIdentifier;
use roxmltree::Document;

use super::*;
use crate::algorithm::{DigestAlgorithm, RsaOaep};
use crate::base64_text::encode_base64;
use crate::encrypted_key::Transport;
use crate::key_hint::KeyHint;

/// Each pair is one private operation, and nothing else costs one.
#[test]
fn a_message_costs_three_private_operations_whatever_it_holds_and_we_configure() {
    let pair = pair(2048);
    let ours: Vec<_> = (1..=8).map(|serial| certified(&pair, serial)).collect();
    let theirs: Vec<_> = (0..4).map(|_| wrapped(256, "")).collect();
    for (session_keys, keys, operations) in
        [(4, 8, 3), (1, 8, 3), (4, 1, 3), (2, 2, 3), (1, 2, 2), (1, 1, 1), (0, 8, 0), (4, 0, 0)]
    {
        let tried = decryption_attempts(&theirs[..session_keys], &ours[..keys]).len();
        assert_eq!(tried, operations, "{session_keys} session keys, {keys} keys");
    }
}

/// Whoever takes the steps may do something else between any two private operations.
#[test]
fn each_private_operation_is_a_step_of_its_own() {
    let pair = pair(2048);
    let ours: Vec<_> = (1..=8).map(|serial| certified(&pair, serial)).collect();
    for (session_keys, keys, steps) in [(4, 8, 3), (1, 2, 2), (1, 1, 1)] {
        let theirs: Vec<_> = (0..session_keys).map(|_| wrapped(256, "")).collect();
        let mut decryption = begun(theirs, &ours[..keys]);
        for left in (1..steps).rev() {
            let step = decryption.step().unwrap();
            let DecryptionStep::Further(rest) = step else { panic!("garbage was opened") };
            assert_eq!(rest.attempts.len(), left);
            decryption = rest;
        }
        assert_eq!(decryption.step().unwrap_err(), DecryptionError::Undecryptable);
    }
}

/// A session key that opens as padding but is of no use must look, in what comes next, like one that does
/// not open at all [XMLEnc11 §6.1.2]: else the answers would tell what a private key says of any octets.
#[test]
fn a_step_says_nothing_of_why_it_opened_nothing() {
    let pair = pair(2048);
    let ours = [certified(&pair, 1), certified(&pair, 2)];
    for session_key in [&[3; 32][..], &[3; 16], &[]] {
        let mut theirs = wrapped(256, "");
        let mut encrypter = openssl::encrypt::Encrypter::new(&pair).unwrap();
        encrypter.set_rsa_padding(openssl::rsa::Padding::PKCS1_OAEP).unwrap();
        encrypter.set_rsa_oaep_md(MessageDigest::sha256()).unwrap();
        encrypter.set_rsa_mgf1_md(MessageDigest::sha256()).unwrap();
        assert_eq!(encrypter.encrypt(session_key, &mut theirs.wrapped).unwrap(), 256);
        assert_eq!(theirs.unwrap(&ours[0]).unwrap().as_slice(), session_key);
        let step = begun(vec![theirs], &ours).step().unwrap();
        let DecryptionStep::Further(rest) = step else { panic!("garbage was opened") };
        assert_eq!(rest.step().unwrap_err(), DecryptionError::Undecryptable);
    }
}

#[test]
fn the_key_that_the_hint_names_is_tried_first() {
    let (former, present) = (pair(2048), pair(2048));
    let mut ours: Vec<_> = (1..=6).map(|serial| certified(&former, serial)).collect();
    ours.push(certified(&present, 7));
    let names = ours[6].identifiers();
    let subject_key = names.subject_key.as_ref().unwrap();
    for hint in [
        format!("<X509Certificate>{}</X509Certificate>", encode_base64(&names.certificate)),
        format!("<X509Certificate>\n{}\n</X509Certificate>", ours[6].certificate().base64()),
        format!("<X509SKI>{}</X509SKI>", encode_base64(subject_key)),
        "<X509IssuerSerial><X509IssuerName>CN=any</X509IssuerName>\
         <X509SerialNumber>7</X509SerialNumber></X509IssuerSerial>"
            .to_owned(),
    ] {
        let theirs = [wrapped(256, ""), wrapped(256, &format!("<X509Data>{hint}</X509Data>"))];
        assert_eq!(order(&theirs, &ours)[0], (1, 7), "{hint}");
    }
}

/// A key whose hint names somebody else is tried last, and still tried: the certificate may have been
/// renewed for the same key.
#[test]
fn a_hint_that_names_no_key_of_ours_only_puts_it_behind_the_others() {
    let pair = pair(2048);
    let ours = [certified(&pair, 1), certified(&pair, 2)];
    let other = "<X509Data><X509SKI>AAAA</X509SKI></X509Data>";
    let theirs = [wrapped(256, other), wrapped(256, "")];
    assert_eq!(order(&theirs, &ours), [(1, 1), (1, 2), (0, 1)]);
    assert_eq!(order(&theirs[..1], &ours), [(0, 1), (0, 2)]);
}

#[test]
fn a_hint_that_cannot_be_read_is_none() {
    let pair = pair(2048);
    let ours = [certified(&pair, 1), certified(&pair, 2)];
    let long = format!("<X509Data><X509SKI>{}</X509SKI></X509Data>", "A".repeat(8_196));
    for odd in [
        "<X509Data/>",
        "<X509Data><X509SKI>!</X509SKI></X509Data>",
        "<X509Data><X509SKI><x/></X509SKI></X509Data>",
        "<X509Data><X509IssuerSerial/></X509Data>",
        "<X509Data xmlns=\"urn:other\"><X509SKI>AAAA</X509SKI></X509Data>",
        "<KeyName>2</KeyName>",
        "text",
        &long,
    ] {
        assert_eq!(order(&[wrapped(256, odd)], &ours), [(0, 1), (0, 2)], "{odd:.40}");
    }
}

#[test]
fn what_is_not_as_long_as_our_key_costs_nothing() {
    let ours = [certified(&pair(2048), 1), certified(&pair(3072), 2)];
    let theirs = [0, 1, 255, 256, 257, 384, 512].map(|length| wrapped(length, ""));
    assert_eq!(order(&theirs, &ours), [(3, 1), (5, 2)]);
}

/// The order of trying: which session key, with the key of which serial number.
fn order(theirs: &[EncryptedKey], ours: &[DecryptionKey]) -> Vec<(usize, u32)> {
    let serial = |key: usize| ours[key].identifiers().serial.parse().unwrap();
    let attempts = decryption_attempts(theirs, ours).into_iter();
    attempts.map(|attempt| (attempt.encrypted_key, serial(attempt.key))).collect()
}

/// A ciphertext of garbage with these session keys.
fn begun(theirs: Vec<EncryptedKey>, ours: &[DecryptionKey]) -> Decryption<'_> {
    let attempts = decryption_attempts(&theirs, ours).into_iter();
    let body = EncryptedData { cipher: DataCipher::Aes256Gcm, octets: vec![1; 64] };
    Decryption { body, covered: None, encrypted_keys: theirs, keys: ours, attempts }
}

/// A session key of so many octets, with this in its `KeyInfo`.
fn wrapped(length: usize, hint: &str) -> EncryptedKey {
    let info = format!("<KeyInfo xmlns=\"{DS}\">{hint}</KeyInfo>");
    let document = Document::parse(&info).unwrap();
    let sha256 = DigestAlgorithm::Sha256;
    EncryptedKey {
        hint: KeyHint::read(Some(document.root_element())),
        transport: Transport::RsaOaep(RsaOaep { digest: sha256, mgf: sha256 }),
        wrapped: vec![1; length],
    }
}

fn pair(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

/// A certificate of its own for a key of ours.
fn certified(pair: &PKey<Private>, serial: u32) -> DecryptionKey {
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    let number = BigNum::from_u32(serial).unwrap().to_asn1_integer().unwrap();
    certificate.set_serial_number(&number).unwrap();
    certificate.set_pubkey(pair).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::from_unix(1).unwrap()).unwrap();
    let id = SubjectKeyIdentifier::new().build(&certificate.x509v3_context(None, None)).unwrap();
    certificate.append_extension(id).unwrap();
    certificate.sign(pair, MessageDigest::sha256()).unwrap();
    let certificate = certificate.build().to_pem().unwrap();
    DecryptionKey::from_pem(&pair.private_key_to_pem_pkcs8().unwrap(), &certificate).unwrap()
}
