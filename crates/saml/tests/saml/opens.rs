//! Encryption as peers really do it, which must therefore be opened.

use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::{DecryptionError, ResponseError};
use silta_testkit::forge::EditPoint::Encrypted;
use silta_testkit::forge::{FakeIdp, NOON, text};
use silta_testkit::keys;

use crate::fixture::{accepted, good, refusal};

#[test]
fn every_cipher_is_accepted_with_every_pair_of_digests_under_xmlenc11() {
    let idp = FakeIdp::default();
    for cipher in DataCipher::ALL {
        for digest in DigestAlgorithm::ALL {
            for mgf in DigestAlgorithm::ALL {
                let made = idp.response().cipher(cipher).oaep(RsaOaep { digest, mgf });
                // The answer itself names MGF1 with SHA-1 by the older algorithm.
                let made = if mgf == DigestAlgorithm::Sha1 {
                    made.swap(Encrypted, MGF1P, RSA_OAEP).edit(Encrypted, naming_sha1)
                } else {
                    made
                };
                assert!(made.xml().contains(RSA_OAEP), "{cipher:?} {digest:?} {mgf:?}");
                assert_eq!(accepted(&idp, &made, NOON), good(), "{cipher:?} {digest:?} {mgf:?}");
            }
        }
    }
}

#[test]
fn every_cipher_is_accepted_with_every_digest_under_rsa_oaep_mgf1p() {
    let idp = FakeIdp::default();
    for cipher in DataCipher::ALL {
        for digest in DigestAlgorithm::ALL {
            let oaep = RsaOaep { digest, mgf: DigestAlgorithm::Sha1 };
            let made = idp.response().cipher(cipher).oaep(oaep);
            assert!(made.xml().contains(MGF1P));
            assert_eq!(accepted(&idp, &made, NOON), good(), "{cipher:?} {digest:?}");
        }
    }
}

#[test]
fn sha1_is_meant_where_the_key_transport_names_no_digest() {
    let idp = FakeIdp::default();
    let sha1 = RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 };
    let method = "<ds:DigestMethod xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" \
                  Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>";
    for algorithm in [MGF1P, RSA_OAEP] {
        let bare = idp.response().oaep(sha1).swap(Encrypted, method, "");
        let bare = bare.swap(Encrypted, MGF1P, algorithm);
        assert_eq!(accepted(&idp, &bare, NOON), good(), "{algorithm}");
    }
}

#[test]
fn sha384_is_known_by_both_of_its_names() {
    let idp = FakeIdp::default();
    let sha384 = RsaOaep { digest: DigestAlgorithm::Sha384, mgf: DigestAlgorithm::Sha256 };
    let named = idp.response().oaep(sha384).swap(
        Encrypted,
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha384",
    );
    assert_eq!(accepted(&idp, &named, NOON), good());
}

#[test]
fn every_private_key_is_tried_during_a_rollover() {
    for pairs in [[&*keys::SP, &*keys::SP_NEXT], [&*keys::SP_NEXT, &*keys::SP]] {
        let mut idp = FakeIdp::default();
        idp.provider.decryption_keys = pairs.map(keys::KeyPair::decryption).to_vec();
        for holder in pairs {
            let made = idp.response().held_by(&[(holder, None)]);
            assert_eq!(accepted(&idp, &made, NOON), good());
        }
    }
}

