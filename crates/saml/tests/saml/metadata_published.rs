//! What our metadata says of itself and of algorithms, and its signature.

#![expect(clippy::disallowed_methods, reason = "nothing here has an attribute in a namespace")]

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use roxmltree::{Document, Node};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::namespace::{ALG, DS, MD, XENC11};
use silta_saml::{
    AcsIndex, Certificate, KeyWrap, SelfDescription, ServiceProviderMetadata, SignError,
    SigningKey, metadata_signature,
};
use silta_testkit::forge::{ACS, NOON, SP_ENTITY};
use silta_testkit::keys::{IDP, SP, SP_P256};
use silta_testkit::peers::{self, xmlsec1_at};
use silta_testkit::test_dir::TestDir;
use silta_xml_security::{VerificationKey, verify_root};

#[test]
fn metadata_says_until_when_it_holds_and_when_to_fetch_it_again() {
    let with = |valid_until: Option<Timestamp>, cache_duration: Option<SignedDuration>| {
        metadata(|of| ServiceProviderMetadata { valid_until, cache_duration, ..of })
    };
    let said = |xml: &str| {
        assert_eq!(peers::judged_by_schema(xml), "");
        let document = Document::parse(xml).unwrap();
        let entity = document.root_element();
        ["validUntil", "cacheDuration"].map(|name| entity.attribute(name).map(str::to_owned))
    };
    assert_eq!(said(&with(None, None)), [None, None]);
    let both = with(Some(NOON), Some(SignedDuration::from_hours(6)));
    let expected = ["2026-11-21T12:00:00Z", "PT21600S"].map(|text| Some(text.to_owned()));
    assert_eq!(said(&both), expected);
}

/// In the order of preference; a reader that acts on it takes the first that it has.
#[test]
fn metadata_names_the_algorithms_of_signatures_that_are_taken() {
    let xml = metadata(|of| ServiceProviderMetadata {
        signature_algorithms: &[SignatureAlgorithm::RsaPssSha256, SignatureAlgorithm::EcdsaSha384],
        ..of
    });
    assert_eq!(peers::judged_by_schema(&xml), "");
    let document = Document::parse(&xml).unwrap();
    let all = |name: &'static str| {
        let all = document.descendants().filter(move |node| node.has_tag_name((ALG, name)));
        all.map(|one| {
            assert!(one.parent_element().unwrap().has_tag_name((MD, "Extensions")));
            (one.attribute("Algorithm").unwrap(), one.attribute("MinKeySize"))
        })
        .collect::<Vec<_>>()
    };
    // SHA-1 is none of them [ADR 6].
    let digests = [
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    ];
    assert_eq!(all("DigestMethod"), digests.map(|uri| (uri, None)));
    let signing = [
        ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", Some("2048")),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", None),
    ];
    assert_eq!(all("SigningMethod"), signing);
}

/// Only ciphers that detect changes are offered, unless a file allows no other than those that do not.
#[test]
fn metadata_names_how_may_be_encrypted_to_each_key() {
    let offered = |ciphers: &'static [DataCipher], oaep_digests: &'static [DigestAlgorithm]| {
        offered(|of| ServiceProviderMetadata { ciphers, oaep_digests, ..of })
    };
    let all = offered(&DataCipher::ALL, &DigestAlgorithm::ALL);
    let expected = [
        "xmlenc11#aes128-gcm",
        "xmlenc11#aes192-gcm",
        "xmlenc11#aes256-gcm",
        "xmlenc11#rsa-oaep sha256 mgf1sha256",
        "xmlenc11#rsa-oaep sha384 mgf1sha384",
        "xmlenc11#rsa-oaep sha512 mgf1sha512",
        "xmlenc#rsa-oaep-mgf1p",
    ];
    assert_eq!(all, expected);
    let few = offered(&[DataCipher::Aes128Cbc], &[DigestAlgorithm::Sha256]);
    assert_eq!(few, ["xmlenc#aes128-cbc", "xmlenc11#rsa-oaep sha256 mgf1sha256"]);
    let old = offered(&[DataCipher::Aes128Cbc, DataCipher::Aes256Gcm], &[DigestAlgorithm::Sha1]);
    assert_eq!(old, ["xmlenc11#aes256-gcm", "xmlenc#rsa-oaep-mgf1p"]);
}

/// Nothing is transported to a key on a curve, and nothing is agreed on with an RSA key.
#[test]
fn metadata_names_how_is_agreed_on_a_key_with_one_on_a_curve() {
    let agreed = offered(|of| ServiceProviderMetadata {
        encryption: &*ON_A_CURVE,
        ciphers: &[DataCipher::Aes256Gcm],
        key_wraps: &[KeyWrap::Aes256, KeyWrap::Aes128],
        ..of
    });
    let expected =
        ["xmlenc11#aes256-gcm", "xmlenc11#ECDH-ES", "xmlenc#kw-aes256", "xmlenc#kw-aes128"];
    assert_eq!(agreed, expected);
    let rsa = offered(|of| ServiceProviderMetadata { key_wraps: &KeyWrap::ALL, ..of });
    assert!(!rsa.iter().any(|one| one.contains("ECDH") || one.contains("kw-")), "{rsa:?}");
}

