//! A service provider's request as it is posted.

use std::io::Write as _;
use std::str;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use silta_saml::UnverifiedAuthnRequest;

use crate::Verdict;
use crate::inflate::query;
use crate::service_providers::{described, verify};

/// What is accepted by redirect, where nothing signs it, is accepted by post, too, and says the same.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let posted = verify(UnverifiedAuthnRequest::from_post(&STANDARD.encode(octets), None));
    // Compressing costs more than refusing what is not even text.
    if str::from_utf8(octets).is_ok() {
        let mut deflated = DeflateEncoder::new(vec![], Compression::fast());
        deflated.write_all(octets).unwrap();
        let query = query(&deflated.finish().unwrap());
        if let Some(redirected) = verify(UnverifiedAuthnRequest::from_redirect(&query)) {
            assert!(!redirected.is_signed(), "a signature that is not in the query");
            let posted = posted.as_ref().expect("one message, two bindings");
            assert_eq!(described(&redirected), described(posted), "two meanings");
        }
    }
    if posted.is_some() { Verdict::Accepted } else { Verdict::Refused }
}