/// A hint decides what is tried first, and nothing else: with more keys than may be tried, the named
/// one is, and whoever names another has only spoilt the order of its own message.
#[test]
fn a_hint_finds_our_key_among_more_than_may_be_tried() {
    let pairs = [&*keys::OTHER_SP, &*keys::ROGUE, &*keys::SP_NEXT, &*keys::SP];
    let mut idp = FakeIdp::default();
    idp.provider.decryption_keys = pairs.map(keys::KeyPair::decryption).to_vec();
    let hinting = |holder: &keys::KeyPair, named: &keys::KeyPair| {
        let hint = format!(
            "</xenc:EncryptionMethod><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
            named.certificate().base64()
        );
        // The first EncryptionMethod with content is the one of the key.
        idp.response()
            .held_by(&[(holder, None)])
            .edit(Encrypted, move |xml| xml.replacen("</xenc:EncryptionMethod>", &hint, 1))
    };
    for holder in pairs {
        assert_eq!(accepted(&idp, &hinting(holder, holder), NOON), good());
    }
    for holder in &pairs[..3] {
        let unhinted = idp.response().held_by(&[(*holder, None)]);
        assert_eq!(accepted(&idp, &unhinted, NOON), good());
    }
    for holder in &pairs[..2] {
        assert_eq!(accepted(&idp, &hinting(holder, &keys::SP), NOON), good());
        assert_eq!(accepted(&idp, &hinting(holder, &keys::IDP), NOON), good());
    }
    // The fourth of four without a hint, or behind a false one.
    for made in [idp.response().held_by(&[(&*keys::SP, None)]), hinting(&keys::SP, &keys::SP_NEXT)]
    {
        assert_eq!(
            refusal(&idp, &made, NOON),
            ResponseError::Decryption(DecryptionError::Undecryptable)
        );
    }
}

#[test]
fn one_of_several_encrypted_keys_may_be_ours_wherever_it_stands() {
    let idp = FakeIdp::default();
    let others = (&*keys::OTHER_SP, None);
    for holders in [[others, others, (&*keys::SP, None)], [(&*keys::SP, None), others, others]] {
        assert_eq!(accepted(&idp, &idp.response().held_by(&holders), NOON), good());
        assert_eq!(
            accepted(&idp, &idp.response().held_by(&holders).encrypted_keys_beside(), NOON),
            good()
        );
    }
}

#[test]
fn a_key_for_another_recipient_is_skipped_with_whatever_algorithm_it_names() {
    let idp = FakeIdp::default();
    let holders = [
        (&*keys::OTHER_SP, Some("https://other.example/entity")),
        (&*keys::SP, Some(idp.provider.entity_id.as_str())),
    ];
    let made = idp.response().held_by(&holders).edit(Encrypted, |xml| {
        xml.replacen(RSA_OAEP, "http://www.w3.org/2001/04/xmlenc#rsa-1_5", 1)
    });
    assert_eq!(accepted(&idp, &made, NOON), good());
}

#[test]
fn the_encrypted_key_may_stand_beside_the_data() {
    let idp = FakeIdp::default();
    assert_eq!(accepted(&idp, &idp.response().encrypted_keys_beside(), NOON), good());
    // Some peers leave the pointer out.
    let without = idp.response().encrypted_keys_beside();
    let without = without.edit(Encrypted, |xml| text::without(xml, "ds:KeyInfo"));
    assert_eq!(accepted(&idp, &without, NOON), good());
}

/// The schema leaves their order open [XMLEnc11 §3.2].
#[test]
fn the_digest_and_the_mgf_may_stand_in_either_order() {
    let idp = FakeIdp::default();
    let turned = |xml: &str| {
        let start = xml.find("<ds:DigestMethod").unwrap();
        let end = start + xml[start..].find("/>").unwrap() + 2;
        let without = format!("{}{}", &xml[..start], &xml[end..]);
        text::after(&without, "mgf1sha256\"/>", &xml[start..end])
    };
    let made = idp.response().edit(Encrypted, turned);
    assert_eq!(accepted(&idp, &made, NOON), good());
}

/// Puts MGF1 with SHA-1 after the digest of the key transport.
fn naming_sha1(encrypted: &str) -> String {
    let start = encrypted.find("<ds:DigestMethod").unwrap();
    let end = start + encrypted[start..].find("/>").unwrap() + 2;
    let mgf = "<x:MGF xmlns:x=\"http://www.w3.org/2009/xmlenc11#\" \
               Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha1\"/>";
    format!("{}{mgf}{}", &encrypted[..end], &encrypted[end..])
}

const MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const RSA_OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
