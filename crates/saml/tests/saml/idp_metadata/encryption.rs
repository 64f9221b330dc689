//! Which keys of an entity may be encrypted to, and how.

use openssl::x509::X509;
use silta_saml::algorithm::{DigestAlgorithm, EncryptionCipher, RsaOaep};
use silta_saml::{EncryptionKey, KeyError, PeerEncryptionKey, RequestEncryption};
use silta_testkit::forge::text;
use silta_testkit::keys::{IDP, IDP_P256, IDP_P384, KeyPair, ROGUE, SP};

use super::fixture::{alone, key_descriptor, read, role_of, signing, x509, x509_of};
use crate::encrypted_request::{WAY, esaml, request};

/// The keys that our entity may be encrypted to, with these descriptors beside the one that signs.
fn keys_of(descriptors: &str) -> Vec<PeerEncryptionKey> {
    let with = [signing(&IDP), descriptors.to_owned()].concat();
    let document = alone(&text::swapped(&role_of(&IDP), &signing(&IDP), &with));
    read(&document).unwrap().encryption().to_vec()
}

fn encryption(key: &KeyPair, methods: &str) -> String {
    let descriptor = key_descriptor(" use=\"encryption\"", &x509(key));
    text::before(&descriptor, "</md:KeyDescriptor>", methods)
}

fn method(uri: &str, inside: &str) -> String {
    format!("<md:EncryptionMethod Algorithm=\"{uri}\">{inside}</md:EncryptionMethod>")
}

#[test]
fn a_key_that_signs_alone_is_never_encrypted_to() {
    assert!(keys_of("").is_empty());
    assert!(keys_of(&signing(&IDP_P256)).is_empty());
    // Whatever is said of how it might be.
    let named = text::before(&signing(&IDP_P256), "</md:KeyDescriptor>", &method(AES256, ""));
    assert!(keys_of(&named).is_empty());
    // One for nothing in particular is for both [SAML2Meta §2.4.1.1].
    let both = keys_of(&key_descriptor("", &x509(&IDP_P384)));
    let found = WAY.to_one_of(&both).unwrap();
    assert!(request(&esaml(), &found).contains(&IDP_P384.certificate().base64()));
    let [rogue, p256] = [&ROGUE, &IDP_P256].map(|key| encryption(key, ""));
    let keys = keys_of(&[signing(&SP), rogue, p256].concat());
    let all = keys.iter().map(|one| one.key.base64());
    assert!(all.eq([&ROGUE, &IDP_P256].map(|key| key.certificate().base64())));
}

/// One whose algorithms are others is passed over, and none of its own is chosen instead.
#[test]
fn only_what_the_metadata_names_is_used_and_only_as_the_file_says() {
    let sha1 = RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 };
    let older = RequestEncryption { oaep: sha1, ..WAY };
    let short = RequestEncryption { cipher: EncryptionCipher::Aes128Gcm, ..WAY };
    let sha256 = format!("<ds:DigestMethod Algorithm=\"{}\"/>", DigestAlgorithm::Sha256.uri());
    let mgf = format!(
        "<e:MGF xmlns:e=\"{}\" Algorithm=\"{}\"/>",
        silta_saml::namespace::XENC11,
        DigestAlgorithm::Sha256.mgf_uri()
    );
    let newer = method(OAEP, &[sha256.clone(), mgf].concat());
    let (rsa, ec) = (&*ROGUE, &*IDP_P256);
    for (key, way, methods, used) in [
        (rsa, WAY, String::new(), true),
        (rsa, WAY, method(AES256, ""), true),
        (rsa, WAY, method(AES128, ""), false),
        (rsa, short, method(AES128, ""), true),
        (rsa, WAY, method(CBC, ""), false),
        (rsa, WAY, [method(CBC, ""), method(AES256, "")].concat(), true),
        (rsa, WAY, method("urn:unheard-of", ""), false),
        (rsa, WAY, newer.clone(), true),
        (rsa, older, newer, false),
        // What is not said is SHA-1 [XMLEnc11 §5.5.2].
        (rsa, WAY, method(OAEP, ""), false),
        (rsa, WAY, method(OAEP, &sha256), false),
        (rsa, older, method(OAEP, ""), true),
        (rsa, older, method(MGF1P, ""), true),
        (rsa, older, method(MGF1P, &sha256), false),
        (rsa, WAY, method(RSA_1_5, ""), false),
        (rsa, WAY, method(ECDH, ""), false),
        (ec, WAY, method(AES256, ""), true),
        (ec, WAY, method(ECDH, ""), true),
        (ec, WAY, [method(ECDH, ""), method(KW_256, "")].concat(), true),
        (ec, WAY, [method(ECDH, ""), method(KW_128, "")].concat(), false),
        (ec, WAY, method(KW_192, ""), false),
        (ec, WAY, method(MGF1P, ""), false),
    ] {
        let found = way.to_one_of(&keys_of(&encryption(key, &methods)));
        assert_eq!(found.is_some(), used, "{methods} {way:?}");
        // The next one may do.
        let two = [encryption(key, &methods), encryption(&IDP_P384, "")].concat();
        let found = way.to_one_of(&keys_of(&two)).unwrap();
        let next = request(&esaml(), &found).contains(&IDP_P384.certificate().base64());
        assert_eq!(next, !used, "{methods} {way:?}");
    }
}

/// Whoever made us agree with a point beside the curve would learn of the ephemeral key.
#[test]
fn a_key_beside_its_curve_or_on_an_unknown_one_is_not_encrypted_to() {
    let mut der = X509::from_pem(&IDP_P256.certificate_pem()).unwrap().to_der().unwrap();
    let point = der.windows(4).position(|four| four == [3, 0x42, 0, 4]).unwrap() + 4;
    der[point + 40] ^= 1;
    let small = KeyPair::ec("idp", openssl::nid::Nid::SECP256K1);
    let small = X509::from_pem(&small.certificate_pem()).unwrap().to_der().unwrap();
    for der in [der, small] {
        assert_eq!(EncryptionKey::from_certificate_der(&der).unwrap_err(), KeyError::Kind);
        let carried = x509_of(&openssl::base64::encode_block(&der));
        assert!(keys_of(&key_descriptor(" use=\"encryption\"", &carried)).is_empty());
    }
    assert!(keys_of(&key_descriptor(" use=\"encryption\"", &x509_of("?"))).is_empty());
    let two = [x509(&IDP_P256), x509(&IDP_P384)].concat();
    assert!(keys_of(&key_descriptor(" use=\"encryption\"", &two)).is_empty());
}

const AES256: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const AES128: &str = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
const CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const RSA_1_5: &str = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";
const ECDH: &str = "http://www.w3.org/2009/xmlenc11#ECDH-ES";
const KW_128: &str = "http://www.w3.org/2001/04/xmlenc#kw-aes128";
const KW_192: &str = "http://www.w3.org/2001/04/xmlenc#kw-aes192";
const KW_256: &str = "http://www.w3.org/2001/04/xmlenc#kw-aes256";
