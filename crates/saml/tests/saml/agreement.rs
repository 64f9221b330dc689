//! Keys that a peer agrees on by ECDH-ES, where its profile says that it may.

use silta_saml::algorithm::DataCipher;
use silta_saml::{
    AllowedAlgorithms, DecryptionError, EcdhEs, KdfDigest, KeyWrap, NamedAlgorithm, ResponseError,
    SignedParts,
};
use silta_testkit::forge::EditPoint::Encrypted;
use silta_testkit::forge::{FakeIdp, NOON, text};
use silta_testkit::keys;

use crate::fixture::{accepted, good, refusal, refused_encryption};

#[test]
fn a_peer_that_may_agrees_on_a_key_by_every_digest_wrap_and_cipher() {
    let idp = agreeing();
    for digest in KdfDigest::ALL {
        for wrap in KeyWrap::ALL {
            for cipher in DataCipher::ALL {
                let made = idp.response().held_by(&[(&keys::SP_P256, None)]).cipher(cipher);
                let made = made.ecdh_es(EcdhEs { digest, wrap });
                assert!(made.xml().contains("xmlenc11#ECDH-ES"));
                let ways = format!("{digest:?} {wrap:?} {cipher:?}");
                assert_eq!(accepted(&idp, &made, NOON), good(), "{ways}");
                let beside = made.encrypted_keys_beside();
                assert_eq!(accepted(&idp, &beside, NOON), good(), "{ways}");
            }
        }
    }
}

/// Of several holders some may have RSA keys; our key is found among them.
#[test]
fn holders_with_keys_of_both_kinds_each_open_it() {
    let holders: [(&keys::KeyPair, _); 4] = [
        (&keys::OTHER_SP, None),
        (&keys::IDP_P384, None),
        (&keys::SP_P256, None),
        (&keys::IDP_P521, Some("https://other.example")),
    ];
    for key in [keys::SP_P256.decryption(), keys::OTHER_SP.decryption()] {
        let mut idp = agreeing();
        idp.provider.decryption_keys = vec![key];
        assert_eq!(accepted(&idp, &idp.response().held_by(&holders), NOON), good());
    }
}

/// The default: whoever has not been told that it may does not, whichever keys we have.
#[test]
fn nobody_agrees_on_a_key_whose_profile_does_not_say_so() {
    for wraps in [&[][..], &[KeyWrap::Aes128]] {
        let idp = agreeing().with_profile(|profile| profile.key_wraps = wraps.to_vec());
        let made = idp.response().held_by(&[(&keys::SP_P256, None)]);
        let allowed = AllowedAlgorithms::key_transports_and(wraps);
        let named = NamedAlgorithm::Known("kw-aes256");
        assert_eq!(refusal(&idp, &made, NOON), refused_encryption(named, allowed));
    }
    let mut default = FakeIdp::default();
    default.provider.decryption_keys = vec![keys::SP_P256.decryption()];
    let made = default.response().held_by(&[(&keys::SP_P256, None)]);
    let named = NamedAlgorithm::Known("kw-aes256");
    let transports = AllowedAlgorithms::key_transports();
    assert_eq!(refusal(&default, &made, NOON), refused_encryption(named, transports));
}

/// CBC counts only under a signature, however its key is transported.
#[test]
fn refuses_cbc_outside_a_signed_response_with_an_agreement_too() {
    let idp = agreeing().requiring(SignedParts::Assertion);
    let made = || idp.response().unsigned_response().held_by(&[(&keys::SP_P256, None)]);
    let cbc = made().cipher(DataCipher::Aes256Cbc);
    let unsigned = ResponseError::Decryption(DecryptionError::CbcUnsigned);
    assert_eq!(refusal(&idp, &cbc, NOON), unsigned);
    assert_eq!(accepted(&idp, &made(), NOON), good());
}

/// Whatever fails once a key of ours was used is one refusal, in an unsigned Response that anybody may make.
#[test]
fn every_failure_to_unwrap_an_agreed_key_is_refused_alike() {
    let idp = agreeing().requiring(SignedParts::Assertion);
    let undecryptable = ResponseError::Decryption(DecryptionError::Undecryptable);
    let another_point =
        text::element(&idp.response().held_by(&[(&keys::SP_P256, None)]).xml(), "dsig11:PublicKey")
            .to_owned();
    let touched = |element: &'static str, nth, at: usize| {
        move |xml: &str| {
            text::octets(xml, element, nth, |mut octets| {
                octets[at] ^= 1;
                octets
            })
        }
    };
    let made = || idp.response().unsigned_response().held_by(&[(&keys::SP_P256, None)]);
    let refused = [
        made().edit(Encrypted, touched("xenc:CipherValue", 0, 0)),
        made().edit(Encrypted, touched("xenc:CipherValue", 0, 39)),
        made().edit(Encrypted, touched("xenc:CipherValue", 1, 0)),
        made().edit(Encrypted, touched("xenc:CipherValue", 1, 30)),
        made().edit(Encrypted, move |xml| text::replaced(xml, "dsig11:PublicKey", &another_point)),
        made().swap(Encrypted, "PartyVInfo=\"00\"", "PartyVInfo=\"00AB\""),
        made().swap(
            Encrypted,
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2001/04/xmlenc#sha512",
        ),
        made().swap(Encrypted, "kw-aes256", "kw-aes128"),
    ];
    for made in refused {
        assert_eq!(refusal(&idp, &made, NOON), undecryptable);
    }
}

/// A world in which the peer may agree on keys with [`keys::SP_P256`].
pub(crate) fn agreeing() -> FakeIdp {
    let mut idp =
        FakeIdp::default().with_profile(|profile| profile.key_wraps = KeyWrap::ALL.to_vec());
    idp.provider.decryption_keys = vec![keys::SP_P256.decryption()];
    idp
}
