//! An ID token as it comes in a token response.

use std::str;
use std::sync::LazyLock;

use crate::Verdict;
use crate::openid_provider::{claims, described, sign, verify};

/// Whatever is accepted says exactly what the provider signed: the seeds all speak of one person in
/// the same words, and a mutant that is accepted must, too.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(compact) = str::from_utf8(octets) else { return Verdict::Refused };
    match verify(compact) {
        Some(verified) => {
            assert_eq!(described(&verified), *SIGNED, "accepted, and never signed");
            Verdict::Accepted
        }
        None => Verdict::Refused,
    }
}

static SIGNED: LazyLock<String> = LazyLock::new(|| {
    described(&verify(&sign(claims().as_bytes())).expect("the token itself is accepted"))
});
