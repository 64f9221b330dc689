//! Whoever flips bits of what is encrypted learns nothing of our keys: a verdict is all that page, code and class of a
//! refusal are made of, and it is one.

use std::collections::BTreeSet;

use silta_saml::algorithm::DataCipher;
use silta_saml::{KeyWrap, Verdict};
use silta_testkit::forge::EditPoint::Encrypted;
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, text};
use silta_testkit::keys::{self, KeyPair};

use crate::fixture::refusal;

#[test]
fn every_flip_of_a_body_in_cbc_is_one_refusal() {
    let idp = opening(&keys::SP);
    let made = || idp.response().unsigned_response().cipher(DataCipher::Aes256Cbc);
    let reasons = refused(&idp, |flip| flipped(made(), "xenc:CipherValue", 1, flip));
    assert_eq!(reasons, ["cbc_unsigned"].into());
}

#[test]
fn every_flip_of_a_wrapped_key_is_one_refusal() {
    let idp = opening(&keys::SP);
    let made = || idp.response().unsigned_response();
    let reasons = refused(&idp, |flip| flipped(made(), "xenc:CipherValue", 0, flip));
    assert_eq!(reasons, ["undecryptable"].into());
    let idp = opening(&keys::SP_P256);
    let made = || idp.response().unsigned_response().held_by(&[(&keys::SP_P256, None)]);
    let reasons = refused(&idp, |flip| flipped(made(), "xenc:CipherValue", 0, flip));
    assert_eq!(reasons, ["undecryptable"].into());
}

/// Whether a point is on a curve is for everybody to see: the reason in the log is the same for whoever has another key.
#[test]
fn every_flip_of_an_ephemeral_key_is_told_alike_whatever_our_key_is() {
    let idp = opening(&keys::SP_P256);
    let other = KeyPair::ec("sp", openssl::nid::Nid::X9_62_PRIME256V1);
    let stranger = opening(&other);
    let mut reasons = BTreeSet::new();
    for flip in 0..=255 {
        let made = idp.response().unsigned_response().held_by(&[(&keys::SP_P256, None)]);
        let made = flipped(made, "dsig11:PublicKey", 0, flip);
        let [ours, theirs] = [&idp, &stranger].map(|who| refusal(who, &made, NOON));
        assert_eq!((ours.verdict(), &ours), (Verdict::NotAcceptable, &theirs), "{flip}");
        reasons.insert(ours.reason());
    }
    assert_eq!(reasons, ["agreement_not_on_curve", "agreement_point_form"].into());
}

/// The reasons of all 256 flips, each with the one verdict.
fn refused(idp: &FakeIdp, made: impl Fn(u8) -> ForgedResponse) -> BTreeSet<&'static str> {
    let verdicts = (0..=255).map(|flip| {
        let refused = refusal(idp, &made(flip), NOON);
        assert_eq!(refused.verdict(), Verdict::NotAcceptable, "{flip}");
        refused.reason()
    });
    verdicts.collect()
}

/// One of 256 different bits of the octets in the `nth` element of this name.
fn flipped(made: ForgedResponse, element: &'static str, nth: usize, flip: u8) -> ForgedResponse {
    made.edit(Encrypted, move |xml| {
        text::octets(xml, element, nth, |mut octets| {
            let flip = usize::from(flip);
            let (round, at) = (flip / octets.len(), flip % octets.len());
            octets[at] ^= 1 << ((round + flip) % 8);
            octets
        })
    })
}

/// The broker with this key, which takes what an unsigned Response has around a signed assertion.
fn opening(key: &KeyPair) -> FakeIdp {
    let mut idp = FakeIdp::default().with_profile(|profile| {
        profile.key_wraps = KeyWrap::ALL.to_vec();
        profile.signed = silta_saml::SignedParts::Assertion;
    });
    idp.provider.decryption_keys = vec![key.decryption()];
    idp
}
