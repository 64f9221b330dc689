//! Marks: records that say nothing but that something happened.

use crate::record::Record;
use crate::versioned::{self, Tagged, Versioned};

/// The broker has judged a callback to this login, and judges no second one. It lives a little longer
/// than its login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answered;

/// The replay key of an accepted assertion. It lives as long as the assertion could be presented
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedAssertion;

/// The replay key of a service provider's request. It lives as long as the request could be presented
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedRequest;

/// The replay key of an upstream's request to end sessions. It lives as long as the request could be
/// presented again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedLogoutRequest;

/// The replay key of a client's assertion [RFC 7523 §3]. It lives as long as the assertion could be
/// presented again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedClientAssertion;

/// A relying party has confirmed that it was told of a logout. It lives as long as the upstream's answer to the
/// logout is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConfirmedLogout;

impl Record for ConfirmedLogout {
    const KIND: &'static str = "confirmed_logout";
}

impl Versioned for ConfirmedLogout {
    const TAGS: &'static [&'static str] = &["confirmed_logout.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write_mark("confirmed_logout.1")
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        (tagged.tag() == "confirmed_logout.1").then_some(Self)
    }
}

impl Record for UsedClientAssertion {
    const KIND: &'static str = "client_assertion";
}

impl Versioned for UsedClientAssertion {
    const TAGS: &'static [&'static str] = &["used_client_assertion.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write_mark("used_client_assertion.1")
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        (tagged.tag() == "used_client_assertion.1").then_some(Self)
    }
}

impl Record for UsedLogoutRequest {
    const KIND: &'static str = "logout_request";
}

impl Versioned for UsedLogoutRequest {
    const TAGS: &'static [&'static str] = &["used_logout_request.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write_mark("used_logout_request.1")
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        (tagged.tag() == "used_logout_request.1").then_some(Self)
    }
}

impl Record for UsedRequest {
    const KIND: &'static str = "request";
}

impl Versioned for UsedRequest {
    const TAGS: &'static [&'static str] = &["used_request.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write_mark("used_request.1")
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        (tagged.tag() == "used_request.1").then_some(Self)
    }
}

impl Record for Answered {
    const KIND: &'static str = "answered";
}

impl Record for UsedAssertion {
    const KIND: &'static str = "assertion";
}

impl Versioned for Answered {
    const TAGS: &'static [&'static str] = &["answered.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write_mark("answered.1")
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        (tagged.tag() == "answered.1").then_some(Self)
    }
}

impl Versioned for UsedAssertion {
    const TAGS: &'static [&'static str] = &["used_assertion.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write_mark("used_assertion.1")
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        (tagged.tag() == "used_assertion.1").then_some(Self)
    }
}
