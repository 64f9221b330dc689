//! A Response as anybody can post it.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_saml::{Response, Unverified, VerifiedAssertion, post_value, sign_enveloped};

use crate::Verdict;
use crate::trust::{IDP_KEY, NOON, answer, expectation, identity};

/// Whatever is accepted says exactly what the identity provider signed: the seeds all speak of one
/// person in the same words, and a mutant that is accepted must, too.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    match verify(&STANDARD.encode(octets)) {
        Some(verified) => {
            assert_eq!(identity(&verified), *SIGNED, "accepted, and never signed");
            Verdict::Accepted
        }
        None => Verdict::Refused,
    }
}

/// What the service provider makes of a posted value.
pub(crate) fn verify(posted: &str) -> Option<VerifiedAssertion> {
    let response = Unverified::<Response>::from_post(posted).ok()?;
    response.verify(&expectation(), NOON).ok()
}

static SIGNED: LazyLock<String> = LazyLock::new(|| {
    let (header, assertion) = answer();
    let signed = sign_enveloped(&header.response("_response", &assertion), &IDP_KEY).unwrap();
    identity(&verify(&post_value(&signed)).expect("the answer itself is accepted"))
});
