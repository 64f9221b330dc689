//! Which keys of an entity verify its messages.

use std::slice;

use openssl::pkey::PKey;
use openssl::x509::X509;
use silta_saml::{KeyError, LeftOutKey, MetadataError};
use silta_testkit::forge::text;
use silta_testkit::keys::{
    IDP, IDP_P256, IDP_P384, IDP_P521, KeyPair, ROGUE, SP, certificate_over,
};

use super::fixture::{
    alone, entity, key_descriptor, keys_of, read, read_signed, refuses_role, role_of, signed,
    signing, x509, x509_of,
};

/// A document of our entity with these `KeyDescriptor`s.
fn with_keys(keys: &str) -> String {
    alone(&text::swapped(&role_of(&IDP), &signing(&IDP), keys))
}

fn base64(key: &KeyPair) -> String {
    key.certificate().base64()
}

/// A certificate in PEM as metadata carries it.
fn carried(pem: &[u8]) -> String {
    let der = X509::from_pem(pem).unwrap().to_der().unwrap();
    x509_of(&openssl::base64::encode_block(&der))
}

#[test]
fn every_key_for_signing_counts_in_the_order_of_the_document() {
    let keys = [&*IDP, &*IDP_P256, &*IDP_P384, &*IDP_P521];
    let document = with_keys(&keys.map(signing).concat());
    assert_eq!(keys_of(&read(&document).unwrap()), keys.map(base64));
}

/// Keycloak lost its signing key to such a descriptor (CVE-2026-16443).
#[test]
fn a_key_without_a_use_counts_as_one_for_signing_and_so_do_all_of_them() {
    let unmarked = [&*IDP, &*IDP_P256].map(|key| key_descriptor("", &x509(key))).concat();
    let read = read(&with_keys(&[unmarked, signing(&IDP_P384)].concat())).unwrap();
    assert_eq!(keys_of(&read), [base64(&IDP), base64(&IDP_P256), base64(&IDP_P384)]);
}

#[test]
fn a_key_for_encryption_or_of_another_role_makes_no_signatures() {
    let encryption = key_descriptor(" use=\"encryption\"", &x509(&ROGUE));
    let document = with_keys(&[encryption.clone(), signing(&IDP)].concat());
    let authority = format!(
        "<md:AttributeAuthorityDescriptor protocolSupportEnumeration=\
         \"urn:oasis:names:tc:SAML:2.0:protocol\">{}</md:AttributeAuthorityDescriptor>",
        signing(&SP)
    );
    let document = text::before(&document, "</md:EntityDescriptor>", &authority);
    let description = read(&document).unwrap();
    assert_eq!(keys_of(&description), [base64(&IDP)]);
    assert!(description.left_out().is_empty());
    let expected = MetadataError::NoSigningKey { left_out: 0 };
    assert_eq!(read(&with_keys(&encryption)).unwrap_err(), expected);
    assert_eq!(read(&with_keys("")).unwrap_err(), expected);
}

#[test]
fn refuses_a_use_that_nobody_knows() {
    for usage in ["", "Signing", "signing encryption", "evil"] {
        let keys = key_descriptor(&format!(" use=\"{usage}\""), &x509(&IDP));
        assert_eq!(read(&with_keys(&keys)).unwrap_err(), MetadataError::KeyUse, "{usage}");
    }
}

#[test]
fn a_key_that_stands_there_twice_counts_once() {
    let document = with_keys(&[signing(&IDP), key_descriptor("", &x509(&IDP))].concat());
    assert_eq!(keys_of(&read(&document).unwrap()), [base64(&IDP)]);
}

#[test]
fn what_stands_beside_a_certificate_says_nothing_about_the_key() {
    let beside = format!(
        "<ds:KeyName>evil</ds:KeyName><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AAAA</ds:Modulus>\
         <ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>{}",
        x509(&IDP).replace(
            "<ds:X509Data>",
            "<ds:X509Data><ds:X509SubjectName>CN=evil</ds:X509SubjectName>"
        ),
    );
    let read = read(&with_keys(&key_descriptor(" use=\"signing\"", &beside))).unwrap();
    assert_eq!(keys_of(&read), [base64(&IDP)]);
    assert!(read.left_out().is_empty());
}

/// Base64 in lines, with carriage returns as they are or written as references.
#[test]
fn a_certificate_may_be_wrapped_in_any_way() {
    let text = base64(&IDP);
    let lines = |end: &str| {
        text.as_bytes()
            .chunks(64)
            .fold(String::new(), |all, line| all + &String::from_utf8_lossy(line) + end)
    };
    let indented = format!("\n\t    {}", lines("\n\t    "));
    for written in [lines("\n"), lines("\r\n"), lines("&#13;\n"), lines("&#xD;"), indented] {
        let read = read(&with_keys(&key_descriptor("", &x509_of(&written)))).unwrap();
        assert_eq!(keys_of(&read), slice::from_ref(&text));
    }
}

