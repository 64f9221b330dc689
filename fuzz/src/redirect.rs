//! A service provider's request by redirect: the raw query.

use std::str;

use silta_saml::UnverifiedAuthnRequest;

use crate::Verdict;
use crate::service_providers::verify;

/// What is signed says what the key signed, with the RelayState that it signed.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(query) = str::from_utf8(octets) else { return Verdict::Refused };
    let Some(received) = verify(UnverifiedAuthnRequest::from_redirect(query)) else {
        return Verdict::Refused;
    };
    if received.is_signed() {
        assert_eq!(received.relay_state(), Some(RELAY_STATE), "another RelayState than was signed");
    }
    Verdict::Accepted
}

/// The one RelayState that was ever signed.
pub const RELAY_STATE: &str = "a+b c&d=ä%";
