//! Peers that cannot be configured, and what their configuration means.

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssuranceLevels, Certificate, IdentityProvider, NoAssuranceLevelsError, NoVerificationKeyError,
    PeerProfile, VerificationKey,
};
use silta_testkit::forge::{FakeIdp, NOON};
use silta_testkit::keys::{IDP, IDP_P256};

use crate::fixture::{accepted, good};

/// "No key, no check" cannot be configured, nor "any level will do".
#[test]
fn refuses_a_peer_without_a_key_or_without_assurance_levels() {
    assert_eq!(AssuranceLevels::new(vec![]).unwrap_err(), NoAssuranceLevelsError);
    let levels = AssuranceLevels::new(vec![vec!["urn:low".to_owned()]]).unwrap();
    let peer = IdentityProvider::new("https://x", vec![], levels, PeerProfile::default());
    assert_eq!(peer.unwrap_err(), NoVerificationKeyError);
}

#[test]
fn contexts_of_one_level_are_equally_strong() {
    let contexts = [&["low"][..], &["card", "mobile"], &["high"]];
    let contexts = contexts.map(|level| level.iter().map(|one| (*one).to_owned()).collect());
    let levels = AssuranceLevels::new(contexts.to_vec()).unwrap();
    let found = ["low", "card", "mobile", "high", "Card", ""].map(|context| levels.level(context));
    assert_eq!(found, [Some(0), Some(1), Some(1), Some(2), None, None]);
    assert_eq!(levels.from_level(1), ["card", "mobile", "high"]);
    assert!(levels.from_level(3).is_empty());
    assert_eq!(AssuranceLevels::new(vec![vec![], vec![]]).unwrap_err(), NoAssuranceLevelsError);
}

/// A peer that changes its key may deliver the old and the new one in one file.
#[test]
fn every_certificate_of_a_file_is_trusted() {
    let both = [IDP_P256.certificate_pem(), b"\nnew:\n".to_vec(), IDP.certificate_pem()].concat();
    let certificates = Certificate::all_from_pem(&both).unwrap();
    let trusted: Vec<_> =
        certificates.iter().map(|one| VerificationKey::of(one).unwrap()).collect();
    assert_eq!(trusted.len(), 2);
    for (signer, algorithm) in
        [(&*IDP_P256, SignatureAlgorithm::EcdsaSha256), (&*IDP, SignatureAlgorithm::RsaSha256)]
    {
        let idp = FakeIdp::default().signing_with(signer, algorithm).trusting(trusted.clone());
        assert_eq!(accepted(&idp, &idp.response(), NOON), good());
    }
}