#[test]
fn a_key_that_cannot_be_used_is_left_out_and_told() {
    let weak = carried(&KeyPair::rsa_of(1024, "weak").certificate_pem());
    let edwards = carried(&certificate_over(&PKey::generate_ed25519().unwrap()));
    let chain = [x509(&IDP), x509(&ROGUE)].concat();
    let in_one = x509(&IDP)
        .replace("</ds:X509Data>", "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>");
    for (key_info, reason) in [
        (weak, LeftOutKey::Key(KeyError::RsaSize { bits: 1024 })),
        (edwards, LeftOutKey::Key(KeyError::Kind)),
        (x509_of("!"), LeftOutKey::NotBase64),
        (x509_of("-----BEGIN CERTIFICATE-----"), LeftOutKey::NotBase64),
        (x509_of(&"A".repeat(16_388)), LeftOutKey::NotBase64),
        (x509_of(""), LeftOutKey::Key(KeyError::NotDer)),
        (x509_of("AAAA"), LeftOutKey::Key(KeyError::NotDer)),
        ("<ds:KeyValue/>".to_owned(), LeftOutKey::NoCertificate),
        ("<ds:KeyName>idp</ds:KeyName>".to_owned(), LeftOutKey::NoCertificate),
        (String::new(), LeftOutKey::NoCertificate),
        (chain, LeftOutKey::SeveralCertificates),
        (in_one, LeftOutKey::SeveralCertificates),
    ] {
        let unusable = key_descriptor(" use=\"signing\"", &key_info);
        let description = read(&with_keys(&[&*unusable, &*signing(&IDP_P256)].concat())).unwrap();
        assert_eq!(keys_of(&description), [base64(&IDP_P256)], "{reason}");
        assert_eq!(description.left_out(), [reason]);
        // Where no other key is left, nothing is.
        let expected = MetadataError::NoSigningKey { left_out: 1 };
        assert_eq!(read(&with_keys(&unusable)).unwrap_err(), expected, "{reason}");
    }
}

/// OpenSSL would read the certificate and leave the rest.
#[test]
fn a_certificate_with_octets_behind_it_is_none() {
    let mut der = X509::from_pem(&IDP.certificate_pem()).unwrap().to_der().unwrap();
    der.push(0);
    let written = x509_of(&openssl::base64::encode_block(&der));
    let document = with_keys(&[key_descriptor("", &written), signing(&IDP_P256)].concat());
    let read = read(&document).unwrap();
    assert_eq!(read.left_out(), [LeftOutKey::Key(KeyError::NotDer)]);
}

#[test]
fn every_reason_to_leave_a_key_out_has_a_word_and_a_sentence() {
    let reasons = [
        LeftOutKey::NoCertificate,
        LeftOutKey::SeveralCertificates,
        LeftOutKey::NotBase64,
        LeftOutKey::Key(KeyError::RsaSize { bits: 1024 }),
        LeftOutKey::Key(KeyError::RsaExponent),
        LeftOutKey::Key(KeyError::Kind),
        LeftOutKey::Key(KeyError::NotDer),
    ];
    let words: std::collections::BTreeSet<_> = reasons.iter().map(|one| one.reason()).collect();
    assert_eq!(words.len(), reasons.len());
    assert!(reasons.iter().all(|one| !one.to_string().is_empty()));
}

#[test]
fn refuses_more_keys_than_a_peer_needs() {
    let most = signing(&IDP) + &key_descriptor("", "").repeat(9);
    assert_eq!(read(&with_keys(&most)).unwrap().left_out().len(), 9);
    let more = most + &key_descriptor("", "");
    let expected = MetadataError::TooManyKeys { limit: 10 };
    assert_eq!(read(&with_keys(&more)).unwrap_err(), expected);
    // One and the same is read each time.
    assert_eq!(read(&with_keys(&signing(&IDP).repeat(11))).unwrap_err(), expected);
}

#[test]
fn refuses_a_certificate_that_holds_more_than_text() {
    let expected = MetadataError::NotText { element: "X509Certificate" };
    refuses_role(expected, "</ds:X509Certificate>", "<x/></ds:X509Certificate>");
}

/// Ends of lines are LF to every reader, beside a reference as well [XML §2.11].
#[test]
fn a_signature_holds_over_every_end_of_a_line() {
    let certificate = IDP.certificate().base64();
    let (head, tail) = certificate.split_at(64);
    let text = format!("{head}\n&#10;{tail}&#10;\n");
    let document = signed(&entity().replace(&certificate, &text));
    for end in ["\r", "\r\n"] {
        let written = document.replace("\n&#10;", &format!("{end}&#10;"));
        let written = written.replace("&#10;\n", &format!("&#10;{end}"));
        assert!(written.matches('\r').count() == 2);
        assert_eq!(keys_of(&read_signed(&written).unwrap()), slice::from_ref(&certificate));
    }
}