/// First of all children, where the schema has it, by judges that nobody here wrote.
#[test]
fn xmlsec1_verifies_the_signature_of_our_metadata_where_the_schema_has_it() {
    let dir = TestDir::new();
    let key = SP.signing(SignatureAlgorithm::RsaSha256);
    let signed = sign(&metadata(|of| ServiceProviderMetadata { id: Some("_1"), ..of }), &key);
    assert_eq!(peers::judged_by_schema(&signed), "");
    let document = Document::parse(&signed).unwrap();
    let first = document.root_element().first_element_child().unwrap();
    assert!(first.has_tag_name((DS, "Signature")));
    let keys = [VerificationKey::of(&SP.certificate()).unwrap()];
    let verified = verify_root(&document, "ID", &keys, &[SignatureAlgorithm::RsaSha256]).unwrap();
    assert_eq!(verified.unwrap().node(), document.root_element());

    let certificate = dir.write("sp.crt", SP.certificate_pem());
    let path = "/*[local-name()='EntityDescriptor']/*[local-name()='Signature']";
    assert_eq!(xmlsec1_at(path, &dir.write("good.xml", &signed), &certificate), Ok(()));
    let spoilt = signed.replace(ACS, "https://evil.example/acs");
    let refusal = xmlsec1_at(path, &dir.write("spoilt.xml", &spoilt), &certificate).unwrap_err();
    assert!(refusal.contains("FAIL"), "{refusal}");
}

#[test]
fn metadata_without_an_id_cannot_be_signed() {
    let key = SP.signing(SignatureAlgorithm::RsaSha256);
    let refused = metadata_signature(&metadata(|of| of), key.credential()).unwrap_err();
    assert!(matches!(refused, SignError::Shape), "{refused}");
}

/// The algorithms of the only key for encryption, each by the end of its name, with those of its parameters.
fn offered(
    change: impl for<'a> FnOnce(ServiceProviderMetadata<'a>) -> ServiceProviderMetadata<'a>,
) -> Vec<String> {
    let xml = metadata(change);
    assert_eq!(peers::judged_by_schema(&xml), "");
    let document = Document::parse(&xml).unwrap();
    let keys = document.descendants().filter(|node| node.has_tag_name((MD, "KeyDescriptor")));
    let of = |key: Node<'_, '_>| {
        let all = key.children().filter(|node| node.has_tag_name((MD, "EncryptionMethod")));
        all.map(|method| {
            let inner = |name| {
                let found = method.children().find(|node| node.has_tag_name(name));
                let uri = found.and_then(|node| node.attribute("Algorithm"));
                uri.map(|uri| format!(" {}", uri.rsplit('#').next().unwrap()))
            };
            let uri = method.attribute("Algorithm").unwrap().rsplit('/').next().unwrap();
            let digest = inner((DS, "DigestMethod")).unwrap_or_default();
            format!("{uri}{digest}{}", inner((XENC11, "MGF")).unwrap_or_default())
        })
        .collect::<Vec<_>>()
    };
    let keys: Vec<_> = keys.map(|key| (key.attribute("use").unwrap(), of(key))).collect();
    let [("signing", nothing), ("encryption", methods)] = keys.as_slice() else {
        unreachable!("one key of each use")
    };
    assert!(nothing.is_empty(), "{nothing:?}");
    methods.clone()
}

fn sign(xml: &str, key: &SigningKey) -> String {
    let to_sign = metadata_signature(xml, key.credential()).unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    to_sign.signed(&signature)
}

fn metadata(
    change: impl for<'a> FnOnce(ServiceProviderMetadata<'a>) -> ServiceProviderMetadata<'a>,
) -> String {
    let (signing, encryption) = ([IDP.certificate()], [SP.certificate()]);
    let about = SelfDescription::default();
    change(ServiceProviderMetadata {
        entity_id: SP_ENTITY,
        id: None,
        valid_until: None,
        cache_duration: None,
        acs_url: ACS,
        acs_index: AcsIndex::DEFAULT,
        slo_url: None,
        signing: &signing,
        encryption: &encryption,
        signature_algorithms: &SignatureAlgorithm::ALL,
        ciphers: &DataCipher::ALL,
        oaep_digests: &DigestAlgorithm::ALL,
        key_wraps: &[],
        want_assertions_signed: true,
        name_id_formats: &[],
        about: &about,
    })
    .to_xml()
}

static ON_A_CURVE: LazyLock<[Certificate; 1]> = LazyLock::new(|| [SP_P256.certificate()]);
