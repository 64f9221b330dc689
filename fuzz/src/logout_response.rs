//! An identity provider's answer to our request to end a session, as it is posted or as a raw query.

use silta_saml::MessageParameter;

use crate::Verdict;
use crate::logout::{Received, received};

/// What is accepted says what the key signed.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    match received(MessageParameter::Response, octets) {
        Some(Received::Response(_)) => Verdict::Accepted,
        Some(Received::Request(_)) | None => Verdict::Refused,
    }
}
