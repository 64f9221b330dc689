//! What keys that are agreed on may cost, whatever comes in their place.

use openssl::nid::Nid;
use silta_saml::{KeyWrap, SignedParts, post_value};
use silta_testkit::forge::FakeIdp;
use silta_testkit::keys::KeyPair;

use crate::kept::bounded_beside;

/// As many session keys as are read, each agreed on with a stranger on the curve of all keys of ours: each pair would
/// be worth a private operation.
#[test]
fn no_message_of_garbled_agreements_costs_three_honest_ones() {
    // The cheapest, and the two dearest that OpenSSL has.
    for curve in [Nid::X9_62_PRIME256V1, Nid::SECP384R1, Nid::BRAINPOOL_P512R1] {
        let ours = [(); 3].map(|()| KeyPair::ec("sp", curve));
        let strangers = [(); 4].map(|()| KeyPair::ec("other", curve));
        let mut idp = FakeIdp::default()
            .requiring(SignedParts::Assertion)
            .with_profile(|profile| profile.key_wraps = KeyWrap::ALL.to_vec());
        idp.provider.decryption_keys = ours.each_ref().map(KeyPair::decryption).to_vec();
        let made = idp.response().unsigned_response();
        let honest = post_value(&made.held_by(&[(&ours[0], None)]).xml());
        let made = idp.response().unsigned_response();
        let garbled = made.held_by(&strangers.each_ref().map(|pair| (pair, None)));
        let garbled = post_value(&garbled.xml());
        bounded_beside(&format!("{curve:?}"), [(&garbled, &idp), (&honest, &idp)]);
    }
}
