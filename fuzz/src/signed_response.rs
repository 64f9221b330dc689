//! A Response as an identity provider could send it that is trusted and means harm, or is broken: any
//! octets, signed.

use std::str;

use silta_saml::{post_value, sign_enveloped};
use silta_xml_security::xml;

use crate::Verdict;
use crate::response::verify;
use crate::trust::{IDP_KEY, NOON, identity};

/// What is accepted is not stale, and is the same when it is looked at again.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    // Who signs parses without our limits, and may take long over what they refuse.
    if xml::parse(&xml::Input::of(text)).is_err() {
        return Verdict::Refused;
    }
    let Ok(signed) = sign_enveloped(text, &IDP_KEY) else { return Verdict::Refused };
    let posted = post_value(&signed);
    let Some(verified) = verify(&posted) else { return Verdict::Refused };
    assert!(verified.valid_until() > NOON, "stale");
    let again = verify(&posted).expect("accepted once, accepted twice");
    assert_eq!(identity(&verified), identity(&again), "another person at the second look");
    Verdict::Accepted
}
