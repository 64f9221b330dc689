//! Who asks, where the request was sent to, and where its answer may go.

use silta_saml::{AuthnRequestError, UnverifiedAuthnRequest};
use silta_testkit::forge::{ACS, ForgedRequest, NOON, SP_ENTITY, SSO, registered};
use silta_testkit::keys;

use super::bindings::{by_both, strict};

#[test]
fn refuses_a_service_provider_that_is_not_registered() {
    let stranger = ForgedRequest::default().issuer("https://stranger.example/entity");
    for made in by_both(&stranger, &strict()) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::UnknownServiceProvider);
    }
    // Even when the one who looks it up gives another: the name must be the same.
    let request = UnverifiedAuthnRequest::from_post(&stranger.post(), None).unwrap();
    let other = registered("https://other.example/entity", &[ACS], Some(&keys::SP));
    let refused = request.verify(|_| Some(&other), SSO, NOON).unwrap_err();
    assert_eq!(refused, AuthnRequestError::UnknownServiceProvider);
}

/// CVE-2023-45683 (crewjam/saml): what is answered to is what was registered, in exactly that
/// spelling.
#[test]
fn refuses_every_acs_url_that_is_not_registered() {
    for url in [
        "https://evil.example/acs",
        "javascript:alert(1)",
        "https://broker.example/saml/acs/",
        "https://broker.example/saml/acs?x=1",
        "https://BROKER.example/saml/acs",
        "https://broker.example:443/saml/acs",
        " https://broker.example/saml/acs",
        "http://127.0.0.1:35001",
        "",
    ] {
        let request =
            ForgedRequest::default().acs(&format!(" AssertionConsumerServiceURL=\"{url}\""));
        for made in by_both(&request, &strict()) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::UnlistedAcs, "{url}");
        }
    }
}

#[test]
fn an_acs_is_named_by_url_by_index_or_not_at_all() {
    let second = "https://broker.example/second";
    let provider = registered(SP_ENTITY, &[ACS, second], Some(&keys::SP));
    for (attributes, expected) in [
        (format!(" AssertionConsumerServiceURL=\"{second}\""), second),
        (" AssertionConsumerServiceIndex=\"2\"".to_owned(), second),
        (" AssertionConsumerServiceIndex=\"1\"".to_owned(), ACS),
        (String::new(), ACS),
    ] {
        for made in by_both(&ForgedRequest::default().acs(&attributes), &provider) {
            assert_eq!(made.unwrap().acs_url(), expected, "{attributes}");
        }
    }
    for index in ["0", "3", "-1", "+2", "65538", "two", ""] {
        let request =
            ForgedRequest::default().acs(&format!(" AssertionConsumerServiceIndex=\"{index}\""));
        for made in by_both(&request, &provider) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::UnlistedAcsIndex, "{index}");
        }
    }
    let both = ForgedRequest::default().with("AssertionConsumerServiceIndex=\"1\"");
    for made in by_both(&both, &provider) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::AcsConflict);
    }
}

#[test]
fn refuses_an_answer_by_another_binding() {
    let request = ForgedRequest::default().swap("bindings:HTTP-POST", "bindings:HTTP-Artifact");
    for made in by_both(&request, &strict()) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::ProtocolBinding);
    }
}

/// A signed request for another identity provider would do here otherwise.
#[test]
fn refuses_a_request_to_another_destination() {
    for destination in ["https://other.example/sso", "https://broker.example/saml/idp/sso/", ""] {
        let request = ForgedRequest::default().swap(SSO, destination);
        for made in by_both(&request, &strict()) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::WrongDestination, "{destination}");
        }
    }
    let without = || ForgedRequest::default().swap(&format!(" Destination=\"{SSO}\""), "");
    for made in by_both(&without(), &strict()) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::WrongDestination);
    }
    for made in by_both(&without().unsigned(), &registered(SP_ENTITY, &[ACS], None)) {
        assert_eq!(made.unwrap().acs_url(), ACS);
    }
}
