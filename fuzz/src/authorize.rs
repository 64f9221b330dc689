//! An authorization request.

use std::str;

use silta_oidc::{AuthorizeRequest, Params};

use crate::Verdict;
use crate::clients::{CALLBACK, CLIENTS};

/// What is valid may go nowhere but to the registered redirect URI, and keeps within its bounds.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(raw) = str::from_utf8(octets) else { return Verdict::Refused };
    let Ok(params) = Params::parse(raw) else { return Verdict::Refused };
    let valid = AuthorizeRequest::validate(&params, &CLIENTS);
    if let Ok(request) = &valid {
        assert!(CLIENTS.find(request.client_id.as_str()).is_some(), "an unknown client");
        assert_eq!(request.redirect.as_str(), CALLBACK, "an open redirector");
        assert!(request.acr_values.len() <= 16 && request.ui_locales.len() <= 16, "unbounded");
        assert!(!request.prompt_none || !request.prompt_login, "what excludes each other");
    }
    Verdict::of(&valid)
}
