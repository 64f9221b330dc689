//! The algorithms that we take, as metadata names them: for signatures [SAML2ALGSUP §2.2], and of each
//! key for encryption [SAML2Meta §2.4.1.1].

use silta_xml_security::algorithm::{
    DataCipher, DigestAlgorithm, ECDH_ES, RSA_OAEP, RSA_OAEP_MGF1P, SignatureAlgorithm,
};
use silta_xml_security::{Certificate, Element, KeyWrap};

use crate::namespace::{ALG, XENC11};

/// The digests that a reference may have. SHA-1 is none of them.
pub(super) fn digest_methods() -> impl Iterator<Item = Element> {
    DigestAlgorithm::ALL.into_iter().filter(|digest| *digest != DigestAlgorithm::Sha1).map(
        |digest| {
            Element::new("alg:DigestMethod")
                .namespace("alg", ALG)
                .attribute("Algorithm", digest.uri())
        },
    )
}

/// These algorithms, in their order, which is one of preference. How long a key must be is said of RSA alone:
/// of a curve the algorithm says it.
pub(super) fn signing_methods(algorithms: &[SignatureAlgorithm]) -> impl Iterator<Item = Element> {
    algorithms.iter().map(|one| {
        Element::new("alg:SigningMethod")
            .namespace("alg", ALG)
            .attribute_if(
                "MinKeySize",
                one.least_rsa_bits().map(|bits| bits.to_string()).as_deref(),
            )
            .attribute("Algorithm", one.uri())
    })
}

/// How may be encrypted to a key: to one on a curve by agreeing on another with it. Of ciphers those that detect
/// changes are named, unless none of those that are allowed does: what a message may use is not yet what it should.
pub(super) fn encryption_methods(
    key: &Certificate,
    ciphers: &[DataCipher],
    oaep_digests: &[DigestAlgorithm],
    key_wraps: &[KeyWrap],
) -> Vec<Element> {
    let authenticates = ciphers.iter().any(|cipher| cipher.authenticates());
    let ciphers = ciphers.iter().filter(|cipher| cipher.authenticates() || !authenticates);
    let mut methods: Vec<_> = ciphers.map(|cipher| method(cipher.uri())).collect();
    if key.is_on_a_curve() {
        methods.push(method(ECDH_ES));
        methods.extend(key_wraps.iter().map(|wrap| method(wrap.uri())));
    } else {
        methods.extend(key_transports(oaep_digests));
    }
    methods
}

fn key_transports(oaep_digests: &[DigestAlgorithm]) -> Vec<Element> {
    let newer = oaep_digests.iter().filter(|digest| **digest != DigestAlgorithm::Sha1);
    let newer = newer.map(|digest| {
        let digest_method = Element::new("ds:DigestMethod").attribute("Algorithm", digest.uri());
        let mgf = Element::new("xenc11:MGF").namespace("xenc11", XENC11);
        method(RSA_OAEP).child(digest_method).child(mgf.attribute("Algorithm", digest.mgf_uri()))
    });
    let mut methods: Vec<_> = newer.collect();
    if oaep_digests.contains(&DigestAlgorithm::Sha1) {
        // Without a word it is SHA-1, for label and MGF1, as most implementations have it [XMLEnc11 §5.5.2].
        methods.push(method(RSA_OAEP_MGF1P));
    }
    methods
}

fn method(uri: &str) -> Element {
    Element::new("md:EncryptionMethod").attribute("Algorithm", uri)
}
