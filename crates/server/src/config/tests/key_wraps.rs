//! Keys on curves beside RSA keys, and which identity providers may agree on keys with them.

use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON};
use silta_testkit::keys::{self, KeyPair};
use silta_testkit::peers;

use super::mistakes::Files;
use super::saml_upstream::{judged, load_with_keys, only_peer};

#[test]
fn a_peer_that_may_agrees_on_keys_with_those_on_curves() {
    let peer =
        only_peer(load_with_keys(&["sp", "ec"], &allowing("[kw-aes256]"), &files()).unwrap());
    for holder in [&keys::SP, &keys::SP_P256] {
        assert!(judged(&peer, &answer(holder)).is_ok());
    }
    let xml = peer.metadata.to_xml(NOON);
    assert_eq!(peers::judged_by_schema(&xml), "");
    assert_eq!(offered(&xml, &keys::SP), [AES, OAEP]);
    assert_eq!(offered(&xml, &keys::SP_P256), [AES, ECDH_ES, KW_AES256]);
}

/// The default: what would be refused is not asked for.
#[test]
fn a_peer_that_may_not_is_told_of_no_key_on_a_curve() {
    let peer = only_peer(load_with_keys(&["ec", "sp"], IDP, &files()).unwrap());
    assert!(judged(&peer, &answer(&keys::SP)).is_ok());
    let refused = judged(&peer, &answer(&keys::SP_P256)).unwrap_err();
    assert_eq!(refused.reason(), "encryption_algorithm");
    assert!(
        refused.to_string().contains("kw-aes256; allowed: rsa-oaep-mgf1p, rsa-oaep"),
        "{refused}"
    );
    let xml = peer.metadata.to_xml(NOON);
    assert!(!xml.contains(&keys::SP_P256.certificate().base64()) && !xml.contains("ECDH"));
    assert_eq!(offered(&xml, &keys::SP), [AES, OAEP]);
}

#[test]
fn a_peer_that_could_not_encrypt_is_found_before_it_is_asked() {
    let told = load_with_keys(&["ec"], IDP, &files()).map(|_| ()).unwrap_err().to_string();
    let expected = "upstreams.idp: it must encrypt, but every key of keys.saml_encryption is on an elliptic curve; \
                    write key_wraps: [kw-aes256], or add an RSA key there";
    assert!(told.contains(expected), "{told}");
    // Whoever need not encrypt is not asked to.
    let optional = format!("{IDP}encryption: optional\n");
    let peer = only_peer(load_with_keys(&["ec"], &optional, &files()).unwrap());
    assert!(!peer.metadata.to_xml(NOON).contains("EncryptionMethod"));
}

#[test]
fn a_wrap_without_a_key_on_a_curve_is_doubted() {
    let (_, told) = load_with_keys(&["sp"], &allowing("[kw-aes128, kw-aes256]"), &files()).unwrap();
    let expected = "doubtful: upstreams.idp.key_wraps: no key of keys.saml_encryption is on an elliptic curve; \
                    add one there, or leave this out";
    assert!(told.to_string().contains(expected), "{told}");
}

#[test]
fn more_keys_of_one_curve_than_are_tried_are_doubted() {
    for (count, doubted) in [(3, false), (4, true)] {
        let names = [&["sp"; 3][..], &["ec"; 4][..count]].concat();
        let (_, told) = load_with_keys(&names, &allowing("[kw-aes256]"), &files()).unwrap();
        let told = told.to_string();
        assert_eq!(told.contains("keys.saml_encryption: 4 keys of P-256, "), doubted, "{told}");
    }
}

#[test]
fn a_key_on_a_curve_that_is_not_agreed_on_is_none_of_ours() {
    let koblitz = KeyPair::ec("sp", openssl::nid::Nid::SECP256K1);
    let files = files().with("ec.pem", koblitz.key_pem()).with("ec.crt", koblitz.certificate_pem());
    let told = load_with_keys(&["sp", "ec"], IDP, &files).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("keys.saml_encryption[1]: it is neither RSA nor"), "{told}");
}

fn allowing(wraps: &str) -> String {
    format!("{IDP}key_wraps: {wraps}\n")
}

/// The files of [`load_with_keys`] with a key on P-256.
fn files() -> Files {
    let pair = &keys::SP_P256;
    Files::new().with("ec.pem", pair.key_pem()).with("ec.crt", pair.certificate_pem())
}

/// A good answer, encrypted to this holder.
fn answer(holder: &KeyPair) -> ForgedResponse {
    FakeIdp::default()
        .response()
        .issuer("https://idp.example/metadata")
        .audience("https://broker.example/saml/idp/metadata")
        .acs_url("https://broker.example/saml/idp/acs")
        .authn_context("urn:low")
        .held_by(&[(holder, None)])
}

/// The algorithms by which may be encrypted to this key, as our metadata has them.
fn offered<'a>(metadata: &'a str, key: &KeyPair) -> Vec<&'a str> {
    let (_, behind) = metadata.split_once(&key.certificate().base64()).unwrap();
    let (methods, _) = behind.split_once("</md:KeyDescriptor>").unwrap();
    let methods = methods.split("<md:EncryptionMethod Algorithm=\"").skip(1);
    methods.map(|one| one.split_once('"').unwrap().0).collect()
}

const IDP: &str = "\
entity_id: https://idp.example/metadata
sso: { redirect: https://idp.example/sso }
loa: [urn:low]
ciphers: [aes256-gcm]
oaep_digests: [sha256]
";
const AES: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const ECDH_ES: &str = "http://www.w3.org/2009/xmlenc11#ECDH-ES";
const KW_AES256: &str = "http://www.w3.org/2001/04/xmlenc#kw-aes256";
